import assert from "node:assert/strict";
import { Lambda } from "../../components/shared/lambda";
import { grantsOf } from "../support/grants";
import { ONLY, type RecordedProgram, recordProgram } from "../support/recorded-program";

const NOT_BY_ITS_CODE = " when Null lambda:SourceFunctionArn=true";
const OWN_ACCOUNT = " when StringEquals aws:ResourceAccount=123456789012";
const KEY = "key-ad-exchange-data-key";
const SECRETS_KEY = "key-ad-exchange-secrets-key";
const SECRET = "secret:secret-signing-keys-ad-exchange-prod-AbCdEf";

/** What every function has: its log and traces. */
const common = (worker: string) => [
  `logs:CreateLogStream on /aws/lambda/lambda-${worker}-ad-exchange-prod:*`,
  `logs:PutLogEvents on /aws/lambda/lambda-${worker}-ad-exchange-prod:*`,
  "xray:PutTelemetryRecords on *",
  "xray:PutTraceSegments on *",
];
/** What Lambda does with the role to put it into the network. */
const NETWORKED = [
  ...["DescribeNetworkInterfaces", "DescribeSubnets"].map((action) => `ec2:${action} on *${NOT_BY_ITS_CODE}`),
  ...["AssignPrivateIpAddresses", "CreateNetworkInterface", "DeleteNetworkInterface", "UnassignPrivateIpAddresses"].map(
    (action) => `ec2:${action} on *${NOT_BY_ITS_CODE}${OWN_ACCOUNT}`,
  ),
];
const table = (noun: string, ...actions: string[]) =>
  actions.map((action) => `dynamodb:${action} on table-${noun}-ad-exchange-prod`);
const parameter = (key: string) => `ssm:GetParameters on /sluice/prod/ad-exchange/${key}`;
const reading = ["Decrypt", "DescribeKey"].map((action) => `kms:${action} on ${KEY}`);
const writing = ["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey*", "ReEncrypt*"].map(
  (action) => `kms:${action} on ${KEY}`,
);
const throughDax = (action: string) => `dax:${action} on cache/dax-adx-prod`;
const bucket = (noun: string) => `bucket-${noun}-ad-exchange-123456789012-us-east-1-prod`;

/** Everything that each role may do; a line more or less is a change of permissions. */
const GRANTS: Readonly<Record<string, readonly string[]>> = {
  "role-bid-handler-ad-exchange-prod": [
    ...common("bid-handler"),
    ...NETWORKED,
    ...reading,
    throughDax("Query"),
    `s3:GetObject on ${bucket("snapshots")}/index/*`,
    `secretsmanager:GetSecretValue on ${SECRET}`,
    `kms:Decrypt on ${SECRETS_KEY}`,
    parameter("settings"),
    ...["CreateLogGroup", "CreateLogStream", "PutLogEvents"].map(
      (action) => `logs:${action} on /aws/lambda-insights:*`,
    ),
  ],
  "role-campaigns-ad-exchange-prod": [
    ...common("campaigns"),
    ...NETWORKED,
    ...writing,
    throughDax("GetItem"),
    ...table("campaigns", "GetItem", "PutItem", "Query"),
    ...table("audit", "GetItem", "PutItem"),
  ],
  "role-authorizer-ad-exchange-prod": [
    ...common("authorizer"),
    ...reading,
    ...table("tokens", "GetItem"),
    parameter("issuers"),
  ],
  "role-indexer-ad-exchange-prod": [
    ...common("indexer"),
    ...writing,
    ...table("changes", "PutItem"),
    // What Lambda does with the role: it reads the stream, and keeps what is given up on.
    ...["DescribeStream", "GetRecords", "GetShardIterator"].map(
      (action) => `dynamodb:${action} on table-campaigns-ad-exchange-prod/stream/2026-01-05T00:00:00.000`,
    ),
    "dynamodb:ListStreams on *",
    `kms:Decrypt on ${KEY}`,
    `kms:GenerateDataKey on ${KEY}`,
    `s3:ListBucket on ${bucket("failed")}`,
    `s3:PutObject on ${bucket("failed")}/aws/lambda/*`,
  ],
  "role-snapshot-ad-exchange-prod": [
    ...common("snapshot"),
    ...writing,
    ...table("campaigns", "Scan"),
    ...table("changes", "PutItem", "Query"),
    `s3:PutObject on ${bucket("snapshots")}/index/*`,
    parameter("settings"),
    "sqs:SendMessage on queue-snapshot-dlq-ad-exchange-prod",
  ],
  "role-key-rotation-ad-exchange-prod": [
    ...common("key-rotation"),
    ...["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"].map(
      (action) => `secretsmanager:${action} on ${SECRET}`,
    ),
    `kms:Decrypt on ${SECRETS_KEY}`,
    `kms:GenerateDataKey on ${SECRETS_KEY}`,
  ],
  "role-dax-ad-exchange-prod": [
    ...reading,
    ...table("campaigns", "DescribeTable", "GetItem"),
    ...table("changes", "DescribeTable", "Query"),
  ],
};

