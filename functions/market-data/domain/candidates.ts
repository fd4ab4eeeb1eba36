import type { Decimal } from "decimal.js";
import type { CandidateConditions, PriceLevel } from "./conditions";
import { concernsHalt, printsOf } from "./corrections";
import { Exact } from "./decimals";
import { type Measurements, type MeasureSettings, sideOf } from "./measurements";
import type { Tick } from "./tick";

export type CandidateName = "price" | "move" | "volatility" | "volume" | "spread" | "cross" | "gap" | "halt";

/**
 * The coarse conditions that an event meets, each named like the alert rules that it has look at the event. Thresholds are
 * inclusive. `price`: a trade or bar at or beyond a level of its symbol.
 * `move`: percent between the window's first and last price. `volume`: its size against the mean of those before it.
 * `spread`: of a quote, or of the one that a correction leaves standing. `cross`: the fast average changed sides of the slow
 * one with this event. `halt`: it halts or resumes trading, or corrects an event that did.
 */
export function candidatesOf(
  window: readonly Tick[],
  measurements: Measurements,
  thresholds: CandidateConditions,
  settings: MeasureSettings & { readonly symbol: string },
): CandidateName[] {
  const subject = window.at(-1);
  const { volatility, spreadBps, missing } = measurements;
  const met: Record<CandidateName, boolean> = {
    price: isPriced(subject) && beyond(printsOf(window).at(-1)?.price, thresholds.priceLevels, settings.symbol),
    move: atLeast(movePercentOf(window)?.abs(), thresholds.movePercent),
    volatility: atLeast(volatility, thresholds.volatility),
    volume: atLeast(volumeMultipleOf(window), thresholds.volumeMultiple),
    spread: (subject?.type === "quote" || subject?.type === "correction") && atLeast(spreadBps, thresholds.spreadBps),
    cross: crosses(window, settings),
    gap: atLeast(missing, String(thresholds.missing)),
    halt: concernsHalt(window),
  };
  return (Object.keys(met) as CandidateName[]).filter((name) => met[name]);
}

/** A correction moves the price as well. */
const isPriced = (tick: Tick | undefined): boolean =>
  tick !== undefined && tick.type !== "quote" && tick.type !== "halt";

/** The price as it came, not as it is told: a level may have more than twelve digits. */
const beyond = (price: string | undefined, levels: readonly PriceLevel[], symbol: string): boolean =>
  price !== undefined &&
  levels.some(({ symbols, above, below }) => {
    if (symbols !== undefined && !symbols.includes(symbol)) return false;
    return (above !== undefined && new Exact(price).gte(above)) || (below !== undefined && new Exact(price).lte(below));
  });

const atLeast = (value: Decimal | string | undefined, threshold: string): boolean =>
  value !== undefined && new Exact(value).gte(threshold);

/** Percent from the first price of a window to its last; undefined without two prices, and from a price of zero. */
export function movePercentOf(window: readonly Tick[]): Decimal | undefined {
  const prints = printsOf(window);
  const [first, last] = [prints[0], prints.at(-1)];
  if (!first || !last || prints.length < 2) return undefined;
  const from = new Exact(first.price);
  return from.isZero() ? undefined : new Exact(last.price).minus(from).div(from.abs()).times(100);
}

/** The subject's size as a multiple of the mean size before it; undefined when it is no trade or bar, or nothing is before it. */
export function volumeMultipleOf(window: readonly Tick[]): Decimal | undefined {
  if (!isPriced(window.at(-1))) return undefined;
  const [last, ...before] = printsOf(window).reverse();
  const total = before.reduce((sum, { size }) => sum.plus(size), new Exact(0));
  return !last || total.isZero() ? undefined : new Exact(last.size).times(before.length).div(total);
}

/**
 * Whether the averages changed sides with the last element. Averages that met in between and stood equal for a while have
 * no side; the last one they had counts.
 */
export function crosses(window: readonly Tick[], settings: MeasureSettings): boolean {
  if (!isPriced(window.at(-1))) return false;
  const now = sideOf(window, settings);
  if (now === 0) return false;
  for (let end = window.length - 1; end > 0; end--) {
    const before = sideOf(window.slice(0, end), settings);
    if (before !== 0) return before === -now;
  }
  return false;
}
