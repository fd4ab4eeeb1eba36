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
  const parts = groups.flatMap((group) => {
    const rules = RULES.filter((rule) => rule.group === group);
    return [`## ${group}`, summary(rules), ...rules.map(part)];
  });
  return `${before}${MARK}\n\n${parts.join("\n\n")}\n`;
}

const cell = (text: string): string => text.replaceAll("|", "\\|");

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |`).join("\n");

const kindOf = ({ ofStack, remedy }: Rule): string =>
  [ofStack ? "whole stack" : "", remedy ? "has a remedy" : ""].filter(Boolean).join(", ");

const summary = (rules: readonly Rule[]): string =>
  table(
    ["rule", "level", "severity", ""],
    rules.map((rule) => [`[${rule.name}](#${rule.name})`, rule.level, rule.severity, kindOf(rule)]),
  );

function part(rule: Rule): string {
  const { name, says, why, fix, types, controls, settings = {} } = rule;
  const ids = controls.map(
    ({ framework, version, id, title }) => `- ${[framework, version, id].filter(Boolean).join(" ")}: ${title}`,
  );
  const keys = Object.entries(settings).map(
    ([key, { description, default: value }]) => `- \`${key}\`: ${description} Default \`${JSON.stringify(value)}\`.`,
  );
  const examples = table(
    ["", "example"],
    [
      ["good", shown(rule, rule.passes[0]!)],
      ["bad", shown(rule, rule.fails[0]!)],
    ],
  );
  return [
    `### ${name}`,
    `${says} ${why}`,
    `Fix: ${fix}`,
    types === undefined ? "Looks at every AWS resource." : `Looks at ${types.map((type) => `\`${type}\``).join(", ")}.`,
    ...(ids.length > 0 ? [ids.join("\n")] : []),
    ...(keys.length > 0 ? [`Settings\n\n${keys.join("\n")}`] : []),
    examples,
  ].join("\n\n");
}

function shown(rule: Rule, { type, props, opts, settings, among = [] }: Example): string {
  const made = (of: string, given: Example["props"], options?: Example["opts"]) =>
    `\`new ${of.split(":")[2]}(name, ${JSON.stringify(given)}${options ? `, ${JSON.stringify(options)}` : ""})\``;
  const own = made(type ?? rule.types![0]!, props, opts);
  const others = among.map((each) => made(each.type, each.props));
  const beside = others.length > 0 ? [`beside ${others.join(" and ")}`] : [];
  const set = settings ? [`with settings \`${JSON.stringify(settings)}\``] : [];
  return [own, ...beside, ...set].join(", ");
}
