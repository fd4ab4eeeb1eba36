import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkedConfig } from "../../operations/policy/config";
import { FORMATS } from "../../operations/policy/report";
import { type Stack, stackIn, stackOf } from "../../operations/policy/stacks";
import { RULES } from "../../policy/rules";
import { violationsIn } from "../../policy/verdict";
import { ROOT, recordProgram } from "../support/recorded-program";

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
    const stack = stackOf(await recordProgram("prod"));
    const count = stack.resources.length;
    assert.equal(told("table", stack), `stack prod: ${count} resources, ${RULES.length} rules: none is broken.`);
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

  it("reads a secret in clear, takes an encrypted one as not known, and leaves out what the stack only reads", () => {
    const secret = (rest: object) => ({
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ...rest,
    });
    const variables = (value: object) => ({ inputs: { environment: { variables: { DB_PASSWORD: value } } } });
    const lambda = {
      urn: "urn:pulumi:dev::shop::aws:lambda/function:Function::f",
      type: "aws:lambda/function:Function",
      custom: true,
    };
    const broken = (resource: object) => violationsIn(read([resource]).resources, PLACE).map(({ rule }) => rule.name);
    assert.ok(
      broken({ ...lambda, ...variables(secret({ plaintext: '"hunter2"' })) }).includes("aws-variable-holds-no-secret"),
    );
    assert.ok(
      !broken({ ...lambda, ...variables(secret({ ciphertext: "v1:x" })) }).includes("aws-variable-holds-no-secret"),
    );
    assert.deepEqual(broken({ ...queue, external: true }), []);
  });

  it("reads protection and dependencies of a deployed stack", () => {
    const [one] = read([{ ...queue, protect: true, propertyDependencies: { tags: [URN] } }]).resources;
    assert.deepEqual([one!.inputs.opts.protect, one!.outputs.from], [true, { tags: [URN] }]);
  });

  it("mends before it checks where a rule is configured so, and excuses where a stack is exempt", () => {
    const level = (config: object) =>
      violationsIn(read([queue]).resources, PLACE, config as never).map(({ rule, level }) => `${rule.name} ${level}`);
    assert.ok(
      !level({ "sqs-queue-is-encrypted": "remediate" }).some((each) => each.startsWith("sqs-queue-is-encrypted")),
    );
    const exemptions = [{ stack: "dev", reason: "The auditors hold it.", until: "2999-12-31" }];
    const exempt = { "aws-resource-is-not-retained": { exemptions } };
    assert.ok(level(exempt).includes("aws-resource-is-not-retained advisory"));
    for (const format of ["table", "json", "sarif"] as const)
      assert.match(told(format, read([queue]), exempt), /Exempt until 2999-12-31: The auditors hold it\./);
  });

  it("gives code scanning a severity, a fingerprint, and a line even where none is known", () => {
    const { sourcePosition: _, ...bare } = queue;
    const [{ tool, results }] = JSON.parse(told("sarif", read([bare]))).runs;
    assert.deepEqual(results[0].locations[0].physicalLocation.artifactLocation.uri, "index.ts");
    assert.equal(
      new Set(results.map((each: { partialFingerprints: object }) => JSON.stringify(each.partialFingerprints))).size,
      results.length,
    );
    const severity = (name: string) =>
      tool.driver.rules.find(({ id }: { id: string }) => id === name).properties["security-severity"];
    assert.deepEqual(
      [severity("sqs-queue-is-encrypted"), severity("resource-policy-names-its-principals")],
      ["8.0", "9.5"],
    );
  });

  it("refuses settings that no rule has, with every mistake", () => {
    assert.throws(
      () =>
        checkedConfig({ "no-such-rule": "advisory", "aws-resource-is-tagged": { requird: [] }, all: "loud" }, "x.json"),
      (error: Error) => {
        for (const part of ["x.json", "no-such-rule", "requird", "/all"]) assert.match(error.message, new RegExp(part));
        return true;
      },
    );
    assert.throws(
      () => checkedConfig({ "kms-key-says-how-long-it-stays": { maximumDays: 3 } }, "x.json"),
      /maximumDays/,
    );
  });

  it("takes the settings that its README shows", () => {
    const readme = readFileSync(join(ROOT, "policy/README.md"), "utf8");
    const [, after = ""] = readme.split("## Settings\n");
    const [block = ""] = after.split("\n- A level");
    assert.ok(checkedConfig(JSON.parse(block), "README"));
  });

  it("has one version in both of the pack's files", () => {
    const [, version] = /^version: (.*)$/m.exec(readFileSync(join(ROOT, "policy/PulumiPolicy.yaml"), "utf8"))!;
    assert.equal(version, JSON.parse(readFileSync(join(ROOT, "policy/package.json"), "utf8")).version);
    assert.match(readFileSync(join(ROOT, "CHANGELOG.md"), "utf8"), new RegExp(`^- ${version}: `, "m"));
  });

  describe("as a command", function () {
    this.timeout(60_000);
    const run = (...args: readonly string[]) =>
      spawnSync(process.execPath, ["--require", "tsx/cjs", join(ROOT, "operations/policy/check.ts"), ...args], {
        cwd: ROOT,
        encoding: "utf8",
      });

    it("exits with 1 when a mandatory rule is broken, and takes this project's settings for its own stacks only", () => {
      read([{ ...queue, outputs: { name: "orders-1a2b3c4" } }]);
      const { status, stdout } = run("--state", file);
      assert.equal(status, 1);
      assert.match(stdout, /sqs-queue-is-encrypted/);
      assert.doesNotMatch(stdout, /aws-name-fits-its-service/);
    });

    it("exits with 0 when none is", () => {
      read([]);
      assert.equal(run("--state", file).status, 0);
    });

    it("says in one line which stack or format there is not", () => {
      assert.match(run("--stack", "nowhere").stderr, /^--stack nowhere: there is no Pulumi\.nowhere\.yaml\.\n$/);
      assert.match(run("--format", "xml").stderr, /^--format xml: give table, json, sarif\.\n$/);
    });
  });
});
