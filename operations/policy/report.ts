import type { Site } from "../../local/declared";
import { version } from "../../policy/package.json";
import { RULES } from "../../policy/rules";
import { told } from "../../policy/rules/rule";
import type { Violation } from "../../policy/verdict";
import type { Stack } from "./stacks";

export const FORMATS = { table, json, sarif } as const;

type Findings = readonly Violation[];

const ORDER = ["mandatory", "advisory"];

const sorted = (found: Findings): Violation[] =>
  [...found].sort(
    (a, b) =>
      ORDER.indexOf(a.level) - ORDER.indexOf(b.level) ||
      a.rule.name.localeCompare(b.rule.name) ||
      a.resource.name.localeCompare(b.resource.name),
  );

const counted = (found: Findings): string =>
  ORDER.map((level) => `${found.filter((each) => each.level === level).length} ${level}`).join(", ");

/** For people: who breaks which rule by what, then how to fix each. */
function table(stack: Stack, found: Findings): string {
  const of = `stack ${stack.name}: ${stack.resources.length} resources, ${RULES.length} rules`;
  if (found.length === 0) return `${of}: none is broken.`;
  const rows = sorted(found).map(({ level, rule, resource, fault }) => [
    ...[level, rule.name, resource.name],
    [fault.says, fault.excuse].filter(Boolean).join(" "),
  ]);
  const all = [["level", "rule", "resource", "what is wrong"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]!.length)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const fixes = [...new Map(sorted(found).map(({ rule }) => [rule.name, rule.fix]))];
  return [
    ...lines,
    "",
    "How to fix",
    ...fixes.map(([name, fix]) => `  ${name}: ${fix}`),
    "",
    `${of}: ${counted(found)}.`,
  ].join("\n");
}

/** For programs: a list, one object a violation. */
function json(stack: Stack, found: Findings): string {
  const list = sorted(found).map(({ level, rule, resource, fault }) => ({
    ...{ level, rule: rule.name, group: rule.group, severity: rule.severity },
    controls: rule.controls.map(({ framework, id }) => `${framework} ${id}`),
    ...{ urn: resource.urn, type: resource.type, name: resource.name },
    ...{ fault: fault.says, ...(fault.excuse === undefined ? {} : { excuse: fault.excuse }), fix: rule.fix },
    ...stack.sites.get(resource.urn),
  }));
  return JSON.stringify(
    { stack: stack.name, rules: RULES.length, resources: stack.resources.length, violations: list },
    null,
    2,
  );
}

/** GitHub's scale of `security-severity`, 0 to 10. */
const SEVERITY = { critical: "9.5", high: "8.0", medium: "5.5", low: "3.0" } as const;
const LEVEL = { mandatory: "error", advisory: "warning" } as const;

/** For code scanning: SARIF 2.1.0 (OASIS), with the properties that GitHub reads. */
function sarif(stack: Stack, found: Findings): string {
  const driver = {
    name: "sluice-policy",
    version,
    rules: RULES.map(({ name, says, why, fix, severity, group, level, controls }) => ({
      id: name,
      shortDescription: { text: says },
      fullDescription: { text: `${says} ${why}` },
      help: { text: fix },
      defaultConfiguration: { level: LEVEL[level] },
      properties: {
        tags: ["security", group, ...controls.map(({ framework, id }) => `${framework} ${id}`)],
        "security-severity": SEVERITY[severity],
      },
    })),
  };
  const results = sorted(found).map(({ rule, resource, fault, level }) => ({
    ruleId: rule.name,
    ruleIndex: RULES.indexOf(rule),
    level: LEVEL[level],
    message: { text: told(rule, resource, fault) },
    locations: [
      {
        physicalLocation: physical(stack.sites.get(resource.urn)),
        logicalLocations: [{ name: resource.name, fullyQualifiedName: resource.urn, kind: "resource" }],
      },
    ],
    partialFingerprints: { "resourceAndFault/v1": `${resource.urn} ${rule.name} ${fault.says}` },
  }));
  return JSON.stringify(
    {
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [{ tool: { driver }, results }],
    },
    null,
    2,
  );
}

/** Code scanning shows a result at a line: the program's entry where no line is known. */
const physical = ({ file, line }: Site = { file: "index.ts", line: 1 }) => ({
  artifactLocation: { uri: file, uriBaseId: "%SRCROOT%" },
  region: { startLine: line },
});
