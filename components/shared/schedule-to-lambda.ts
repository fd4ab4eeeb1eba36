import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { DeadLetters } from "./dead-letters";
import type { Lambda } from "./lambda";
import { type RuleToLambdaFailures, ruleToLambda } from "./rule-to-lambda";

export interface ScheduleToLambdaArgs {
  /** Physical name of the rule. */
  readonly ruleName: string;
  readonly description: string;
  /** 1 or more. */
  readonly everyMinutes: number;
  readonly to: Lambda;
  /** A run that failed is made up for by the next one: the queues are there to show that it did. */
  readonly failures: Omit<RuleToLambdaFailures, "deliveryAttempts" | "deliveryAgeSeconds">;
}

export interface ScheduleToLambda {
  readonly rule: aws.cloudwatch.EventRule;
  readonly undelivered: DeadLetters;
}

/**
 * A function runs every so many minutes, at least once each time. A rule of the default bus, which costs nothing, and not a
 * schedule of EventBridge Scheduler, which would need a role to do the same.
 */
export function scheduleToLambda(
  name: string,
  args: ScheduleToLambdaArgs,
  opts: pulumi.CustomResourceOptions,
): ScheduleToLambda {
  const { everyMinutes: minutes, to, failures } = args;
  const rule = new aws.cloudwatch.EventRule(
    `${name}-rule`,
    {
      name: args.ruleName,
      description: args.description,
      scheduleExpression: `rate(${minutes} minute${minutes === 1 ? "" : "s"})`,
      state: "ENABLED",
    },
    opts,
  );
  // What is late is done by the next run.
  const delivery = { deliveryAttempts: 2, deliveryAgeSeconds: minutes * 60 };
  return { rule, undelivered: ruleToLambda(name, { rule, to, failures: { ...failures, ...delivery } }, opts) };
}
