import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { mailedTopic, onlyTheyPublish, topicsKey } from "../shared/topics";
import type { MarketDataNames } from "./names";

export interface MarketDataTopicsArgs {
  readonly names: MarketDataNames;
  readonly account: pulumi.Input<string>;
  /** Gets both topics by e-mail, once it has confirmed each subscription. */
  readonly notificationEmail: string;
  /** Days a deleted key can still be restored: 7 to 30. */
  readonly keyDeletionDays: number;
}

export interface MarketDataTopics {
  readonly key: aws.kms.Key;
  /** Business alerts of the notification stage. */
  readonly alerts: aws.sns.Topic;
  /** Alarms. */
  readonly operations: aws.sns.Topic;
}

/** Two topics under one customer key. E-mail subscriptions stay pending until the address confirms them. */
export function marketDataTopics(
  name: string,
  args: MarketDataTopicsArgs,
  opts: pulumi.CustomResourceOptions,
): MarketDataTopics {
  const { names, notificationEmail: email } = args;
  const key = topicsKey(`${name}-topics-key`, { ...args, alias: names.keyAlias, system: name }, opts);
  const topic = (noun: "alerts" | "operations") =>
    mailedTopic(`${name}-${noun}`, { name: names.topics[noun], key, email }, opts);
  return { key, alerts: topic("alerts"), operations: topic("operations") };
}

/** Lets exactly one role publish to the alerts topic, whatever other identities' own policies say. */
export const onlyRolePublishes = (
  name: string,
  topic: aws.sns.Topic,
  role: aws.iam.Role,
  opts: pulumi.CustomResourceOptions,
) =>
  onlyTheyPublish(
    name,
    topic,
    [
      {
        Sid: "NotificationPublishes",
        Effect: "Allow",
        Principal: { AWS: role.arn },
        Action: "sns:Publish",
        Resource: topic.arn,
      },
      {
        Sid: "NobodyElsePublishes",
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource: topic.arn,
        Condition: { ArnNotEquals: { "aws:PrincipalArn": role.arn } },
      },
    ],
    opts,
  );
