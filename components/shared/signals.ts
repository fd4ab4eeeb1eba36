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
  /** Fires above this value, in the metric's unit. */
  readonly above: number;
  /** Whether it fires as well when there is no figure at all; no event is no failure when left out. */
  readonly silenceFires?: boolean;
  /** For how long: so many periods of so many seconds, one after another. One of a minute when left out. */
  readonly lasting?: { readonly seconds: number; readonly periods: number };
  /** A dimension more, by which the service splits the metric: the signal reads the sum over these values of it. */
  readonly split?: { readonly dimension: string; readonly values: readonly string[] };
}

/** What does not pass by itself: two periods of five minutes. */
export const LASTING = { seconds: 300, periods: 2 };

/** What a signal is called and means. */
export type Subject = Pick<Signal, "name" | "says" | "chart">;
/** What it reads, and how much is too much. */
export type Reading = Pick<Signal, "metric" | "statistic" | "above" | "lasting" | "split" | "silenceFires">;

export const lettersIn = (subject: string, letters: DeadLetters): Signal => ({
  name: `letters-${subject}`,
  chart: "Dead letters waiting",
  says: "Events wait in a failure queue, whole, for some days: docs/runbooks says how to redrive them.",
  namespace: "AWS/SQS",
  metric: "ApproximateNumberOfMessagesVisible",
  dimensions: { QueueName: letters.queue.name },
  statistic: "Maximum",
  above: 0,
});

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
