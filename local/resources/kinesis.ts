import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DeleteStreamCommand,
  DeregisterStreamConsumerCommand,
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  EnableEnhancedMonitoringCommand,
  IncreaseStreamRetentionPeriodCommand,
  type MetricsName,
  RegisterStreamConsumerCommand,
  StartStreamEncryptionCommand,
  type StreamMode,
} from "@aws-sdk/client-kinesis";
import type * as aws from "@pulumi/aws";
import {
  given,
  type Materialisers,
  materialiser,
  nameFor,
  needed,
  nothingElse,
  type Plain,
  type World,
} from "./materialiser";

type StreamInputs = Plain<aws.kinesis.StreamArgs>;
type ConsumerInputs = Plain<aws.kinesis.StreamConsumerArgs>;

const ACTIVE_MILLISECONDS = 30_000;
/** What a stream is made with ("IncreaseStreamRetentionPeriod", API reference). */
const DEFAULT_RETENTION_HOURS = 24;

/** Each change leaves the stream UPDATING for a moment, and the next is refused until it is over. */
async function active({ clients }: World, StreamName: string): Promise<string> {
  const deadline = Date.now() + ACTIVE_MILLISECONDS;
  for (;;) {
    const { StreamDescriptionSummary: stream } = await clients.kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName }),
    );
    if (stream?.StreamStatus === "ACTIVE" && stream.StreamARN) return stream.StreamARN;
    if (Date.now() > deadline) throw new Error(`${StreamName} is ${stream?.StreamStatus} for too long.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function createStream(world: World, inputs: StreamInputs, logicalName: string) {
  const { name, shardCount, streamModeDetails, tags, retentionPeriod, encryptionType, kmsKeyId, ...more } = inputs;
  const { shardLevelMetrics, enforceConsumerDeletion: _deletes, ...rest } = more;
  nothingElse(rest);
  const { kinesis } = world.clients;
  const StreamName = nameFor(name, logicalName);
  const StreamModeDetails = streamModeDetails && { StreamMode: streamModeDetails.streamMode as StreamMode };
  await kinesis.send(new CreateStreamCommand(given({ StreamName, ShardCount: shardCount, StreamModeDetails })));
  const arn = await active(world, StreamName);
  // MiniStack ignores tags that come with CreateStream.
  if (tags) await kinesis.send(new AddTagsToStreamCommand({ StreamName, Tags: tags }));
  if (retentionPeriod !== undefined && retentionPeriod > DEFAULT_RETENTION_HOURS) {
    const RetentionPeriodHours = retentionPeriod;
    await kinesis.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours }));
    await active(world, StreamName);
  }
  if (encryptionType === "KMS") {
    const KeyId = kmsKeyId ?? "alias/aws/kinesis";
    await kinesis.send(new StartStreamEncryptionCommand({ StreamName, EncryptionType: "KMS", KeyId }));
    await active(world, StreamName);
  }
  if (shardLevelMetrics?.length) {
    const ShardLevelMetrics = shardLevelMetrics as MetricsName[];
    await kinesis.send(new EnableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics }));
    await active(world, StreamName);
  }
  return { id: arn, outputs: { name: StreamName, arn } };
}

/** "A consumer can't read data while in the CREATING or DELETING states" (ConsumerDescription, API reference). */
async function registerConsumer({ clients }: World, inputs: ConsumerInputs, logicalName: string) {
  const { streamArn, name, tags, ...rest } = inputs;
  nothingElse(rest);
  const StreamARN = needed(streamArn, "streamArn");
  const ConsumerName = nameFor(name, logicalName);
  const request = given({ StreamARN, ConsumerName, Tags: tags });
  const { Consumer: made } = await clients.kinesis.send(new RegisterStreamConsumerCommand(request));
  const ConsumerARN = needed(made?.ConsumerARN, "the consumer's ARN");
  const deadline = Date.now() + ACTIVE_MILLISECONDS;
  for (let status = made?.ConsumerStatus; status !== "ACTIVE"; ) {
    if (Date.now() > deadline) throw new Error(`${ConsumerName} is ${status} for too long.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { ConsumerDescription } = await clients.kinesis.send(new DescribeStreamConsumerCommand({ ConsumerARN }));
    status = ConsumerDescription?.ConsumerStatus;
  }
  const creationTimestamp = made?.ConsumerCreationTimestamp?.toISOString();
  return {
    id: ConsumerARN,
    outputs: { arn: ConsumerARN, name: ConsumerName, streamArn: StreamARN, creationTimestamp },
  };
}

export const kinesis: Materialisers = {
  "aws:kinesis/stream:Stream": materialiser<aws.kinesis.StreamArgs>({
    create: createStream,
    async delete({ clients }, { id }) {
      await clients.kinesis.send(new DeleteStreamCommand({ StreamARN: id, EnforceConsumerDeletion: true }));
    },
  }),
  "aws:kinesis/streamConsumer:StreamConsumer": materialiser<aws.kinesis.StreamConsumerArgs>({
    create: registerConsumer,
    async delete({ clients }, { id }) {
      await clients.kinesis.send(new DeregisterStreamConsumerCommand({ ConsumerARN: id }));
    },
  }),
};
