import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  type RecordedProgram,
  type RecordedResource,
  recordProgram,
  type StackName,
} from "../support/recorded-program";

const STACKS: readonly StackName[] = ["dev", "prod", "local"];

/** Resource types with a physical name, and its first part. */
const PREFIXES: Readonly<Record<string, string>> = {
  "aws:cloudwatch/dashboard:Dashboard": "dashboard-",
  "aws:cloudwatch/eventArchive:EventArchive": "archive-",
  "aws:cloudwatch/eventBus:EventBus": "bus-",
  "aws:cloudwatch/eventRule:EventRule": "rule-",
  "aws:cloudwatch/logGroup:LogGroup": "/aws/lambda/lambda-",
  "aws:cloudwatch/metricAlarm:MetricAlarm": "alarm-",
  "aws:dynamodb/table:Table": "table-",
  "aws:iam/role:Role": "role-",
  "aws:kms/alias:Alias": "alias/key-",
  "aws:lambda/function:Function": "lambda-",
  "aws:sns/topic:Topic": "topic-",
  "aws:sqs/queue:Queue": "queue-",
  "aws:ssm/parameter:Parameter": "/sluice/",
};
/** Types without one: they stand on another resource, or AWS names them. */
const NAMELESS = new Set([
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
  "aws:cloudwatch/eventTarget:EventTarget",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:kms/key:Key",
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
  "aws:lambda/permission:Permission",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sns/topicSubscription:TopicSubscription",
  "aws:sqs/queuePolicy:QueuePolicy",
]);
const TAGGABLE = [
  "aws:cloudwatch/eventBus:EventBus",
  "aws:cloudwatch/eventRule:EventRule",
  "aws:cloudwatch/logGroup:LogGroup",
  "aws:cloudwatch/metricAlarm:MetricAlarm",
  "aws:dynamodb/table:Table",
  "aws:iam/role:Role",
  "aws:kms/key:Key",
  "aws:lambda/function:Function",
  "aws:sns/topic:Topic",
  "aws:sqs/queue:Queue",
  "aws:ssm/parameter:Parameter",
];

const nameOf = ({ inputs }: RecordedResource) => String(inputs.name ?? inputs.dashboardName);
const named = (program: RecordedProgram) =>
  program.resources.filter(({ type, custom }) => custom && !NAMELESS.has(type));

