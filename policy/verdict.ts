import type { PolicyPackConfig } from "@pulumi/policy";
import type { Place } from "./engine";
import { RULES } from "./rules";
import { type Context, type Fault, faultsOf, mended, type Resource, type Rule, remedyOf } from "./rules/rule";

/** A resource before and after its creation: most rules look at its inputs, those of a whole stack at its outputs. */
export interface Deployed {
  readonly inputs: Resource;
  readonly outputs: Resource;
}

export interface Violation {
  readonly rule: Rule;
  readonly resource: Resource;
  readonly fault: Fault;
  readonly level: "advisory" | "mandatory";
}

/** What the pack would say of a stack, as Pulumi would say it: with levels and settings as of `--policy-pack-config`. */
export function violationsIn(stack: readonly Deployed[], place: Place, config: PolicyPackConfig = {}): Violation[] {
  const outputs = stack.map((each) => each.outputs);
  return RULES.flatMap((rule) => {
    const { level, settings } = configOf(rule, config);
    if (level === "disabled") return [];
    const context = { ...place, settings, resources: rule.ofStack ? outputs : [] };
    return stack.flatMap((each) => {
      const resource = rule.ofStack
        ? each.outputs
        : level === "remediate"
          ? remedied(rule, each.inputs, context)
          : each.inputs;
      return faultsOf(rule, resource, context).map((fault) => ({
        ...{ rule, resource, fault },
        level: fault.excuse !== undefined || level === "advisory" ? ("advisory" as const) : ("mandatory" as const),
      }));
    });
  });
}

/** The resource as it is after the rule's remedy. */
function remedied(rule: Rule, resource: Resource, context: Context): Resource {
  const remedy = remedyOf(rule, resource, context);
  return remedy === undefined ? resource : { ...resource, props: mended(resource.props, remedy) };
}

function configOf({ name, level: own }: Rule, config: PolicyPackConfig) {
  const [given = {}, all = {}] = [config[name], config.all].map((each) =>
    typeof each === "string" ? { enforcementLevel: each } : each,
  );
  const { enforcementLevel, ...settings } = given;
  return { level: enforcementLevel ?? all.enforcementLevel ?? own, settings };
}
