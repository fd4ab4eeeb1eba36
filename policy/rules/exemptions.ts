import type { Context, Resource, Rule } from "./rule";

interface Exemption {
  readonly stack: string;
  readonly reason: string;
  /** ISO date, the last day on which it holds. */
  readonly until: string;
}

/** The setting of a rule that some stacks may break for a time. */
export const EXEMPTIONS: NonNullable<Rule["settings"]> = {
  exemptions: {
    type: "array",
    description:
      "Stacks that may break the rule: a written reason and the last day of the exemption, ISO. Faults are told as advice.",
    items: {
      type: "object",
      properties: {
        stack: { type: "string" },
        reason: { type: "string", minLength: 10 },
        until: { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}$" },
      },
      required: ["stack", "reason", "until"],
    },
    default: [],
  },
};

const exemptionsOf = ({ settings, stack }: Context): readonly Exemption[] =>
  (settings.exemptions as readonly Exemption[]).filter((each) => each.stack === stack);

/** Of the first exemption of the stack that still holds. */
export const exempted = (context: Context): string | undefined => {
  const exemption = exemptionsOf(context).find(({ until }) => context.today <= until);
  return exemption && `Exempt until ${exemption.until}: ${exemption.reason}`;
};

/** Faults, with a word on an exemption that is over. */
export const keeping =
  (broken: (resource: Resource, context: Context) => readonly string[]): Rule["broken"] =>
  (resource, context) => {
    const over = exemptionsOf(context).filter(({ until }) => context.today > until);
    const ended = over.map(({ until }) => ` The exemption ended on ${until}.`).join("");
    return broken(resource, context).map((fault) => `${fault}${ended}`);
  };
