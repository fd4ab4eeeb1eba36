import type { Rule } from "../rule";

type Same = Pick<Rule, "group" | "level" | "severity" | "controls">;

export const SAME: Same = { group: "Sound", level: "mandatory", severity: "medium", controls: [] };
