import type { Decimal } from "decimal.js";
import type { AlertRule } from "./alert-rule";
import { crosses, movePercentOf, volumeMultipleOf } from "./candidates";
import { concernsHalt, isHalted, printsOf, standing } from "./corrections";
import { Exact } from "./decimals";
import { type Measurements, type MeasureSettings, measure, missingIn, spreadOf } from "./measurements";
import type { Tick } from "./tick";
import { windowVolatility } from "./volatility";

/** An episode that is on record: a rule held for a series from the event at `episode` on. */
export interface OpenEpisode {
  /** Position of the event that opened it. */
  readonly episode: string;
  /** Position of the newest event that has been looked at. */
  readonly lastPosition: string;
  /** Position of the event that closed it; absent while it is open. */
  readonly closedAt?: string;
}

export interface Opening {
  /** Position of the event that opened the episode. */
  readonly episode: string;
  readonly measurements: Measurements;
  /** Position of the event that closed it again, when that is among the recent ones. */
  readonly closedAt?: string;
}

export interface Advance {
  readonly openings: readonly Opening[];
  /** The closing of the episode that was on record. */
  readonly closing?: { readonly episode: string; readonly closedAt: string };
  readonly lastPosition: string;
  /** Whether the rule holds at the newest event. */
  readonly met: boolean;
}

export interface EpisodeSettings extends MeasureSettings {
  readonly windowEvents: number;
}

/**
 * Advances one rule over the recent events of a series, oldest first: an episode opens when the rule's level is reached
 * and closes when the value is back at its clear level; in between it stays as it is (hysteresis). Averages that cross
 * with two events in a row close one episode and open the next with the second. Events up to the recorded episode's last
 * position have been looked at before, so each event opens at most one episode, however the events are handed in. Pure.
 *
 * @param recent ascending by position; the last one is the candidate
 * @param known the latest episode on record, open or closed
 */
export function advance(
  rule: AlertRule,
  recent: readonly Tick[],
  known: OpenEpisode | undefined,
  settings: EpisodeSettings,
): Advance {
  const openings: Opening[] = [];
  let closing: Advance["closing"];
  let open = known !== undefined && known.closedAt === undefined;
  const seen = known ? (known.closedAt ?? known.lastPosition) : "";
  for (let index = 0; index < recent.length; index++) {
    const { position } = recent[index]!;
    if (position <= seen) continue;
    const state = stateAt(rule, recent, index, settings);
    if (open && (state === "clear" || (rule.type === "cross" && state === "met"))) {
      const opening = openings.pop();
      if (opening) openings.push({ ...opening, closedAt: position });
      else closing = { episode: known!.episode, closedAt: position };
      open = false;
    }
    if (!open && state === "met") {
      openings.push({ episode: position, measurements: measure(windowAt(recent, index, settings), settings) });
      open = true;
    }
  }
  const lastPosition = recent.at(-1)?.position ?? seen;
  return { openings, ...(closing ? { closing } : {}), lastPosition, met: open };
}

type State = "met" | "clear" | "between";

const level = (value: Decimal | undefined, reached: string, clear: string | undefined): State => {
  if (value === undefined) return "between"; // nothing is known, nothing changes
  if (value.gte(reached)) return "met";
  return value.lte(clear ?? reached) ? "clear" : "between";
};

const decimal = (text: string | undefined): Decimal | undefined => (text === undefined ? undefined : new Exact(text));

function stateAt(rule: AlertRule, recent: readonly Tick[], index: number, settings: EpisodeSettings): State {
  const window = () => windowAt(recent, index, settings);
  switch (rule.type) {
    case "price":
      return priceState(rule, decimal(printsOf(window()).at(-1)?.price));
    case "move":
      return level(movePercentOf(within(recent, index, rule.windowSeconds!))?.abs(), rule.percent!, rule.clear);
    case "volatility":
      return level(windowVolatility(window()), rule.above!, rule.clear);
    case "volume":
      return level(volumeMultipleOf(window()), rule.multiple!, rule.clear);
    case "spread":
      return level(spreadOf(window()).spreadBps, rule.bps!, rule.clear);
    case "gap":
      return level(new Exact(missingIn(window(), settings.gapSettleEvents)), String(rule.missing), rule.clear ?? "0");
    case "halt":
      return !concernsHalt(window()) ? "between" : isHalted(standing(window())) ? "met" : "clear";
    case "cross":
      return crosses(window(), settings) ? "met" : "clear"; // each change of sides is an episode of its own
  }
}

const windowAt = (recent: readonly Tick[], index: number, { windowEvents }: EpisodeSettings) =>
  recent.slice(Math.max(0, index - windowEvents + 1), index + 1);

function priceState({ above, below, clear }: AlertRule, price: Decimal | undefined): State {
  if (price === undefined) return "between";
  if (above !== undefined) return level(price, above, clear);
  return level(price.negated(), new Exact(below!).negated().toFixed(), decimal(clear)?.negated().toFixed());
}

function within(recent: readonly Tick[], index: number, seconds: number): readonly Tick[] {
  const from = earlier(recent[index]!.eventTime, seconds);
  const first = recent.findIndex(({ eventTime }) => eventTime >= from);
  return recent.slice(first, index + 1);
}

/** The time so many seconds before; nine fraction digits in, nine out. */
const earlier = (eventTime: string, seconds: number): string =>
  `${new Date(Date.parse(`${eventTime.slice(0, 19)}Z`) - seconds * 1000).toISOString().slice(0, 19)}${eventTime.slice(19)}`;
