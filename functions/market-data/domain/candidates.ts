import { Decimal } from "decimal.js";
import { type Measurements, type MeasureSettings, printsOf, sideOf } from "./measurements";
import type { Tick } from "./tick";
import type { CandidateThresholds, PriceLevel } from "./tunables";

export type CandidateName = "price" | "move" | "volatility" | "volume" | "spread" | "cross" | "gap" | "halt";

/**
 * The coarse conditions that an event meets, each named like the alert rules that it has look at the event. Thresholds are
 * inclusive. `price`: a trade or bar at or beyond a level of its symbol.
 * `move`: percent between the window's first and last price. `volume`: its size against the mean of those before it.
 * `cross`: the fast average changed sides of the slow one with this event. `halt`: it halts or resumes trading.
 */
export function candidatesOf(
  window: readonly Tick[],
  measurements: Measurements,
  thresholds: CandidateThresholds,
  settings: MeasureSettings & { readonly symbol: string },
): CandidateName[] {
  const subject = window.at(-1)!;
  const { price, volatility, spreadBps, missing } = measurements;
  const met: Record<CandidateName, boolean> = {
    price: price !== undefined && isPriced(subject) && beyond(price, thresholds.priceLevels, settings.symbol),
    move: atLeast(movePercentOf(window)?.abs(), thresholds.movePercent),
    volatility: atLeast(volatility, thresholds.volatility),
    volume: atLeast(volumeMultipleOf(window), thresholds.volumeMultiple),
    spread: subject.type === "quote" && atLeast(spreadBps, thresholds.spreadBps),
    cross: crosses(window, settings),
    gap: atLeast(missing, String(thresholds.missing)),
    halt: subject.type === "halt",
  };
  return (Object.keys(met) as CandidateName[]).filter((name) => met[name]);
}

/** A correction moves the price as well. */
const isPriced = (tick: Tick | undefined): boolean =>
  tick !== undefined && tick.type !== "quote" && tick.type !== "halt";

const beyond = (price: string, levels: readonly PriceLevel[], symbol: string): boolean =>
  levels.some(({ symbols, above, below }) => {
    if (symbols !== undefined && !symbols.includes(symbol)) return false;
    return (
      (above !== undefined && new Decimal(price).gte(above)) || (below !== undefined && new Decimal(price).lte(below))
    );
  });

const atLeast = (value: Decimal | string | undefined, threshold: string): boolean =>
  value !== undefined && new Decimal(value).gte(threshold);

/** Percent from the first price of a window to its last; undefined without two prices, and from a price of zero. */
export function movePercentOf(window: readonly Tick[]): Decimal | undefined {
  const prints = printsOf(window);
  const [first, last] = [prints[0], prints.at(-1)];
  if (!first || !last || prints.length < 2) return undefined;
  const from = new Decimal(first.price);
  return from.isZero() ? undefined : new Decimal(last.price).minus(from).div(from.abs()).times(100);
}

/** The subject's size as a multiple of the mean size before it; undefined when it is no trade or bar, or nothing is before it. */
export function volumeMultipleOf(window: readonly Tick[]): Decimal | undefined {
  if (!isPriced(window.at(-1))) return undefined;
  const [last, ...before] = printsOf(window).reverse();
  const total = before.reduce((sum, { size }) => sum.plus(size), new Decimal(0));
  return !last || total.isZero() ? undefined : new Decimal(last.size).times(before.length).div(total);
}

/** Whether the averages changed sides with the last element. */
export function crosses(window: readonly Tick[], settings: MeasureSettings): boolean {
  if (window.length < 2) return false;
  const now = sideOf(window, settings);
  return now !== 0 && sideOf(window.slice(0, -1), settings) === -now;
}