for (const stack of STACKS) {
  describe(`Stack ${stack}`, () => {
    let program: RecordedProgram;
    let custom: RecordedResource[];
    before(async () => {
      program = await recordProgram(stack);
      custom = program.resources.filter((resource) => resource.custom);
    });

    it("registers everything that it declares", () => {
      const declared = program.declared.map(({ type, name }) => `${type} ${name}`).sort();
      assert.deepEqual(program.resources.map(({ type, name }) => `${type} ${name}`).sort(), declared);
      assert.ok(custom.length > 90, `${custom.length}`);
    });

    it("names everything by type, purpose and environment", () => {
      for (const resource of named(program)) {
        const prefix = PREFIXES[resource.type];
        assert.ok(prefix, `${resource.type} is not known here: does it have a physical name?`);
        assert.ok(nameOf(resource).startsWith(prefix), nameOf(resource));
        const tail = resource.type.startsWith("aws:ssm")
          ? new RegExp(`^/sluice/${stack}/market-data/[a-z-]+$`)
          : new RegExp(`-market-data-${stack}$`);
        assert.match(nameOf(resource), tail);
      }
    });

    it("tags everything that takes tags, in its own inputs", () => {
      for (const { type, name, inputs } of custom) {
        assert.equal("tags" in inputs, TAGGABLE.includes(type), `${type} ${name}`);
        if (!("tags" in inputs)) continue;
        const { Environment, Project, Service, Owner, CostCenter, ManagedBy, System } = inputs.tags as Record<
          string,
          string
        >;
        const standard = { Environment, Project, Service, Owner, CostCenter, ManagedBy, System };
        assert.deepEqual(standard, {
          Environment: stack,
          Project: "sluice",
          Service: "MarketData",
          Owner: "market-systems",
          CostCenter: "market-systems",
          ManagedBy: "Pulumi",
          System: "market-data",
        });
      }
    });

    it("keeps nothing from being destroyed", () => {
      for (const { name, protect, retainOnDelete, inputs } of program.resources) {
        assert.equal(protect, false, name);
        assert.equal(retainOnDelete, false, name);
        for (const key of [
          "deletionProtection",
          "deletionProtectionEnabled",
          "enableDeletionProtection",
          "skipDestroy",
        ]) {
          assert.ok(inputs[key] === undefined || inputs[key] === false, `${name}: ${key} is ${String(inputs[key])}`);
        }
        assert.notEqual(inputs.forceDestroy, false, name);
      }
    });

    it("puts no Output, object or undefined into a text", () => {
      for (const { name, inputs } of program.resources) {
        const text = JSON.stringify(inputs, (_, value) => (pulumi.asset.Archive.isInstance(value) ? "archive" : value));
        assert.doesNotMatch(text, /Calling \[to(String|JSON)\] on an \[?Output/, name);
        assert.doesNotMatch(text, /\[object |[^a-z]undefined[^a-z]/, name);
      }
    });
  });
}

describe("The estate", () => {
  it("tells tables and functions apart by tag, and has no time in any tag", async () => {
    const program = await recordProgram("dev");
    const tag = (name: string, key: string) => (program.named(name).inputs.tags as Record<string, string>)[key];
    assert.equal(tag("market-data-audit-table", "TableType"), "Audit");
    assert.equal(tag("market-data-ingestion-function", "FunctionType"), "Ingestion");
    assert.equal(tag("market-data-topics-key", "Name"), "key-topics-market-data-dev");
    for (const { inputs } of program.resources) {
      for (const value of Object.values((inputs.tags ?? {}) as Record<string, string>)) {
        assert.doesNotMatch(value, /\d{4}-\d\d-\d\d|\d{10,}/);
      }
    }
  });

  it("puts the suffix at the end of every name, so that nothing collides with the stack without one", async () => {
    const [plain, suffixed] = [await recordProgram("dev"), await recordProgram("dev", { environmentSuffix: "pr-7" })];
    assert.equal(named(suffixed).length, named(plain).length);
    for (const resource of named(suffixed)) {
      const name = nameOf(resource);
      assert.match(name, resource.type.startsWith("aws:ssm") ? /^\/sluice\/dev-pr-7\// : /-dev-pr-7$/);
    }
    const names = new Set(named(plain).map(nameOf));
    assert.deepEqual(
      named(suffixed)
        .map(nameOf)
        .filter((name) => names.has(name)),
      [],
    );
  });

  it("takes extra tags from the configuration", async () => {
    const program = await recordProgram("dev", { tags: '{"Team":"Feeds"}' });
    const teams = program.resources.flatMap(({ inputs }) =>
      inputs.tags ? [(inputs.tags as Record<string, string>).Team] : [],
    );
    assert.ok(teams.length > 60);
    assert.deepEqual([...new Set(teams)], ["Feeds"]);
  });

  it("keeps logs as long as the stack says", async () => {
    for (const [stack, days] of [
      ["dev", 7],
      ["prod", 90],
    ] as const) {
      const groups = (await recordProgram(stack)).ofType("aws:cloudwatch/logGroup:LogGroup");
      assert.deepEqual(
        groups.map(({ inputs }) => inputs.retentionInDays),
        [days, days, days],
      );
    }
  });

  it("is empty, but says where it stands, with every system off", async () => {
    const program = await recordProgram("dev", { systems: '{"marketData":false}' });
    assert.deepEqual(program.resources, []);
    assert.deepEqual(
      program.outputs.map(({ name }) => name),
      ["environment", "region", "account"],
    );
  });

  it("makes dev and prod of the same resources", async () => {
    const of = async (stack: StackName) =>
      (await recordProgram(stack)).resources.map(({ type, name }) => `${type} ${name}`).sort();
    assert.deepEqual(await of("dev"), await of("prod"));
    assert.deepEqual(await of("dev"), await of("local"));
  });
});
