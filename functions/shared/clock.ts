/** Time and chance as arguments, so that a decision can be replayed with the ones it met. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  pause(milliseconds: number): Promise<void>;
  /** A number in [0, 1), for jitter. */
  random(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  random: () => Math.random(),
};

const FIRST_PAUSE_MS = 15;

/**
 * Waits before try number `tries` + 1 of something that met a concurrent writer: exponential with full jitter
 * (15, 30, 60 ... ms at most), because writers that collided once collide again when they wait equally long.
 */
export const backOff = (clock: Clock, tries: number): Promise<void> =>
  clock.pause(Math.ceil(clock.random() * FIRST_PAUSE_MS * 2 ** tries));
