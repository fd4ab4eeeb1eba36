const TICKS = 10;

/**
 * Runs `work`; calls `hung` once it has taken so many milliseconds during which the process was awake. A process that was frozen finds all
 * its timers due, which says nothing of the work: an interval fires once for all that it missed, so that only a tenth is counted.
 */
export async function whileAwake<T>(milliseconds: number, hung: () => void, work: Promise<T>): Promise<T> {
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
    if (ticks === TICKS) hung();
  }, milliseconds / TICKS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
