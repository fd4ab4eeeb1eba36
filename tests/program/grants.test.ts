import assert from "node:assert/strict";
import { Lambda } from "../../components/shared/lambda";
import { grantsOf } from "../support/grants";
import { ONLY, type RecordedProgram, recordProgram } from "../support/recorded-program";

const PUT_EVENTS = (source: string, type: string) =>
  `events:PutEvents on bus-market-data-dev when StringEquals events:detail-type=${type} events:source=${source}`;
const onFunction = (stage: string) => [
  `logs:CreateLogStream on /aws/lambda/lambda-${stage}-market-data-dev:*`,
  `logs:PutLogEvents on /aws/lambda/lambda-${stage}-market-data-dev:*`,
  `sqs:SendMessage on queue-${stage}-dlq-market-data-dev`,
  "xray:PutTelemetryRecords on *",
  "xray:PutTraceSegments on *",
];
const parameters = (...keys: string[]) => keys.map((key) => `ssm:GetParameters on /sluice/dev/market-data/${key}`);

/** Everything that each role may do; a line more or less is a change of permissions. */
const GRANTS: Readonly<Record<string, readonly string[]>> = {
  "role-ingestion-market-data-dev": [
    "dynamodb:GetItem on table-events-market-data-dev",
    "dynamodb:GetItem on table-series-market-data-dev",
    "dynamodb:PutItem on table-audit-market-data-dev",
    "dynamodb:PutItem on table-events-market-data-dev",
    "dynamodb:PutItem on table-series-market-data-dev",
    PUT_EVENTS("sluice.market-data.ingestion", "MarketData.Validated"),
    ...onFunction("ingestion"),
    ...parameters("audit-table", "bus-name", "events-table", "series-table", "tunables"),
  ],
  "role-processing-market-data-dev": [
    "dynamodb:BatchGetItem on table-events-market-data-dev",
    "dynamodb:PutItem on table-audit-market-data-dev",
    "dynamodb:Query on table-series-market-data-dev/index/byTime",
    "dynamodb:UpdateItem on table-events-market-data-dev",
    PUT_EVENTS("sluice.market-data.processing", "MarketData.Alert"),
    ...onFunction("processing"),
    ...parameters("alert-rules", "audit-table", "bus-name", "events-table", "series-table", "tunables"),
  ],
  "role-notification-market-data-dev": [
    "dynamodb:PutItem on table-alerts-market-data-dev",
    "dynamodb:PutItem on table-audit-market-data-dev",
    "dynamodb:Query on table-alerts-market-data-dev",
    "dynamodb:Query on table-series-market-data-dev/index/byTime",
    "dynamodb:UpdateItem on table-alerts-market-data-dev",
    "kms:Decrypt on key-market-data-topics-key",
    "kms:GenerateDataKey* on key-market-data-topics-key",
    "sns:Publish on topic-alerts-market-data-dev",
    ...onFunction("notification"),
    ...parameters("alert-rules", "alerts-table", "alerts-topic-arn", "audit-table", "series-table", "tunables"),
  ],
};

/** Why each wildcard is needed. */
const WILDCARDS = [
  "xray:PutTraceSegments, xray:PutTelemetryRecords: X-Ray has no resource that these two actions could be limited to",
];

describe("Grants of market data", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordProgram("dev", ONLY.marketData);
  });

  for (const [role, expected] of Object.entries(GRANTS)) {
    it(`gives ${role} exactly what its function calls`, () => {
      assert.deepEqual(grantsOf(program, role), [...expected].sort());
    });
  }

  it("has no role and no managed policy beside these", () => {
    assert.deepEqual(
      program
        .ofType("aws:iam/role:Role")
        .map(({ inputs }) => inputs.name)
        .sort(),
      Object.keys(GRANTS).sort(),
    );
    assert.deepEqual(program.ofType("aws:iam/rolePolicyAttachment:RolePolicyAttachment"), []);
    for (const role of program.ofType("aws:iam/role:Role")) {
      assert.equal(role.inputs.managedPolicyArns, undefined);
      assert.equal(role.inputs.inlinePolicies, undefined);
    }
  });

  it("knows the reason of every wildcard resource", () => {
    const lambdas = program.declared.flatMap(({ resource }) => (resource instanceof Lambda ? [resource] : []));
    const reasons = lambdas.flatMap(({ grants }) =>
      grants.flatMap(({ actions, because }) => (because ? [`${actions.join(", ")}: ${because}`] : [])),
    );
    assert.deepEqual([...new Set(reasons)], WILDCARDS);
    const wild = Object.keys(GRANTS).flatMap((role) =>
      grantsOf(program, role).filter((line) => line.includes(" on *")),
    );
    assert.equal(wild.length, 2 * lambdas.length);
  });

  it("lets only Lambda assume the roles", () => {
    for (const role of program.ofType("aws:iam/role:Role")) {
      const trust = JSON.parse(String(role.inputs.assumeRolePolicy)) as { Statement: unknown };
      const lambda = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
      assert.deepEqual(trust.Statement, [lambda]);
    }
  });

  it("creates the role's policy before the function", () => {
    for (const stage of ["ingestion", "processing", "notification"]) {
      assert.deepEqual(program.named(`market-data-${stage}-function`).dependsOn, [`market-data-${stage}-policy`]);
    }
  });

  it("gives every function's parameter the name of what it may reach", () => {
    const value = (key: string) => program.named(`market-data-${key}-parameter`).inputs.insecureValue;
    assert.equal(value("events-table"), "table-events-market-data-dev");
    assert.equal(value("series-table"), "table-series-market-data-dev");
    assert.equal(value("audit-table"), "table-audit-market-data-dev");
    assert.equal(value("alerts-table"), "table-alerts-market-data-dev");
    assert.equal(value("bus-name"), "bus-market-data-dev");
    assert.equal(value("alerts-topic-arn"), "arn:aws:sns:us-east-1:123456789012:topic-alerts-market-data-dev");
  });
});
