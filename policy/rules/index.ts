import { ENCRYPTION } from "./encryption";
import { LOSS } from "./loss";
import { RETENTION } from "./retention";
import type { Rule } from "./rule";
import { TAGGING } from "./tagging";

/** Every rule of the pack, by group. */
export const RULES: readonly Rule[] = [...TAGGING, ...ENCRYPTION, ...RETENTION, ...LOSS];
