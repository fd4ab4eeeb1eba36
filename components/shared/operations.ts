import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { mailedTopic, onlyAlarmsPublish, topicsKey } from "./topics";

/** Takes alarms, under a key that CloudWatch may use. */
export interface Operations {
  readonly key: aws.kms.Key;
  readonly topic: aws.sns.Topic;
}

export interface OperationsArgs {
  /** Physical names. */
  readonly names: { readonly operationsTopic: string; readonly topicsKeyAlias: string };
  /** Gets alarms by e-mail, once it has confirmed the subscription. */
  readonly notificationEmail: string;
  readonly account: pulumi.Input<string>;
  readonly region: string;
  /** Days a deleted key can still be restored: 7 to 30. */
  readonly keyDeletionDays: number;
}

/** Where the alarms of a system go. */
export function operations(name: string, args: OperationsArgs, opts: pulumi.CustomResourceOptions): Operations {
  const { names, notificationEmail: email } = args;
  const key = topicsKey(`${name}-topics-key`, { ...args, alias: names.topicsKeyAlias, system: name }, opts);
  const topic = mailedTopic(`${name}-operations`, { name: names.operationsTopic, key, email }, opts);
  onlyAlarmsPublish(`${name}-operations-topic-policy`, topic, args, opts);
  return { key, topic };
}
