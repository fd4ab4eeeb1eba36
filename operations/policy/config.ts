import type { PolicyPackConfig } from "@pulumi/policy";
import Ajv from "ajv";
import { RULES } from "../../policy/rules";
import { isObject } from "../../policy/rules/values";

const LEVEL = { type: "string", enum: ["advisory", "mandatory", "remediate", "disabled"] };

/** What may be set of a rule: its level, and the settings that it has. */
const settable = (settings: object) => ({
  type: "object",
  properties: { enforcementLevel: LEVEL, ...settings },
  additionalProperties: false,
});

/** JSON schema of `--policy-pack-config`, once a level alone is written out. */
const validate = new Ajv({ allErrors: true, strict: false }).compile({
  type: "object",
  properties: {
    all: settable({}),
    ...Object.fromEntries(RULES.map(({ name, settings = {} }) => [name, settable(settings)])),
  },
  additionalProperties: false,
});

const writtenOut = (given: unknown): unknown => (typeof given === "string" ? { enforcementLevel: given } : given);

/** Settings as given. @throws when a rule or a setting is unknown or of another kind, with every mistake */
export function checkedConfig(config: unknown, where: string): PolicyPackConfig {
  const entries = isObject(config) ? Object.entries(config) : [];
  const whole = isObject(config)
    ? Object.fromEntries(entries.map(([name, given]) => [name, writtenOut(given)]))
    : config;
  if (validate(whole)) return config as PolicyPackConfig;
  const mistakes = (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const unknown = (params as { additionalProperty?: string }).additionalProperty;
    return `${instancePath || "/"} ${unknown === undefined ? message : `has no ${unknown}`}`;
  });
  throw new Error(`${where}: ${mistakes.join("; ")}.`);
}
