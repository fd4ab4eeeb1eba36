import assert from "node:assert/strict";
import { readReadme, withRules } from "../../policy/readme";
import { RULES } from "../../policy/rules";
import { type Context, type Example, faultsOf, type Rule } from "../../policy/rules/rule";
import { type RecordedResource, recordProgram, type StackName } from "../support/recorded-program";

const TODAY = "2026-06-30";
const STACKS: readonly StackName[] = ["dev", "prod", "local"];

const exampleOf = (rule: Rule, { type, props, opts = {}, settings = {}, stack = "dev" }: Example) =>
  faultsOf(rule, { type: type ?? rule.types![0]!, name: "example", props, opts }, { settings, stack, today: TODAY });

const faultsIn = (resources: readonly RecordedResource[], context: Context) =>
  resources
    .filter(({ custom }) => custom)
    .flatMap(({ type, name, inputs: props, protect, retainOnDelete }) =>
      RULES.flatMap((rule) =>
        faultsOf(rule, { type, name, props, opts: { protect, retainOnDelete } }, context).map(
          (fault) => `${rule.name}: ${name}: ${fault}`,
        ),
      ),
    );

describe("A rule of the policy pack", () => {
  for (const rule of RULES) {
    describe(rule.name, () => {
      for (const [index, example] of rule.passes.entries()) {
        it(`is kept by example ${index + 1}`, () => assert.deepEqual(exampleOf(rule, example), []));
      }
      for (const [index, example] of rule.fails.entries()) {
        it(`is broken by example ${index + 1}, in a sentence`, () => {
          const faults = exampleOf(rule, example);
          assert.ok(faults.length > 0);
          for (const fault of faults) assert.match(fault, /^[^ ].*\.$/);
        });
      }
    });
  }

  it("has a name of its own, in the field's form, with examples of both kinds", () => {
    assert.equal(new Set(RULES.map(({ name }) => name)).size, RULES.length);
    for (const { name, passes, fails, says, why, fix } of RULES) {
      assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)+$/);
      assert.ok(passes.length > 0 && fails.length > 0, name);
      for (const text of [says, why, fix]) assert.match(text, /\.$/, name);
    }
  });

  it("looks at no resource of another provider", () => {
    for (const rule of RULES) {
      const resource = { type: "random:index/randomId:RandomId", name: "r", props: {}, opts: { protect: true } };
      assert.deepEqual(faultsOf(rule, resource, { settings: {}, stack: "dev", today: TODAY }), [], rule.name);
    }
  });
});

describe("The README of the policy pack", () => {
  it("tells of every rule what the rule says", () => assert.equal(readReadme(), withRules(readReadme())));
});

describe("Our own program, under the policy pack", () => {
  for (const stack of STACKS) {
    it(`breaks no rule in stack ${stack}`, async () => {
      const { resources } = await recordProgram(stack);
      assert.deepEqual(faultsIn(resources, { settings: {}, stack, today: TODAY }), []);
    });
  }

  /** A change of our program that a rule is there to refuse: of which resource, and what is different. */
  const MUTANTS: readonly [rule: string, type: string, change: object][] = [
    ["aws-resource-is-tagged", "aws:sqs/queue:Queue", { inputs: { tags: {} } }],
    ["aws-resource-is-tagged", "aws:dynamodb/table:Table", { inputs: { tags: { Owner: "me" } } }],
    ["aws-resource-is-tagged", "aws:iam/role:Role", { inputs: { tags: undefined } }],
    ["dynamodb-table-is-encrypted", "aws:dynamodb/table:Table", { inputs: { serverSideEncryption: undefined } }],
    ["sqs-queue-is-encrypted", "aws:sqs/queue:Queue", { inputs: { sqsManagedSseEnabled: false } }],
    ["sns-topic-is-encrypted", "aws:sns/topic:Topic", { inputs: { kmsMasterKeyId: undefined } }],
    ["kms-key-is-rotated", "aws:kms/key:Key", { inputs: { enableKeyRotation: false } }],
    ["aws-resource-is-not-retained", "aws:kms/key:Key", { protect: true }],
    ["aws-resource-is-not-retained", "aws:sns/topic:Topic", { retainOnDelete: true }],
    [
      "aws-resource-has-no-deletion-protection",
      "aws:dynamodb/table:Table",
      { inputs: { deletionProtectionEnabled: true } },
    ],
    ["aws-resource-has-no-deletion-protection", "aws:cloudwatch/logGroup:LogGroup", { inputs: { skipDestroy: true } }],
    [
      "lambda-async-invocation-has-a-failure-destination",
      "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
      { inputs: { destinationConfig: undefined } },
    ],
    [
      "eventbridge-target-has-a-dead-letter-queue",
      "aws:cloudwatch/eventTarget:EventTarget",
      { inputs: { deadLetterConfig: undefined } },
    ],
    [
      "dynamodb-table-has-point-in-time-recovery",
      "aws:dynamodb/table:Table",
      { inputs: { pointInTimeRecovery: undefined } },
    ],
  ];
  for (const [rule, type, change] of MUTANTS) {
    it(`is caught by ${rule} with ${JSON.stringify(change)} in a ${type.split(":")[2]}`, async () => {
      const [resource] = (await recordProgram("dev")).ofType(type);
      const { inputs = {}, ...rest } = change as { inputs?: object };
      const mutant = { ...resource!, ...rest, inputs: { ...resource!.inputs, ...inputs } };
      const faults = faultsIn([mutant], { settings: {}, stack: "dev", today: TODAY });
      assert.deepEqual([...new Set(faults.map((fault) => fault.split(":")[0]))], [rule]);
    });
  }
});
