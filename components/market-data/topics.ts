import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policy, type Statement } from "../shared/access";
import { tlsOnly } from "../shared/dead-letters";
import type { MarketDataNames } from "./names";

export interface MarketDataTopicsArgs {
  readonly names: MarketDataNames;
  readonly account: pulumi.Input<string>;
  readonly region: string;
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

/**
 * Two topics under one customer key: CloudWatch cannot publish to a topic that the AWS managed key encrypts (Amazon SNS
 * Developer Guide, "Enable compatibility between event sources from AWS services and encrypted topics").
 * The key costs $1 a month. E-mail subscriptions stay pending until the address confirms them.
 */
export function marketDataTopics(
  name: string,
  args: MarketDataTopicsArgs,
  opts: pulumi.CustomResourceOptions,
): MarketDataTopics {
  const { names, account, notificationEmail } = args;
  const key = new aws.kms.Key(
    `${name}-topics-key`,
    {
      description: `Encrypts the topics of ${name}`,
      enableKeyRotation: true,
      deletionWindowInDays: args.keyDeletionDays,
      policy: policy(keyStatements(account)),
      tags: { Name: names.keyAlias.replace("alias/", "") },
    },
    opts,
  );
  new aws.kms.Alias(`${name}-topics-key-alias`, { name: names.keyAlias, targetKeyId: key.keyId }, opts);
  const topic = (noun: "alerts" | "operations") => {
    const made = new aws.sns.Topic(
      `${name}-${noun}-topic`,
      { name: names.topics[noun], kmsMasterKeyId: key.arn },
      opts,
    );
    new aws.sns.TopicSubscription(
      `${name}-${noun}-email`,
      { topic: made.arn, protocol: "email", endpoint: notificationEmail },
      opts,
    );
    return made;
  };
  return { key, alerts: topic("alerts"), operations: topic("operations") };
}

/** The account's identities by their own policies; CloudWatch for this account's alarms. */
const keyStatements = (account: pulumi.Input<string>): Statement[] => [
  {
    Sid: "AccountDecides",
    Effect: "Allow",
    Principal: { AWS: pulumi.interpolate`arn:aws:iam::${account}:root` },
    Action: "kms:*",
    Resource: "*", // in a key policy, the key itself
  },
  {
    Sid: "AlarmsEncrypt",
    Effect: "Allow",
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
    Resource: "*",
    Condition: { StringEquals: { "aws:SourceAccount": account } },
  },
];

/** Lets exactly one role publish to the alerts topic, whatever other identities' own policies say. */
export function onlyRolePublishes(
  name: string,
  topic: aws.sns.Topic,
  role: aws.iam.Role,
  opts: pulumi.CustomResourceOptions,
) {
  return publishers(
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
}

/** Lets exactly this account's CloudWatch alarms publish to the operations topic. */
export function onlyAlarmsPublish(
  name: string,
  topic: aws.sns.Topic,
  { account, region }: Pick<MarketDataTopicsArgs, "account" | "region">,
  opts: pulumi.CustomResourceOptions,
) {
  return publishers(
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
}

/** The topic's policy: these statements, and nothing over plain HTTP. */
function publishers(
  name: string,
  topic: aws.sns.Topic,
  statements: Parameters<typeof policy>[0],
  opts: pulumi.CustomResourceOptions,
) {
  const all = policy([tlsOnly("sns:Publish", topic.arn), ...statements]);
  return new aws.sns.TopicPolicy(name, { arn: topic.arn, policy: all }, opts);
}
