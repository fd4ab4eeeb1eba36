import type { Rule } from "../rule";

type Same = Pick<Rule, "group" | "level" | "severity">;

export const SAME: Same = { group: "Nobody gets in", level: "mandatory", severity: "high" };

/** Of what opens a door to everybody. */
export const OPEN_TO_ALL: Same = { ...SAME, severity: "critical" };
