import { PolicyPack } from "@pulumi/policy";
import { getStack } from "@pulumi/pulumi";
import { RULES } from "./rules";
import { faultsOf, type Rule } from "./rules/rule";

const today = new Date().toISOString().slice(0, 10);

new PolicyPack("sluice", {
  policies: RULES.map((rule) => ({
    name: rule.name,
    displayName: rule.says,
    description: `${rule.says} ${rule.why} ${rule.fix}`,
    remediationSteps: rule.fix,
    severity: rule.severity,
    tags: [rule.group],
    enforcementLevel: rule.level,
    ...frameworkOf(rule),
    ...(rule.settings ? { configSchema: { properties: rule.settings } } : {}),
    validateResource: ({ type, name, props, opts, getConfig }, report) => {
      const resource = { type, name, props, opts };
      const context = { settings: getConfig<Record<string, unknown>>(), stack: getStack(), today };
      for (const fault of faultsOf(rule, resource, context)) report(`${name}: ${fault} ${rule.fix}`);
    },
  })),
});

function frameworkOf({ controls: [first] }: Rule) {
  if (first === undefined) return {};
  return { framework: { name: first.framework, reference: first.id, version: "", specification: "" } };
}
