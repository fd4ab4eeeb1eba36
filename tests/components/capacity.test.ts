import assert from "node:assert/strict";
import { keyedTable, type TableArgs } from "../../components/shared/stateful";
import { recordResources } from "../support/recorded-program";

const text = (name: string) => ({ name, type: "S" }) as const;
const ARGS: TableArgs = {
  name: "table-t-dev",
  partitionKey: text("visitor"),
  sortKey: text("at"),
  globalIndex: { name: "byType", partitionKey: text("type"), sortKey: text("at") },
  type: "Sample",
};
const CAPACITY = { mode: "provisioned", read: 20, write: 30, most: 10 } as const;

describe("A table's capacity", () => {
  it("is paid by the request unless it is said otherwise, and then nothing scales it", async () => {
    for (const more of [{}, { capacity: { mode: "on-demand" } as const }]) {
      const program = await recordResources(() => keyedTable("t", { ...ARGS, ...more }, {}));
      const { inputs } = program.named("t");
      assert.equal(inputs.billingMode, "PAY_PER_REQUEST");
      assert.deepEqual([inputs.readCapacity, inputs.writeCapacity], [undefined, undefined]);
      const [index] = inputs.globalSecondaryIndexes as Record<string, unknown>[];
      assert.deepEqual([index?.readCapacity, index?.writeCapacity], [undefined, undefined]);
      assert.deepEqual(program.ofType("aws:appautoscaling/target:Target"), []);
    }
  });

  it("is provisioned for table and index alike, never both kinds at once", async () => {
    const program = await recordResources(() => keyedTable("t", { ...ARGS, capacity: CAPACITY }, {}));
    const { inputs } = program.named("t");
    const [index] = inputs.globalSecondaryIndexes as Record<string, unknown>[];
    assert.equal(inputs.billingMode, "PROVISIONED");
    for (const one of [inputs, index]) assert.deepEqual([one?.readCapacity, one?.writeCapacity], [20, 30]);
  });

  it("follows the load at 70 % of table and index, reads and writes, up to so many times", async () => {
    const program = await recordResources(() => keyedTable("t", { ...ARGS, capacity: CAPACITY }, {}));
    const targets = program.ofType("aws:appautoscaling/target:Target").map(({ inputs }) => inputs);
    assert.deepEqual(
      targets.map(({ resourceId, scalableDimension, minCapacity, maxCapacity }) => [
        ...[resourceId, scalableDimension, minCapacity, maxCapacity],
      ]),
      [
        ["table/table-t-dev", "dynamodb:table:ReadCapacityUnits", 20, 200],
        ["table/table-t-dev", "dynamodb:table:WriteCapacityUnits", 30, 300],
        ["table/table-t-dev/index/byType", "dynamodb:index:ReadCapacityUnits", 20, 200],
        ["table/table-t-dev/index/byType", "dynamodb:index:WriteCapacityUnits", 30, 300],
      ],
    );
    const policies = program.ofType("aws:appautoscaling/policy:Policy").map(({ inputs }) => inputs);
    assert.deepEqual(
      policies.map(({ resourceId, scalableDimension }) => [resourceId, scalableDimension]),
      targets.map(({ resourceId, scalableDimension }) => [resourceId, scalableDimension]),
    );
    for (const policy of policies) {
      const kind = String(policy.scalableDimension).includes("Read") ? "Read" : "Write";
      assert.deepEqual(policy.targetTrackingScalingPolicyConfiguration, {
        predefinedMetricSpecification: { predefinedMetricType: `DynamoDB${kind}CapacityUtilization` },
        targetValue: 70,
      });
      assert.equal(policy.policyType, "TargetTrackingScaling");
    }
  });

  it("is left to what scales it when the program runs again", async () => {
    const program = await recordResources(() => keyedTable("t", { ...ARGS, capacity: CAPACITY }, {}));
    const [declared] = program.declared.filter(({ type }) => type === "aws:dynamodb/table:Table");
    assert.deepEqual(declared?.options.ignoreChanges, [
      "readCapacity",
      "writeCapacity",
      "globalSecondaryIndexes[*].readCapacity",
      "globalSecondaryIndexes[*].writeCapacity",
    ]);
  });

  it("names no index of a table that has none, which Pulumi would refuse", async () => {
    const { globalIndex: _, ...plain } = ARGS;
    const program = await recordResources(() => keyedTable("t", { ...plain, capacity: CAPACITY }, {}));
    const [declared] = program.declared.filter(({ type }) => type === "aws:dynamodb/table:Table");
    assert.deepEqual(declared?.options.ignoreChanges, ["readCapacity", "writeCapacity"]);
  });

  it("of a table that is streamed shows what was there before and after", async () => {
    const program = await recordResources(() => keyedTable("t", { ...ARGS, streamed: true }, {}));
    const { streamEnabled, streamViewType } = program.named("t").inputs;
    assert.deepEqual([streamEnabled, streamViewType], [true, "NEW_AND_OLD_IMAGES"]);
  });
});
