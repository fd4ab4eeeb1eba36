import fc from "fast-check";
import { bar, cancel, halt, quote, replace, trade } from "./details";

const OTHER_VALUE = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  fc.constantFrom("", "0", "-1", "-0", "01", "1.", ".5", "1e3", "1.50", "PT1M", "P", "P1W", "PT", "USD", "usd", "XNAS"),
  fc.constantFrom("trade", "quote", "bar", "halt", "correction", "cancel", "replace", "resumed", "toString", "x\n"),
  fc.constantFrom("2026-02-29T00:00:00Z", "2028-02-29T00:00:00Z", "2026-01-05T14:30:60Z", "2026-01-05t14:30:00z"),
  fc.constantFrom(
    "3000-01-01T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-01-05T24:00:00Z",
    "2026-01-05T14:30:00.1234567890Z",
  ),
  fc.constantFrom<unknown>(-1, 0, 1.5, 2 ** 53 - 1, 2 ** 53, 1e300, "😀".repeat(200), "😀".repeat(201), "x".repeat(33)),
);
const DETAIL = fc.constantFrom<object>(
  trade(7),
  quote(7),
  bar(7),
  halt(7, { reason: "news" }),
  cancel(7, 3),
  replace(7, 3),
);
/** Drops a field, gives it another value, or changes one character of its text. */
const MUTATION = fc.record({
  pick: fc.nat(),
  kind: fc.constantFrom("drop", "swap", "edit"),
  value: OTHER_VALUE,
  letter: fc.string({ maxLength: 2 }),
});
type Mutation = typeof MUTATION extends fc.Arbitrary<infer Made> ? Made : never;

function mutated(detail: object, { pick, kind, value, letter }: Mutation): object {
  const entries = Object.entries(detail);
  const at = pick % entries.length;
  if (kind === "drop") return Object.fromEntries(entries.filter((_, index) => index !== at));
  const [name, before] = entries[at]!;
  if (kind === "swap" || typeof before !== "string") return { ...detail, [name]: value };
  const cut = pick % (before.length + 1);
  return { ...detail, [name]: before.slice(0, cut) + letter + before.slice(cut + (pick % 2)) };
}

/** A right detail of any type with none to three mutations; about half are right still. */
export const ANY_DETAIL = fc
  .tuple(DETAIL, fc.array(MUTATION, { maxLength: 3 }))
  .map(([detail, mutations]) =>
    mutations.reduce<object>((made, each) => (Object.keys(made).length ? mutated(made, each) : made), detail),
  );
