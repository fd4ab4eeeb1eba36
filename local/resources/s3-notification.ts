import {
  type Event,
  type NotificationConfigurationFilter,
  PutBucketNotificationConfigurationCommand,
} from "@aws-sdk/client-s3";
import type * as aws from "@pulumi/aws";
import { given, goesWithItsParent, materialiser, needed, nothingElse, type Plain } from "./materialiser";

type Queue = NonNullable<Plain<aws.s3.BucketNotificationArgs>["queues"]>[number];
type Common = Pick<Queue, "events" | "filterPrefix" | "filterSuffix" | "id">;

/** What notifications have in common, wherever they go. */
function notification({ id, events, filterPrefix, filterSuffix }: Common) {
  const FilterRules = [
    ...(filterPrefix ? [{ Name: "prefix" as const, Value: filterPrefix }] : []),
    ...(filterSuffix ? [{ Name: "suffix" as const, Value: filterSuffix }] : []),
  ];
  const Filter: NotificationConfigurationFilter | undefined =
    FilterRules.length > 0 ? { Key: { FilterRules } } : undefined;
  return given({ Id: id, Events: events as Event[], Filter });
}

/**
 * MiniStack delivers to queues and topics, if their policies let S3, and refuses to be told of others. A function would be
 * invoked by MiniStack's own workers, once, with errors swallowed: notify a queue instead.
 */
export const bucketNotification = materialiser<aws.s3.BucketNotificationArgs>({
  async create({ clients }, { bucket, queues = [], topics = [], eventbridge, ...rest }) {
    nothingElse(rest);
    const Bucket = needed(bucket, "bucket");
    const NotificationConfiguration = given({
      QueueConfigurations: queues.map((queue) => ({ ...notification(queue), QueueArn: queue.queueArn })),
      TopicConfigurations: topics.map((topic) => ({ ...notification(topic), TopicArn: topic.topicArn })),
      EventBridgeConfiguration: eventbridge ? {} : undefined,
    });
    await clients.s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
    return { id: Bucket, outputs: {} };
  },
  delete: goesWithItsParent,
});
