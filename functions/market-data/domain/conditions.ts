import type { AlertRule } from "./alert-rule";
import { Exact } from "./decimals";
import type { CandidateThresholds, Tunables } from "./tunables";

/** A level at which price rules are to look at an event; for all symbols when none are named. */
export interface PriceLevel {
  readonly symbols?: readonly string[];
  readonly above?: string;
  readonly below?: string;
}

/** From what value on an event is offered to the rules. */
export interface CandidateConditions extends CandidateThresholds {
  readonly priceLevels: readonly PriceLevel[];
}

/** Tunables with conditions that no rule is finer than. */
export interface Conditioned extends Tunables {
  readonly candidates: CandidateConditions;
}

/**
 * The thresholds of the tunables, lowered to the finest rule of each kind, with the levels of the price rules: what a rule
 * would alert of is always offered to it, whatever the two parameters say.
 */
export function conditionedBy(rules: readonly AlertRule[], tunables: Tunables): Conditioned {
  const of = (type: AlertRule["type"]) => rules.filter((rule) => rule.type === type);
  const { movePercent, volatility, volumeMultiple, spreadBps, missing } = tunables.candidates;
  const candidates = {
    movePercent: least(movePercent, of("move"), "percent"),
    volatility: least(volatility, of("volatility"), "above"),
    volumeMultiple: least(volumeMultiple, of("volume"), "multiple"),
    spreadBps: least(spreadBps, of("spread"), "bps"),
    missing: Math.min(missing, ...of("gap").map((rule) => rule.missing ?? missing)),
    priceLevels: of("price").map(({ symbols, above, below }) => ({
      ...(symbols ? { symbols } : {}),
      ...(above === undefined ? {} : { above }),
      ...(below === undefined ? {} : { below }),
    })),
  };
  return { ...tunables, candidates };
}

function least(threshold: string, rules: readonly AlertRule[], key: "percent" | "above" | "multiple" | "bps"): string {
  const levels = rules.flatMap((rule) => rule[key] ?? []);
  return levels.reduce((low, level) => (new Exact(level).lt(low) ? level : low), threshold);
}
