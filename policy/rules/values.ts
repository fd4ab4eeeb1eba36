/** A value that a preview does not know yet, anywhere in a resource's properties. Every helper here lets it pass. */
export const UNKNOWN = Symbol("not known yet");

type Values = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A nested value: undefined where the way to it ends, UNKNOWN behind an unknown. Lists are entered at their first element. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    if (inner === UNKNOWN) return UNKNOWN;
    const entered = Array.isArray(inner) ? inner[0] : inner;
    if (entered === UNKNOWN) return UNKNOWN;
    return isObject(entered) ? entered[key] : undefined;
  }, value);
}

/** Whether a value is there; one that is not known yet is. */
export const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== "";

/** Whether a value is one of these, or may yet turn out to be. */
export const is = (value: unknown, ...wanted: readonly unknown[]): boolean =>
  value === UNKNOWN || wanted.includes(value);

/** Elements of a list; of anything else, none. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** One or many, as a list. */
export const manyOf = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

/** Whether an unknown stands anywhere inside. */
export const hasUnknown = (value: unknown): boolean =>
  value === UNKNOWN ||
  (Array.isArray(value) ? value.some(hasUnknown) : isObject(value) && Object.values(value).some(hasUnknown));

/** Every text inside a value. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}

/** A value as a message shows it. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return "absent";
  return JSON.stringify(value, (_key, inner) => (inner === UNKNOWN ? "(not known yet)" : inner));
}

/** Whether a text is what a pattern with `*` for any text says. */
export function matches(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[^\w]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(text);
}

/** A value behind a path of keys: `nested(["a", "b"], 1)` is `{ a: { b: 1 } }`. */
export const nested = (path: readonly string[], value: unknown): Values =>
  [...path].reverse().reduce<unknown>((inner, key) => ({ [key]: inner }), value) as Values;

/** What a JSON text says; undefined when it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A regular expression of a setting; undefined when it is none. */
export function regexOf(source: unknown, flags = ""): RegExp | undefined {
  try {
    return new RegExp(String(source), flags);
  } catch {
    return undefined;
  }
}
