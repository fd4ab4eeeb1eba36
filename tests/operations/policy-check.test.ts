import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FORMATS } from "../../operations/policy/report";
import { type Stack, stackIn, stackOf } from "../../operations/policy/stacks";
import { RULES } from "../../policy/rules";
import { violationsIn } from "../../policy/verdict";
import { recordProgram } from "../support/recorded-program";

const PLACE = { stack: "dev", today: "2026-06-30" };
const QUEUE = "aws:sqs/queue:Queue";
const URN = `urn:pulumi:dev::shop::${QUEUE}::orders`;
const tags = { Environment: "dev", Owner: "me", CostCenter: "one", Project: "shop" };

/** What `pulumi stack export` writes, cut down to what is read. */
const exported = (resources: readonly object[]) => ({ version: 3, deployment: { resources } });
const queue = {
  urn: URN,
  type: QUEUE,
  custom: true,
  inputs: { name: "orders", sqsManagedSseEnabled: false, tags },
  outputs: { name: "orders", arn: "arn:aws:sqs:us-east-1:123456789012:orders", url: "https://q/orders", tags },
  retainOnDelete: true,
  sourcePosition: "project:///shop/queues.ts#12,3",
};

describe("npm run policy", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-state-"));
  const file = join(folder, "state.json");
  after(() => rmSync(folder, { recursive: true }));

  const read = (resources: readonly object[]): Stack => {
    writeFileSync(file, JSON.stringify(exported(resources)));
    return stackIn(file);
  };
  const told = (format: keyof typeof FORMATS, stack: Stack, config = {}) =>
    FORMATS[format](stack, violationsIn(stack.resources, { ...PLACE, stack: stack.name }, config));

  it("tells of a stack that breaks no rule, in one line", async () => {
    const stack = stackOf(await recordProgram("dev"));
    const count = stack.resources.length;
    assert.equal(told("table", stack), `stack dev: ${count} resources, ${RULES.length} rules: none is broken.`);
  });

  it("knows where the program makes each resource", async () => {
    const { resources, sites } = stackOf(await recordProgram("dev"));
    for (const { inputs } of resources)
      assert.match(sites.get(inputs.urn)?.file ?? "", /^components\/.*\.ts$/, inputs.name);
  });

  it("reads a deployed stack: what it retains, and where it was made", () => {
    const stack = read([
      queue,
      { ...queue, urn: `${URN}-old`, delete: true },
      { urn: "x::y", type: "my:a:B", custom: false },
    ]);
    assert.equal(stack.name, "dev");
    assert.deepEqual(
      stack.resources.map(({ inputs }) => inputs.name),
      ["orders"],
    );
    assert.deepEqual(stack.sites.get(URN), { file: "shop/queues.ts", line: 12 });
    const broken = violationsIn(stack.resources, PLACE).map(({ rule }) => rule.name);
    assert.ok(broken.includes("aws-resource-is-not-retained") && broken.includes("sqs-queue-is-encrypted"));
  });

  it("refuses a file that is no exported stack, and says what to give", () => {
    writeFileSync(file, "[]");
    assert.throws(() => stackIn(file), /deployment\.resources is missing; give what pulumi stack export wrote\./);
  });

  it("prints a table, mandatory first, and how to fix each rule", () => {
    const lines = told("table", read([queue])).split("\n");
    assert.match(lines[0]!, /^level +rule +resource +what is wrong$/);
    assert.match(lines[1]!, /^mandatory {2}aws-resource-is-not-retained +orders +retainOnDelete is true\.$/);
    assert.ok(lines.some((line) => /^advisory +sqs-queue-has-an-alarm +orders +no alarm watches it\.$/.test(line)));
    assert.ok(
      lines.some((line) => line === "  sqs-queue-is-encrypted: Leave sqsManagedSseEnabled on, or set kmsMasterKeyId."),
    );
    assert.match(lines.at(-1)!, /^stack dev: 1 resources, \d+ rules: 3 mandatory, 1 advisory\.$/);
  });

  it("takes levels and settings as Pulumi does", () => {
    const config = {
      all: "advisory",
      "sqs-queue-is-encrypted": "disabled",
      "aws-resource-is-tagged": { required: ["Team"] },
    } as const;
    const lines = told("table", read([queue]), config).split("\n");
    assert.ok(!lines.some((line) => /mandatory {2}|sqs-queue-is-encrypted/.test(line)));
    assert.ok(lines.some((line) => /tags lack Team\./.test(line)));
  });

  it("prints JSON with rule, resource, fault, fix, controls and place", () => {
    const { violations } = JSON.parse(told("json", read([queue])));
    assert.deepEqual(
      violations.find(({ rule }: { rule: string }) => rule === "sqs-queue-is-encrypted"),
      {
        ...{ level: "mandatory", rule: "sqs-queue-is-encrypted", group: "Encryption at rest", severity: "high" },
        controls: ["AWS FSBP SQS.1"],
        ...{ urn: URN, type: QUEUE, name: "orders", fault: "sqsManagedSseEnabled is false." },
        fix: "Leave sqsManagedSseEnabled on, or set kmsMasterKeyId.",
        ...{ file: "shop/queues.ts", line: 12 },
      },
    );
  });

  it("prints SARIF 2.1.0 whose results stand at lines and point into its rules", () => {
    const { version, runs } = JSON.parse(told("sarif", read([queue])));
    assert.equal(version, "2.1.0");
    const [{ tool, results }] = runs;
    assert.equal(tool.driver.rules.length, RULES.length);
    assert.equal(results.length, 4);
    for (const result of results) {
      assert.equal(tool.driver.rules[result.ruleIndex].id, result.ruleId);
      const [{ physicalLocation, logicalLocations }] = result.locations;
      assert.deepEqual(physicalLocation, {
        artifactLocation: { uri: "shop/queues.ts", uriBaseId: "%SRCROOT%" },
        region: { startLine: 12 },
      });
      assert.equal(logicalLocations[0].fullyQualifiedName, URN);
    }
    assert.deepEqual([...new Set(results.map(({ level }: { level: string }) => level))], ["error", "warning"]);
  });
});
