import { createHash } from "node:crypto";
import { DescribeRuleCommand, PutTargetsCommand, RemoveTargetsCommand, type Target } from "@aws-sdk/client-eventbridge";
import { CreateQueueCommand, DeleteQueueCommand, GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import type * as aws from "@pulumi/aws";
import { given, materialiser, needed, nothingElse, type Plain, type World } from "./materialiser";

type TargetInputs = Plain<aws.cloudwatch.EventTargetArgs>;

interface Place {
  readonly rule: string;
  readonly busName: string;
  readonly targetId: string;
}

/**
 * A rule's target. MiniStack calls a Lambda function once and forgets the event when that fails, so a function's place is
 * taken by a queue of ours, from which `event-sources/` delivers as AWS does. Queues and topics are targets themselves.
 */
export const eventTarget = materialiser<aws.cloudwatch.EventTargetArgs>({
  async create(world, inputs, logicalName) {
    const {
      rule,
      eventBusName = "default",
      targetId = logicalName,
      arn,
      retryPolicy,
      deadLetterConfig,
      ...rest
    } = inputs;
    nothingElse(rest);
    const place = { rule: String(rule), busName: String(eventBusName), targetId };
    const service = String(arn).split(":")[2];
    if (service === "lambda") {
      const deliveryQueueUrl = await deliverThroughQueue(world, place, inputs);
      return { id: idOf(place), outputs: { ...place, targetId, deliveryQueueUrl } };
    }
    if (service !== "sqs" && service !== "sns") {
      throw new Error(`arn is ${arn}; a target can be a Lambda function, an SQS queue or an SNS topic here.`);
    }
    await putTarget(world, place, { Id: targetId, Arn: String(arn), ...settingsOf(inputs) });
    return { id: idOf(place), outputs: { ...place, targetId } };
  },
  async delete({ clients }, { outputs }) {
    const { rule, busName, targetId, deliveryQueueUrl } = outputs as unknown as Place & { deliveryQueueUrl?: string };
    await clients.events.send(new RemoveTargetsCommand({ Rule: rule, EventBusName: busName, Ids: [targetId] }));
    if (deliveryQueueUrl) await clients.sqs.send(new DeleteQueueCommand({ QueueUrl: deliveryQueueUrl }));
  },
});

const idOf = ({ rule, busName, targetId }: Place) =>
  busName === "default" ? `${rule}-${targetId}` : `${busName}-${rule}-${targetId}`;

const settingsOf = ({ retryPolicy, deadLetterConfig }: TargetInputs): Partial<Target> =>
  given({
    RetryPolicy:
      retryPolicy &&
      given({
        MaximumRetryAttempts: retryPolicy.maximumRetryAttempts,
        MaximumEventAgeInSeconds: retryPolicy.maximumEventAgeInSeconds,
      }),
    DeadLetterConfig: deadLetterConfig?.arn ? { Arn: deadLetterConfig.arn } : undefined,
  }) as Partial<Target>;

async function putTarget({ clients }: World, { rule, busName }: Place, target: Target): Promise<void> {
  const request = { Rule: rule, EventBusName: busName, Targets: [target] };
  const { FailedEntries = [] } = await clients.events.send(new PutTargetsCommand(request));
  if (FailedEntries.length > 0)
    throw new Error(`PutTargets: ${FailedEntries[0]?.ErrorCode}: ${FailedEntries[0]?.ErrorMessage}`);
}

/** Makes the queue, puts it in the function's place, and notes the target for the event sources. Answers the queue's URL. */
async function deliverThroughQueue(world: World, place: Place, inputs: TargetInputs): Promise<string> {
  const { clients } = world;
  const hash = createHash("sha256").update(JSON.stringify(place)).digest("hex").slice(0, 12);
  const { QueueUrl } = await clients.sqs.send(new CreateQueueCommand({ QueueName: `sluice-delivery-${hash}` }));
  const url = needed(QueueUrl, "the delivery queue's URL");
  const { Attributes } = await clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["QueueArn"] }),
  );
  const described = new DescribeRuleCommand({ Name: place.rule, EventBusName: place.busName });
  const { Arn, ScheduleExpression: schedule, State } = await clients.events.send(described);
  await putTarget(world, place, { Id: place.targetId, Arn: needed(Attributes?.QueueArn, "the delivery queue's ARN") });
  const { retryPolicy, deadLetterConfig } = inputs;
  world.targets.push({
    ruleArn: needed(Arn, "the rule's ARN"),
    ruleName: place.rule,
    busName: place.busName,
    targetArn: String(inputs.arn),
    deliveryQueueUrl: url,
    retryPolicy: {
      ...(retryPolicy?.maximumRetryAttempts === undefined
        ? {}
        : { maximumRetryAttempts: retryPolicy.maximumRetryAttempts }),
      ...(retryPolicy?.maximumEventAgeInSeconds === undefined
        ? {}
        : { maximumEventAgeSeconds: retryPolicy.maximumEventAgeInSeconds }),
    },
    ...(deadLetterConfig?.arn ? { deadLetterArn: deadLetterConfig.arn } : {}),
    ...(schedule && State !== "DISABLED" ? { schedule } : {}),
  });
  return url;
}
