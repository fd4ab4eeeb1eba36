import type { Example, Rule } from "../../policy/rules/rule";
import { type Context, type Fault, faultsOf, type Resource } from "../../policy/rules/rule";
import type { Deployed } from "../../policy/verdict";

/** The day on which rules are asked here. */
export const TODAY = "2026-06-30";

type Bare = Pick<Resource, "type" | "props"> & Partial<Resource>;

/** A resource that has nothing remarkable but what is given. */
export const resource = ({ type, name = "thing", props, opts = {}, ...rest }: Bare): Resource => ({
  urn: `urn:pulumi:dev::sluice::${type}::${name}`,
  ...{ type, name, props, opts },
  ...rest,
});

/** The resource of an example and the context in which it stands. */
export function exampleOf(rule: Rule, example: Example): readonly [Resource, Context] {
  const {
    type = rule.types![0]!,
    name = "example",
    props,
    opts = {},
    defaultTags,
    settings = {},
    stack = "dev",
  } = example;
  const asked = resource({ type, name, props, opts, ...(defaultTags ? { defaultTags } : {}) });
  const others = (example.among ?? []).map((each, index) => resource({ name: `other-${index}`, ...each }));
  return [asked, { settings, stack, today: TODAY, resources: [asked, ...others] }];
}

export const verdictOn = (rule: Rule, example: Example): readonly Fault[] =>
  faultsOf(rule, ...exampleOf(rule, example));

/** A resource that is the same before and after its creation. */
export const deployed = (one: Resource): Deployed => ({ inputs: one, outputs: one });
