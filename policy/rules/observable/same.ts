import type { Rule } from "../rule";

type Same = Pick<Rule, "group" | "level" | "severity">;

export const SAME: Same = { group: "Observable", level: "mandatory", severity: "medium" };
