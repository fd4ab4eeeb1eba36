import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import type * as aws from "@pulumi/aws";
import {
  documentText,
  given,
  type Materialisers,
  materialiser,
  nameFor,
  needed,
  nothingElse,
  type Plain,
  type World,
} from "./materialiser";

type QueueInputs = Plain<aws.sqs.QueueArgs>;

const text = (value: number | boolean | undefined) => (value === undefined ? undefined : String(value));

/** A queue's attributes as SQS takes them: all text. */
export function queueAttributes(inputs: QueueInputs): Record<string, string> {
  const {
    name,
    tags,
    messageRetentionSeconds,
    visibilityTimeoutSeconds,
    delaySeconds,
    receiveWaitTimeSeconds,
    ...more
  } = inputs;
  const { sqsManagedSseEnabled, kmsMasterKeyId, kmsDataKeyReusePeriodSeconds, ...others } = more;
  const { redrivePolicy, redriveAllowPolicy, policy, maxMessageSize, fifoQueue, contentBasedDeduplication, ...rest } =
    others;
  nothingElse(rest);
  return given({
    MessageRetentionPeriod: text(messageRetentionSeconds),
    VisibilityTimeout: text(visibilityTimeoutSeconds),
    DelaySeconds: text(delaySeconds),
    ReceiveMessageWaitTimeSeconds: text(receiveWaitTimeSeconds),
    MaximumMessageSize: text(maxMessageSize),
    SqsManagedSseEnabled: text(sqsManagedSseEnabled),
    KmsMasterKeyId: kmsMasterKeyId,
    KmsDataKeyReusePeriodSeconds: text(kmsDataKeyReusePeriodSeconds),
    RedrivePolicy: redrivePolicy,
    RedriveAllowPolicy: redriveAllowPolicy,
    Policy: policy === undefined ? undefined : documentText(policy),
    FifoQueue: fifoQueue ? "true" : undefined,
    ContentBasedDeduplication: contentBasedDeduplication ? "true" : undefined,
  });
}

async function createQueue({ clients }: World, inputs: QueueInputs, logicalName: string) {
  const QueueName = nameFor(inputs.name, logicalName);
  const Attributes = queueAttributes(inputs);
  const { QueueUrl } = await clients.sqs.send(
    new CreateQueueCommand(given({ QueueName, Attributes, tags: inputs.tags })),
  );
  const url = needed(QueueUrl, "the queue's URL");
  const answer = await clients.sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["QueueArn"] }));
  return { id: url, outputs: { name: QueueName, url, arn: answer.Attributes?.QueueArn } };
}

export const sqs: Materialisers = {
  "aws:sqs/queue:Queue": materialiser<aws.sqs.QueueArgs>({
    create: createQueue,
    async delete({ clients }, { id }) {
      await clients.sqs.send(new DeleteQueueCommand({ QueueUrl: id }));
    },
  }),
  "aws:sqs/queuePolicy:QueuePolicy": materialiser<aws.sqs.QueuePolicyArgs>({
    async create({ clients }, { queueUrl, policy, ...rest }) {
      nothingElse(rest);
      const QueueUrl = needed(queueUrl, "queueUrl");
      await clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: documentText(policy) } }));
      return { id: QueueUrl, outputs: {} };
    },
    async delete({ clients }, { id }) {
      await clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl: id, Attributes: { Policy: "" } }));
    },
  }),
};
