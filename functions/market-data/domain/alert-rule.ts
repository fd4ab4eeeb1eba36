import { isRecord } from "../../shared/fields";
import { Problems, shown } from "./problems";

export type RuleType = "price" | "move" | "volatility" | "volume" | "cross" | "spread" | "gap" | "halt";
export type Severity = "info" | "warning" | "critical";

/**
 * When to alert. A rule opens an episode when its value reaches its level and closes it when the value is back at `clear`
 * (the level itself when left out).
 *
 * `price`: last price `above` or `below` a level. `move`: percent between the first and the last price of
 * `windowSeconds`, at least `percent` either way. `volatility`: `above`. `volume`: size over the mean before it, at least
 * `multiple`. `cross`: the fast average comes to stand over the slow one, or under it. `spread`: at least `bps` of mid.
 * `gap`: at least `missing` sequence numbers. `halt`: trading is halted.
 */
export interface AlertRule {
  /** Lower-case letters, digits and `-`. */
  readonly id: string;
  readonly type: RuleType;
  readonly severity: Severity;
  /** All symbols when left out. */
  readonly symbols?: readonly string[];
  readonly above?: string;
  readonly below?: string;
  readonly clear?: string;
  readonly percent?: string;
  readonly windowSeconds?: number;
  readonly multiple?: string;
  readonly bps?: string;
  readonly missing?: number;
}

const TYPES: readonly RuleType[] = ["price", "move", "volatility", "volume", "cross", "spread", "gap", "halt"];
const SEVERITIES: readonly Severity[] = ["info", "warning", "critical"];

/** Reads the parameter `alert-rules`, a JSON array; throws one Error that lists every mistake of every rule. */
export function parseAlertRules(json: string): AlertRule[] {
  const problems = new Problems("alert-rules");
  const value = problems.json(json);
  if (Array.isArray(value)) {
    value.forEach((rule, index) => {
      if (isRecord(rule)) checkRule(rule, `rule ${index} (${shown(rule.id)})`, problems);
      else problems.add(`rule ${index}`, rule, "an object");
    });
    const ids = value.flatMap((rule) => (isRecord(rule) ? [rule.id] : []));
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    if (twice !== undefined) problems.add("id", twice, "each rule an id of its own");
  } else if (value !== undefined) problems.add("value", value, "a JSON array");
  problems.throwIfAny();
  return value as AlertRule[];
}

function checkRule(rule: Readonly<Record<string, unknown>>, name: string, problems: Problems): void {
  const { id, type, severity, symbols } = rule;
  const needs = (key: string, kind: "decimal" | "whole") => {
    if (kind === "decimal") problems.decimal(rule, key, `${name}: `);
    else problems.whole(rule, key, 1, 86_400, `${name}: `);
  };
  if (!(typeof id === "string" && /^[a-z0-9][a-z0-9-]{0,63}$/.test(id))) {
    problems.add(`${name}: id`, id, "lower-case letters, digits and -");
  }
  if (!TYPES.includes(type as RuleType)) problems.add(`${name}: type`, type, `one of ${TYPES.join(", ")}`);
  if (!SEVERITIES.includes(severity as Severity))
    problems.add(`${name}: severity`, severity, `one of ${SEVERITIES.join(", ")}`);
  const names =
    symbols === undefined || (Array.isArray(symbols) && symbols.every((symbol) => typeof symbol === "string"));
  if (!names) problems.add(`${name}: symbols`, symbols, "a list of symbols, or leave it out for all");
  if (type === "price" && rule.above === undefined) needs("below", "decimal");
  if (rule.above !== undefined || type === "volatility") needs("above", "decimal");
  if (type === "price" && rule.above !== undefined && rule.below !== undefined) {
    problems.add(`${name}: below`, rule.below, "above or below, not both; make two rules");
  }
  if (rule.clear !== undefined) needs("clear", "decimal");
  if (type === "move") needs("percent", "decimal");
  if (type === "move") needs("windowSeconds", "whole");
  if (type === "volume") needs("multiple", "decimal");
  if (type === "spread") needs("bps", "decimal");
  if (type === "gap") needs("missing", "whole");
}

/** Whether a rule is about this symbol. */
export const covers = ({ symbols }: AlertRule, symbol: string): boolean =>
  symbols === undefined || symbols.includes(symbol);
