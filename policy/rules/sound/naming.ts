import { NAMES } from "../names";
import type { Rule } from "../rule";
import { shown } from "../values";
import { SAME } from "./same";

/** What Pulumi adds to a name that the program does not give: a dash and seven hexadecimal digits. */
const AUTONAMED = /-[0-9a-f]{7}(\.fifo)?$/;

/** A name as the type's names are: an alias of a key begins with `alias/`. */
const called = (name: string, type: string): string => (type.startsWith("aws:kms/") ? `alias/${name}` : name);

const NAMED: Rule = {
  ...SAME,
  name: "aws-name-fits-its-service",
  says: "A name has the length and the letters that its service takes and, where asked, is the same at every deployment.",
  why: "A name that a service refuses fails in the middle of a deployment, in one stack and not in another.",
  fix: "Shorten the name or take out the letter; where names have to be deterministic, give one.",
  types: Object.keys(NAMES),
  settings: {
    deterministic: {
      type: "boolean",
      description: "Whether names that Pulumi made up, with a random end, are refused.",
      default: false,
    },
  },
  broken: ({ type, props }, { settings }) => {
    const { property, maximum, pattern } = NAMES[type]!;
    const name = props[property];
    if (typeof name !== "string") return [];
    return [
      ...(name.length > maximum
        ? [`${property} is ${shown(name)}, ${name.length} letters; ${maximum} are allowed.`]
        : []),
      ...(pattern.test(name) ? [] : [`${property} is ${shown(name)}, which ${pattern.source} does not match.`]),
      ...(settings.deterministic === true && AUTONAMED.test(name)
        ? [`${property} is ${shown(name)}, with a random end.`]
        : []),
    ];
  },
  passes: [
    ...Object.entries(NAMES).map(([type, { property }]) => ({ type, props: { [property]: called("orders", type) } })),
    { type: "aws:sqs/queue:Queue", props: { name: "orders-1a2b3c4" } },
    { type: "aws:sqs/queue:Queue", props: { name: "orders.fifo", fifoQueue: true } },
    { type: "aws:sqs/queue:Queue", props: {} },
  ],
  fails: [
    ...Object.entries(NAMES).map(([type, { property, maximum }]) => ({
      type,
      props: { [property]: called("o".repeat(maximum + 1), type) },
    })),
    { type: "aws:s3/bucket:Bucket", props: { bucket: "Orders" } },
    { type: "aws:sqs/queue:Queue", props: { name: "orders prod" } },
    { type: "aws:sqs/queue:Queue", props: { name: "orders-1a2b3c4" }, settings: { deterministic: true } },
  ],
};

export const NAMING: readonly Rule[] = [NAMED];
