import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { DeadLetters } from "./dead-letters";

/** An alarm as data, made from the resource it watches, so that it cannot watch nothing. */
export interface Signal {
  /** `<problem>-<subject>`; part of the alarm's name. */
  readonly name: string;
  /** What it means when it fires, and what to do first. */
  readonly says: string;
  /** Signals of one chart on the dashboard. */
  readonly chart: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  /** `Sum`, `Maximum` … or a percentile such as `p99`. */
  readonly statistic: string;
  /** Fires above this value, in the metric's unit, within one minute. */
  readonly above: number;
}

/** What a signal is called and means. */
export type Subject = Pick<Signal, "name" | "says" | "chart">;
/** What it reads, and how much is too much. */
export type Reading = Pick<Signal, "metric" | "statistic" | "above">;

export const lettersIn = (subject: string, letters: DeadLetters): Signal => ({
  name: `letters-${subject}`,
  chart: "Dead letters waiting",
  says: "Events wait in a failure queue, whole, for 4 days: docs/runbooks says how to redrive them.",
  namespace: "AWS/SQS",
  metric: "ApproximateNumberOfMessagesVisible",
  dimensions: { QueueName: letters.queue.name },
  statistic: "Maximum",
  above: 0,
});

const onTable = (table: aws.dynamodb.Table, subject: Subject, reading: Reading): Signal => ({
  ...subject,
  ...reading,
  namespace: "AWS/DynamoDB",
  dimensions: { TableName: table.name },
});

/** @param unitsPerMinute read units a minute above which somebody should look: on demand, use is cost */
export const readsOn = (subject: string, table: aws.dynamodb.Table, unitsPerMinute: number): Signal =>
  onTable(
    table,
    {
      name: `reads-${subject}`,
      chart: "Read units a minute",
      says: `Over ${unitsPerMinute} read units a minute: unusual load or cost.`,
    },
    { metric: "ConsumedReadCapacityUnits", statistic: "Sum", above: unitsPerMinute },
  );

/** @param unitsPerMinute write units a minute above which somebody should look */
export const writesOn = (subject: string, table: aws.dynamodb.Table, unitsPerMinute: number): Signal =>
  onTable(
    table,
    {
      name: `writes-${subject}`,
      chart: "Write units a minute",
      says: `Over ${unitsPerMinute} write units a minute: unusual load or cost.`,
    },
    { metric: "ConsumedWriteCapacityUnits", statistic: "Sum", above: unitsPerMinute },
  );

const onRule = (rule: aws.cloudwatch.EventRule, subject: Subject, metric: string): Signal => ({
  ...subject,
  metric,
  namespace: "AWS/Events",
  dimensions: { EventBusName: rule.eventBusName.apply((bus) => bus ?? "default"), RuleName: rule.name },
  statistic: "Sum",
  above: 0,
});

export const failedInvocationsOf = (subject: string, rule: aws.cloudwatch.EventRule): Signal =>
  onRule(
    rule,
    {
      name: `failed-${subject}`,
      chart: "Failed invocations of rules",
      says: "EventBridge could not hand events to the function; they are in the rule's undelivered queue.",
    },
    "FailedInvocations",
  );

export const undeliveredLossesOf = (subject: string, rule: aws.cloudwatch.EventRule): Signal =>
  onRule(
    rule,
    {
      name: `lost-${subject}`,
      chart: "Losses",
      says: "An undeliverable event could not be put in the rule's queue: it is lost here, replay it from the archive.",
    },
    "InvocationsFailedToBeSentToDlq",
  );
