import type { Rule } from "../rule";

type Same = Pick<Rule, "group" | "why" | "level" | "severity">;

export const SAME: Same = {
  group: "Encryption in transit",
  why: "What goes over a network in plain text can be read and changed on its way.",
  level: "mandatory",
  severity: "high",
};
