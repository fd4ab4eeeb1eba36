import { join } from "node:path";
import { RULES } from "./rules";
import type { Example, Rule } from "./rules/rule";

export const README = join(__dirname, "README.md");

const MARK = "<!-- rules: written by npm run policy:generate -->";

/** The README with the rules that the pack has, below its mark. */
export function withRules(readme: string): string {
  const [before, after] = readme.split(MARK);
  if (before === undefined || after === undefined) throw new Error(`${README}: the mark is missing.`);
  const groups = [...new Set(RULES.map(({ group }) => group))];
  const parts = groups.flatMap((group) => [`## ${group}`, ...RULES.filter((rule) => rule.group === group).map(part)]);
  return `${before}${MARK}\n\n${parts.join("\n\n")}\n`;
}

function part(rule: Rule): string {
  const { name, says, why, fix, level, severity, controls, settings } = rule;
  const ids = controls.map(({ framework, id }) => `${framework} ${id}`).join(", ");
  const keys = Object.keys(settings ?? {}).map((key) => `\`${key}\``);
  return [
    `### ${name}`,
    `${says} ${why}`,
    `*${level}, ${severity}*${ids ? ` · ${ids}` : ""}${keys.length > 0 ? ` · settings ${keys.join(", ")}` : ""}`,
    `Fix: ${fix}`,
    `| | example |\n|---|---|\n| good | ${shown(rule, rule.passes[0]!)} |\n| bad | ${shown(rule, rule.fails[0]!)} |`,
  ].join("\n\n");
}

function shown(rule: Rule, { type, props, opts }: Example): string {
  const what = (type ?? rule.types?.[0] ?? "").split(":")[2];
  return `\`new ${what}(name, ${JSON.stringify(props)}${opts ? `, ${JSON.stringify(opts)}` : ""})\``;
}
