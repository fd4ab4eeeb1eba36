/**
 * Event patterns, as far as Lambda lists them for filters ("Filter rule syntax", Lambda Developer Guide; "Comparison
 * operators for use in event patterns", EventBridge User Guide). Numbers are compared as numbers: AWS compares their
 * text, so that 300 and 3.0e2 differ there, which parsed JSON no longer tells apart.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const wildcard = (pattern: string) =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`, "s");

const isText = (value: Json | undefined): value is string => typeof value === "string";

function numeric(value: Json | undefined, tests: Json): boolean {
  if (typeof value !== "number" || !Array.isArray(tests)) return false;
  for (let at = 0; at + 1 < tests.length; at += 2) {
    const [operator, bound] = [tests[at], Number(tests[at + 1])];
    const holds =
      operator === "="
        ? value === bound
        : operator === "<"
          ? value < bound
          : operator === "<="
            ? value <= bound
            : operator === ">"
              ? value > bound
              : operator === ">=" && value >= bound;
    if (!holds) return false;
  }
  return true;
}

function anythingBut(value: Json | undefined, not: Json): boolean {
  if (value === undefined) return false;
  if (Array.isArray(not)) return !not.includes(value);
  return isObject(not) ? !leafMatches(value, not) : value !== not;
}

type Operator = (value: Json | undefined, argument: Json) => boolean;

const OPERATORS: Readonly<Record<string, Operator>> = {
  exists: (value, wanted) => (value !== undefined) === wanted,
  prefix: (value, start) => isText(value) && isText(start) && value.startsWith(start),
  suffix: (value, end) => isText(value) && isText(end) && value.endsWith(end),
  "equals-ignore-case": (value, other) => isText(value) && isText(other) && value.toLowerCase() === other.toLowerCase(),
  wildcard: (value, pattern) => isText(value) && isText(pattern) && wildcard(pattern).test(value),
  "anything-but": anythingBut,
  numeric,
};

function leafMatches(value: Json | undefined, rule: Json): boolean {
  if (!isObject(rule)) return value === rule;
  return Object.entries(rule).every(([operator, argument]) => OPERATORS[operator]?.(value, argument) ?? false);
}

/** Whether an event has every field that the pattern names, with a value that one of the field's rules takes. */
export function matchesPattern(event: Json | undefined, pattern: JsonObject): boolean {
  return Object.entries(pattern).every(([key, rule]) => {
    if (key === "$or") return (rule as readonly JsonObject[]).some((one) => matchesPattern(event, one));
    const value = isObject(event) ? event[key] : undefined;
    if (isObject(rule)) return matchesPattern(value, rule);
    const candidates = Array.isArray(value) && value.length > 0 ? (value as readonly Json[]) : [value];
    return (rule as readonly Json[]).some((one) => candidates.some((candidate) => leafMatches(candidate, one)));
  });
}

/** What is wrong with a pattern; empty when nothing is. */
export function patternMistakes(pattern: Json, path = "pattern"): string[] {
  if (!isObject(pattern)) return [`${path} is not an object`];
  return Object.entries(pattern).flatMap(([key, rule]) => {
    const here = `${path}.${key}`;
    if (isObject(rule)) return patternMistakes(rule, here);
    if (!Array.isArray(rule)) return [`${here} is neither an object nor an array of rules`];
    const rules = rule as readonly Json[];
    if (key === "$or") return rules.flatMap((one, index) => patternMistakes(one, `${here}[${index}]`));
    return rules
      .filter(isObject)
      .flatMap((one) => Object.keys(one))
      .filter((operator) => !(operator in OPERATORS))
      .map((operator) => `${here} has the operator ${operator}, which is not known here`);
  });
}
