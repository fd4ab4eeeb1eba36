import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policy, type Statement } from "./access";
import { tlsOnly } from "./dead-letters";
import { ownKey } from "./keys";

export interface TopicsKeyArgs {
  /** Of the key's alias, with `alias/`. */
  readonly alias: string;
  /** What the topics belong to. */
  readonly system: string;
  readonly account: pulumi.Input<string>;
  /** Days a deleted key can still be restored: 7 to 30. */
  readonly keyDeletionDays: number;
}

/**
 * The customer key of topics that take alarms: CloudWatch cannot publish to a topic that the AWS managed key encrypts (Amazon SNS
 * Developer Guide, "Enable compatibility between event sources from AWS services and encrypted topics").
 */
export const topicsKey = (name: string, args: TopicsKeyArgs, opts: pulumi.CustomResourceOptions): aws.kms.Key =>
  ownKey(
    name,
    {
      ...args,
      description: `Encrypts the topics of ${args.system}`,
      statements: [
        {
          Sid: "AlarmsEncrypt",
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
          Resource: "*",
          Condition: { StringEquals: { "aws:SourceAccount": args.account } },
        },
      ],
    },
    opts,
  );

/** A topic that is sent to an e-mail address, once that has confirmed the subscription. */
export function mailedTopic(
  name: string,
  args: { readonly name: string; readonly key: aws.kms.Key; readonly email: string },
  opts: pulumi.CustomResourceOptions,
): aws.sns.Topic {
  const topic = new aws.sns.Topic(`${name}-topic`, { name: args.name, kmsMasterKeyId: args.key.arn }, opts);
  new aws.sns.TopicSubscription(`${name}-email`, { topic: topic.arn, protocol: "email", endpoint: args.email }, opts);
  return topic;
}

/** Lets exactly this account's CloudWatch alarms publish to the topic. */
export const onlyAlarmsPublish = (
  name: string,
  topic: aws.sns.Topic,
  { account, region }: { readonly account: pulumi.Input<string>; readonly region: string },
  opts: pulumi.CustomResourceOptions,
) =>
  onlyTheyPublish(
    name,
    topic,
    [
      {
        Sid: "AlarmsPublish",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: topic.arn,
        Condition: {
          StringEquals: { "aws:SourceAccount": account },
          ArnLike: { "aws:SourceArn": pulumi.interpolate`arn:aws:cloudwatch:${region}:${account}:alarm:*` },
        },
      },
      {
        // Not "everyone but CloudWatch": a service's calls are known by aws:PrincipalIsAWSService in every request.
        Sid: "NoIdentityPublishes",
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource: topic.arn,
        Condition: { Bool: { "aws:PrincipalIsAWSService": "false" } },
      },
    ],
    opts,
  );

/** The topic's policy: these statements, and nothing over plain HTTP. */
export function onlyTheyPublish(
  name: string,
  topic: aws.sns.Topic,
  statements: readonly Statement[],
  opts: pulumi.CustomResourceOptions,
): aws.sns.TopicPolicy {
  const all = policy([tlsOnly("sns:Publish", topic.arn), ...statements]);
  return new aws.sns.TopicPolicy(name, { arn: topic.arn, policy: all }, opts);
}
