import type { Context, Example, Rule } from "../rule";
import { at, is, isSet, nested, shown, UNKNOWN } from "../values";

type Same = Pick<Rule, "group" | "why" | "level" | "severity">;

export const SAME: Same = {
  group: "Encryption at rest",
  why: "A copied disk, snapshot or object is then of no use without the key, and use of the key is on record.",
  level: "mandatory",
  severity: "high",
};

export const KEY = "arn:aws:kms:us-east-1:123456789012:key/1";

/** One way to encrypt: the property by its path, and the value it must have; any value when left out. */
interface Way {
  readonly path: readonly string[];
  readonly value?: unknown;
}

const holds = ({ path, value }: Way, props: unknown): boolean =>
  value === undefined ? isSet(at(props, ...path)) : is(at(props, ...path), value);

const said = ({ path, value }: Way): string =>
  `${path.join(".")} = ${value === undefined ? "a KMS key" : shown(value)}`;

type About = Pick<Rule, "name" | "says" | "controls"> & { readonly types: readonly string[] };

const examplesOf = ({ types }: About, list: readonly Example["props"][]): readonly Example[] =>
  types.flatMap((type) => list.map((props) => ({ type, props })));

/** A rule that one of several ways keeps. It has no remedy: to encrypt what is there, AWS replaces it. */
export function encrypted(
  about: About,
  ways: readonly Way[],
  passes: readonly Example["props"][],
  fails: readonly Example["props"][] = [{}],
): Rule {
  const [first] = ways;
  return {
    ...SAME,
    ...about,
    fix: `Set ${ways.map(said).join(", or ")}.`,
    broken: ({ props }) =>
      ways.some((way) => holds(way, props)) ? [] : [`${first!.path.join(".")} is ${shown(at(props, ...first!.path))}.`],
    passes: examplesOf(about, passes),
    fails: examplesOf(about, fails),
  };
}

type Kind = "aws-owned" | "aws-managed" | "customer";

/** Kinds of key that a setting allows; the default is what AWS lets one account see and audit. */
export const keysSetting = (allowed: readonly Kind[]): NonNullable<Rule["settings"]> => ({
  keys: {
    type: "array",
    description: "Kinds of key that are allowed: of AWS, of AWS in this account, or the customer's own.",
    items: { type: "string", enum: ["aws-owned", "aws-managed", "customer"] },
    default: [...allowed],
  },
});

/** Kind of a key by the value that names it; UNKNOWN may be any. */
export const kindOf = (key: unknown, unset: Kind): Kind | typeof UNKNOWN => {
  if (key === UNKNOWN) return UNKNOWN;
  if (!isSet(key)) return unset;
  if (/^AWS_OWNED/.test(String(key))) return "aws-owned";
  return /(^|:)alias\/aws\//.test(String(key)) ? "aws-managed" : "customer";
};

export const refused = (
  kind: Kind | typeof UNKNOWN,
  { settings }: Context,
  path: string,
  value: unknown,
): readonly string[] => {
  const keys = settings.keys as readonly string[];
  if (kind === UNKNOWN || keys.includes(kind)) return [];
  return [`${path} is ${shown(value)}: the key is ${kind}; allowed are ${keys.join(", ")}.`];
};

/** A rule about what AWS encrypts anyway: with which kind of key. */
export function keyed(about: About, path: readonly string[], unset: Kind, allowed: readonly Kind[]): Rule {
  const own = nested(path, KEY);
  const managed = nested(path, "alias/aws/service");
  const customer = { keys: ["customer"] };
  return {
    ...SAME,
    ...about,
    why: "AWS always encrypts it; whose key it is decides who can see and withdraw the key's use.",
    fix: `Set ${path.join(".")} to a KMS key of an allowed kind, or allow the kind in the setting keys.`,
    settings: keysSetting(allowed),
    broken: ({ props }, context) =>
      refused(kindOf(at(props, ...path), unset), context, path.join("."), at(props, ...path)),
    passes: [...examplesOf(about, [own]), ...examplesOf(about, [own]).map((each) => ({ ...each, settings: customer }))],
    fails: [
      ...examplesOf(about, [{}]).map((each) => ({ ...each, settings: customer })),
      ...examplesOf(about, [managed]).map((each) => ({ ...each, settings: customer })),
    ],
  };
}
