import type { Rule } from "../rule";

type Same = Pick<Rule, "group" | "level" | "severity" | "controls">;

export const SAME: Same = {
  group: "Nothing lost",
  level: "mandatory",
  severity: "high",
  controls: [],
};
