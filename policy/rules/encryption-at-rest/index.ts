import type { Rule } from "../rule";
import { ANALYTICS_AT_REST } from "./analytics";
import { DATABASES_AT_REST } from "./databases";
import { MESSAGES_AT_REST } from "./messages";
import { SECRETS_AT_REST } from "./secrets";
import { STORAGE_AT_REST } from "./storage";

export const ENCRYPTION_AT_REST: readonly Rule[] = [
  ...ANALYTICS_AT_REST,
  ...DATABASES_AT_REST,
  ...MESSAGES_AT_REST,
  ...SECRETS_AT_REST,
  ...STORAGE_AT_REST,
];
