import assert from "node:assert/strict";
import { verdict } from "../support/iam";
import { type RecordedProgram, recordResources } from "../support/recorded-program";
import { ACCOUNT, network, only, TYPES } from "./support/networks";

describe("Flow logs of a network", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordResources(() => network());
  });
  const group = () => program.named("network-flow-logs");

  it("tell every flow, kept for the days of the configuration", () => {
    const { inputs } = only(program, "aws:ec2/flowLog:FlowLog");
    assert.equal(inputs.vpcId, only(program, TYPES.vpc).id);
    assert.equal(inputs.trafficType, "ALL");
    assert.equal(inputs.logDestination, group().state.arn);
    assert.equal(inputs.iamRoleArn, program.named("network-flow-logs-role").state.arn);
    assert.equal(group().inputs.name, "/aws/vpc/vpc-network-dev");
    assert.equal(group().inputs.retentionInDays, 7);
  });

  it("are encrypted under a key that rotates and that CloudWatch Logs uses for them alone", () => {
    const key = program.named("network-flow-logs-key");
    assert.equal(group().inputs.kmsKeyId, key.state.arn);
    assert.equal(key.inputs.enableKeyRotation, true);
    assert.equal(key.inputs.deletionWindowInDays, 7);
    assert.equal(program.named("network-flow-logs-key-alias").inputs.name, "alias/key-flow-logs-network-dev");
    const said = (arn: string, service = "logs.us-east-1.amazonaws.com") =>
      verdict(key.inputs.policy, {
        action: "kms:GenerateDataKey",
        resource: "*",
        service,
        context: { "kms:EncryptionContext:aws:logs:arn": arn },
      });
    assert.equal(said(String(group().state.arn)), "Allow");
    assert.equal(said(`arn:aws:logs:us-east-1:${ACCOUNT}:log-group:another`), "nothing");
    assert.equal(said(String(group().state.arn), "logs.eu-west-1.amazonaws.com"), "nothing");
  });

  it("are written by a role that this account's flow logs assume, and that cannot make a group", () => {
    const trusted = (account: string, arn: string) =>
      verdict(program.named("network-flow-logs-role").inputs.assumeRolePolicy, {
        action: "sts:AssumeRole",
        resource: "",
        service: "vpc-flow-logs.amazonaws.com",
        context: { "aws:SourceAccount": account, "aws:SourceArn": arn },
      });
    assert.equal(trusted(ACCOUNT, `arn:aws:ec2:us-east-1:${ACCOUNT}:vpc-flow-log/fl-1`), "Allow");
    assert.equal(trusted("999999999999", `arn:aws:ec2:us-east-1:${ACCOUNT}:vpc-flow-log/fl-1`), "nothing");
    assert.equal(trusted(ACCOUNT, `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-1`), "nothing");
    const { policy } = program.named("network-flow-logs-policy").inputs;
    const may = (action: string, resource: string) => verdict(policy, { action, resource });
    const stream = `${String(group().state.arn)}:log-stream:eni-1`;
    assert.equal(may("logs:PutLogEvents", stream), "Allow");
    assert.equal(may("logs:CreateLogStream", stream), "Allow");
    assert.equal(may("logs:DescribeLogStreams", `${String(group().state.arn)}:*`), "Allow");
    assert.equal(
      may("logs:PutLogEvents", `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:another:log-stream:x`),
      "nothing",
    );
    for (const resource of [String(group().state.arn), `${String(group().state.arn)}:*`])
      assert.equal(may("logs:CreateLogGroup", resource), "nothing");
    assert.deepEqual(only(program, "aws:ec2/flowLog:FlowLog").dependsOn, ["network-flow-logs-policy"]);
  });
});
