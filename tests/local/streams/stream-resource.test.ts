import assert from "node:assert/strict";
import { join } from "node:path";
import { DescribeStreamSummaryCommand } from "@aws-sdk/client-kinesis";
import * as aws from "@pulumi/aws";
import { Clients } from "../../../local/clients";
import { type Cloud, startCloud } from "../../../local/cloud";
import { deploy } from "../../../local/deploy";
import { leftovers } from "../../../local/leftovers";

const root = join(__dirname, "../../..");

describe("A stream on the embedded cloud", () => {
  let cloud: Cloud;
  let admin: Clients;
  before(async () => {
    cloud = await startCloud({ root, stateName: "test-stream-resource" });
    admin = new Clients(cloud, cloud.admin);
  });
  after(async () => {
    admin.close();
    await cloud.stop();
  });

  it("has its shards, retention and encryption, and goes with its stack", async () => {
    const program = async () => {
      const key = new aws.kms.Key("key", {});
      const encryption = { encryptionType: "KMS", kmsKeyId: key.arn };
      const shards = { shardCount: 3, retentionPeriod: 168, shardLevelMetrics: ["IncomingBytes"] };
      const stream = new aws.kinesis.Stream("clicks", {
        name: "clicks",
        ...shards,
        ...encryption,
        tags: { Owner: "t" },
      });
      return { arn: stream.arn, key: key.arn };
    };
    const deployment = await deploy(cloud, { root, stack: "local", program });
    const { StreamDescriptionSummary: made } = await admin.kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: "clicks" }),
    );
    assert.equal(made?.StreamARN, deployment.outputs.arn);
    const { OpenShardCount, RetentionPeriodHours, EncryptionType, KeyId } = made ?? {};
    assert.deepEqual([OpenShardCount, RetentionPeriodHours, EncryptionType], [3, 168, "KMS"]);
    assert.equal(KeyId, deployment.outputs.key);
    await deployment.destroy();
    assert.deepEqual(await leftovers(cloud), []);
  });
});
