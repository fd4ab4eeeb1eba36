import { PolicyPack } from "@pulumi/policy";
import { getStack } from "@pulumi/pulumi";
import { policyOf } from "./engine";
import { RULES } from "./rules";

const today = new Date().toISOString().slice(0, 10);

new PolicyPack("sluice", { policies: RULES.map((rule) => policyOf(rule, { stack: getStack(), today })) });
