import type { Tick } from "./tick";

/** A price that counts, after corrections; decimal text. */
export interface Print {
  readonly price: string;
  readonly size: string;
  readonly high: string;
  readonly low: string;
}

/** Trades and bars of a window as they stand after its corrections. */
export const printsOf = (window: readonly Tick[]): Print[] => printsIn(standing(window));

/** @param elements of a window, corrections already applied */
export const printsIn = (elements: readonly Tick[]): Print[] =>
  elements.flatMap((tick) => {
    if (tick.type === "trade") {
      const [price, size] = [tick.price!, tick.size!];
      return [{ price, size, high: price, low: price }];
    }
    return tick.type === "bar" ? [{ price: tick.close!, size: tick.volume!, high: tick.high!, low: tick.low! }] : [];
  });

/**
 * The elements of a window with its corrections applied: a cancelled one is taken out, whatever its type, a replaced trade
 * or bar has the new price and size. A window that ends before the correction does not hold it, and stays as it was known.
 */
export function standing(window: readonly Tick[]): readonly Tick[] {
  if (!window.some(({ type }) => type === "correction")) return window;
  const verdicts = verdictsOf(window);
  return window.flatMap((tick) => {
    const verdict = verdicts.get(tick.sequence);
    if (!verdict) return [tick];
    return verdict.action === "cancel" ? [] : [replaced(tick, verdict)];
  });
}

/**
 * The correction that holds for each corrected sequence number. Of several the feed's last one holds; a correction can
 * itself be cancelled, and what it corrected stands again, or replaced. Corrections only ever name smaller sequence
 * numbers, so from the highest down each is judged before it is applied.
 */
function verdictsOf(window: readonly Tick[]): ReadonlyMap<number, Tick> {
  const corrections = window.filter(({ type }) => type === "correction").sort((a, b) => b.sequence - a.sequence);
  const verdicts = new Map<number, Tick>();
  for (const correction of corrections) {
    const inForce = verdicts.get(correction.sequence) ?? correction;
    const isVoid = inForce !== correction && inForce.action === "cancel";
    if (!isVoid && !verdicts.has(correction.corrects!)) verdicts.set(correction.corrects!, inForce);
  }
  return verdicts;
}

function replaced(tick: Tick, { price, size }: Tick): Tick {
  const [newPrice, newSize] = [price!, size!];
  if (tick.type === "trade") return { ...tick, price: newPrice, size: newSize };
  if (tick.type === "bar") return { ...tick, high: newPrice, low: newPrice, close: newPrice, volume: newSize };
  return tick; // a quote or a halt has no price that could be replaced
}

/** Whether trading is halted after these elements, corrections already applied. */
export const isHalted = (elements: readonly Tick[]): boolean =>
  elements.findLast(({ type }) => type === "halt")?.state === "halted";

/** Whether the last element halts or resumes trading, or corrects an element of the window that does. */
export function concernsHalt(window: readonly Tick[]): boolean {
  const subject = window.at(-1);
  if (subject?.type !== "correction") return subject?.type === "halt";
  return window.some(({ type, sequence }) => type === "halt" && sequence === subject.corrects);
}