/** Policies of one role say the same of a key more than once. */
const distinct = (lines: readonly string[]) => [...new Set(lines)].sort();

describe("Grants of the ad exchange", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordProgram("prod", ONLY.adExchange);
  });

  for (const [role, expected] of Object.entries(GRANTS)) {
    it(`gives ${role} exactly what it does`, () => {
      assert.deepEqual(distinct(grantsOf(program, role)), distinct(expected));
    });
  }

  it("lets the function that takes bid requests write nothing but its log", () => {
    const writings = grantsOf(program, "role-bid-handler-ad-exchange-prod").filter((line) =>
      /:(Put(?!Log|T)|Update|Delete|Batch|Create(?!Log|Network))/.test(
        line.replace(/^dax:.*/, "").replace(/^ec2:.*/, ""),
      ),
    );
    assert.deepEqual(writings, []);
  });

  it("lets the function that lets callers in see no campaign and no secret", () => {
    const lines = grantsOf(program, "role-authorizer-ad-exchange-prod").filter((line) =>
      /campaigns|changes|audit|secretsmanager/.test(line),
    );
    assert.deepEqual(lines, []);
  });

  it("has no role beside these and that of the network's flow logs", () => {
    const roles = program.ofType("aws:iam/role:Role").map(({ inputs }) => String(inputs.name));
    assert.deepEqual(roles.sort(), [...Object.keys(GRANTS), "role-flow-logs-network-prod"].sort());
  });

  it("knows the reason of every wildcard resource", () => {
    const lambdas = program.declared.flatMap(({ resource }) => (resource instanceof Lambda ? [resource] : []));
    const wildcards = lambdas.flatMap(({ grants }) => grants.filter(({ resources }) => resources.includes("*")));
    assert.equal(lambdas.length, 6);
    assert.equal(wildcards.length, 6 + 2 * 2);
    for (const { because = "" } of wildcards) assert.match(because, /.{20}/);
  });
});

describe("Ways out of the exchange's functions", () => {
  const outOf = (program: RecordedProgram, name: string) =>
    program
      .ofType("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
      .filter(({ inputs }) => inputs.securityGroupId === program.named(`ad-exchange-${name}-group`).id)
      .map(
        ({ inputs }) =>
          `${inputs.referencedSecurityGroupId ?? inputs.prefixListId ?? inputs.cidrIpv4}:${inputs.toPort}`,
      )
      .sort();
  const places = (program: RecordedProgram) => ({
    endpoints: `${program.named("network-endpoints-group").id}:443`,
    dynamodb: `${program.named("network-dynamodb-endpoint").state.prefixListId}:443`,
    s3: `${program.named("network-s3-endpoint").state.prefixListId}:443`,
  });

  it("lead to endpoints, tables, snapshots and the cache in prod, and nowhere else", async () => {
    const program = await recordProgram("prod", ONLY.adExchange);
    const { endpoints, dynamodb, s3 } = places(program);
    const dax = `${program.named("ad-exchange-dax-group").id}:9111`;
    // Not to DynamoDB: what the cache does not answer waits for it.
    assert.deepEqual(outOf(program, "bid-handler"), [endpoints, s3, dax].sort());
    assert.deepEqual(outOf(program, "campaigns"), [dynamodb, dax].sort());
  });

  it("lead through NAT in dev to what has no endpoint there, with the reason", async () => {
    const program = await recordProgram("dev", ONLY.adExchange);
    const { endpoints, dynamodb, s3 } = places(program);
    assert.deepEqual(outOf(program, "bid-handler"), [endpoints, dynamodb, s3, "0.0.0.0/0:443"].sort());
    assert.equal(
      program.named("ad-exchange-bid-handler-to-internet-443").inputs.description,
      "secretsmanager, logs: no interface endpoint here, reached through NAT",
    );
    assert.throws(() => program.named("ad-exchange-campaigns-group"), /0 resources/);
  });

  it("let in to the cache its readers and its own nodes alone, by groups", async () => {
    const program = await recordProgram("prod", ONLY.adExchange);
    const dax = program.named("ad-exchange-dax-group").id;
    const into = program
      .ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
      .filter(({ inputs }) => inputs.securityGroupId === dax)
      .map(({ inputs }) => `${inputs.referencedSecurityGroupId}:${inputs.fromPort}-${inputs.toPort}`);
    const of = (name: string) => program.named(`ad-exchange-${name}-group`).id;
    assert.deepEqual(
      into.sort(),
      [`${of("bid-handler")}:9111-9111`, `${of("campaigns")}:9111-9111`, `${dax}:0-65535`].sort(),
    );
  });
});
