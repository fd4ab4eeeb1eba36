import assert from "node:assert/strict";
import { Lambda } from "../../components/shared/lambda";
import { grantsOf } from "../support/grants";
import { ONLY, type RecordedProgram, recordProgram } from "../support/recorded-program";

const NOT_BY_ITS_CODE = " when Null lambda:SourceFunctionArn=true";
const OWN_ACCOUNT = " when StringEquals aws:ResourceAccount=123456789012";
/** What every function in the network has: its log, traces, and what Lambda does with the role to put it there. */
const common = (worker: string) => [
  `logs:CreateLogStream on /aws/lambda/lambda-${worker}-clickstream-dev:*`,
  `logs:PutLogEvents on /aws/lambda/lambda-${worker}-clickstream-dev:*`,
  "xray:PutTelemetryRecords on *",
  "xray:PutTraceSegments on *",
  ...["DescribeNetworkInterfaces", "DescribeSubnets"].map((action) => `ec2:${action} on *${NOT_BY_ITS_CODE}`),
  ...["AssignPrivateIpAddresses", "CreateNetworkInterface", "DeleteNetworkInterface", "UnassignPrivateIpAddresses"].map(
    (action) => `ec2:${action} on *${NOT_BY_ITS_CODE}${OWN_ACCOUNT}`,
  ),
];
const parameters = (...keys: string[]) => keys.map((key) => `ssm:GetParameters on /sluice/dev/clickstream/${key}`);
const tables = (table: string, ...actions: string[]) =>
  actions.map((action) => `dynamodb:${action} on table-${table.replace("/", "-clickstream-dev/")}`).map(named);
const named = (line: string) => (line.includes("-dev") ? line : `${line}-clickstream-dev`);

const BUCKET = "bucket-failed-clickstream-123456789012-us-east-1-dev";
/** Everything that each role may do; a line more or less is a change of permissions. */
const GRANTS: Readonly<Record<string, readonly string[]>> = {
  "role-collector-clickstream-dev": [
    ...common("collector"),
    "kinesis:DescribeStreamSummary on stream-clickstream-dev",
    "kinesis:PutRecords on stream-clickstream-dev",
    "kms:GenerateDataKey on key-clickstream-data-key",
    ...parameters("write-keys", "origins"),
  ],
  "role-processing-clickstream-dev": [
    ...common("processing"),
    ...tables("events", "PutItem"),
    ...tables("sessions", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
    ...tables("ids", "GetItem", "PutItem"),
    ...tables("links", "GetItem", "PutItem"),
    ...tables("quarantine", "PutItem"),
    ...["DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards"].map(
      (action) => `kinesis:${action} on stream-clickstream-dev`,
    ),
    "kms:Decrypt on key-clickstream-data-key",
    "kms:GenerateDataKey on key-clickstream-data-key",
    `s3:ListBucket on ${BUCKET}`,
    `s3:PutObject on ${BUCKET}/aws/lambda/*`,
    ...parameters("policy"),
  ],
  "role-reader-clickstream-dev": [
    ...common("reader"),
    ...tables("events", "BatchWriteItem", "Query"),
    ...tables("events/index/byType", "Query"),
    ...tables("sessions", "BatchWriteItem", "GetItem", "Query", "UpdateItem"),
    ...tables("ids", "BatchWriteItem"),
    ...tables("links", "DeleteItem", "GetItem"),
    ...tables("links/index/byUser", "Query"),
    ...tables("quarantine", "DeleteItem"),
    ...tables("quarantine/index/byVisitor", "Query"),
    ...parameters("access-keys", "policy"),
  ],
};

describe("Grants of clickstream", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordProgram("dev", ONLY.clickstream);
  });

  for (const [role, expected] of Object.entries(GRANTS)) {
    it(`gives ${role} exactly what its function does`, () => {
      assert.deepEqual(grantsOf(program, role), [...expected].sort());
    });
  }

  it("lets the function that anybody may call read no table and no record", () => {
    const readings = grantsOf(program, "role-collector-clickstream-dev").filter((line) =>
      /^(dynamodb|s3|kinesis:Get)/.test(line),
    );
    assert.deepEqual(readings, []);
  });

  it("has no role beside these and that of the network's flow logs, and no managed policy", () => {
    const roles = program.ofType("aws:iam/role:Role").map(({ inputs }) => String(inputs.name));
    assert.deepEqual(roles.sort(), [...Object.keys(GRANTS), "role-flow-logs-network-dev"].sort());
    assert.deepEqual(program.ofType("aws:iam/rolePolicyAttachment:RolePolicyAttachment"), []);
  });

  it("knows the reason of every wildcard resource", () => {
    const lambdas = program.declared.flatMap(({ resource }) => (resource instanceof Lambda ? [resource] : []));
    const wildcards = lambdas.flatMap(({ grants }) => grants.filter(({ resources }) => resources.includes("*")));
    assert.equal(lambdas.length, 3);
    assert.equal(wildcards.length, 9);
    for (const { because = "" } of wildcards) assert.match(because, /.{20}/);
  });
});

describe("Ways out of clickstream's functions", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordProgram("dev", ONLY.clickstream);
  });
  const groupOf = (worker: string) => String(program.named(`clickstream-${worker}-group`).id);
  const outOf = (group: string) =>
    program
      .ofType("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
      .filter(({ inputs }) => inputs.securityGroupId === group)
      .map(
        ({ inputs }) =>
          `${inputs.referencedSecurityGroupId ?? inputs.prefixListId ?? inputs.cidrIpv4}:${inputs.toPort}`,
      )
      .sort();

  it("lead to the services that they call, and nowhere else", () => {
    const endpoints = `${program.named("network-endpoints-group").id}:443`;
    const dynamodb = `${program.named("network-dynamodb-endpoint").state.prefixListId}:443`;
    assert.deepEqual(outOf(groupOf("collector")), [endpoints]);
    assert.deepEqual(outOf(groupOf("processing")), [dynamodb, endpoints].sort());
    assert.deepEqual(outOf(groupOf("reader")), [dynamodb, endpoints].sort());
  });

  it("are none of the load balancer, which reaches functions through Lambda", () => {
    assert.deepEqual(outOf(String(program.named("clickstream-alb-security-group").id)), []);
  });

  it("let nobody in to a function", () => {
    const into = program
      .ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
      .map(({ inputs }) => inputs.securityGroupId);
    for (const worker of ["collector", "processing", "reader"]) assert.ok(!into.includes(groupOf(worker)), worker);
  });
});
