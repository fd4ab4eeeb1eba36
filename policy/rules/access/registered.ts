import type { Context, Resource, Rule } from "../rule";
import { matches } from "../values";

/** What is open on purpose: a resource by its logical name, with `*` for any text, and why it may be. */
interface Registered {
  readonly name: string;
  readonly because: string;
}

/** The settings of every rule that lets a stack register what is open on purpose. */
export const REGISTERED: NonNullable<Rule["settings"]> = {
  registered: {
    type: "array",
    description: "Resources that are open on purpose, by logical name (`*` for any text), each with a written reason.",
    items: {
      type: "object",
      properties: { name: { type: "string" }, because: { type: "string", minLength: 10 } },
      required: ["name", "because"],
    },
    default: [],
  },
};

const isRegistered = ({ name }: Resource, { settings }: Context): boolean =>
  (settings.registered as readonly Registered[]).some((each) => matches(each.name, name));

/** Faults, of what is not registered. */
export const unlessRegistered =
  (broken: Rule["broken"]): Rule["broken"] =>
  (resource, context) =>
    isRegistered(resource, context) ? [] : broken(resource, context);

/** Settings of an example that registers it. */
export const registering = (name = "example") => ({
  registered: [{ name, because: "The partners' network has no fixed addresses." }],
});
