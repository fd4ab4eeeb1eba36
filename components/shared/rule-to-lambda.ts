import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type AsyncFailures, asyncFailures } from "./async-failures";
import { DeadLetters } from "./dead-letters";
import type { Lambda } from "./lambda";

/** What becomes of events that do not get through. Nothing has a default: an edge says what it does with failures. */
export interface RuleToLambdaFailures extends AsyncFailures {
  /** Physical name of the queue for what EventBridge could not hand over. */
  readonly undeliveredName: string;
  /** How often (0 to 185) and how long (60 to 86,400) EventBridge tries to hand an event over. */
  readonly deliveryAttempts: number;
  readonly deliveryAgeSeconds: number;
}

/**
 * What a rule matches goes to a function, asynchronously and at least once. Two failures, two queues: what EventBridge cannot hand over,
 * and what the function took and failed (docs/decisions/0005-one-failure-path.md). The target comes last, so no event meets a missing
 * permission or destination. Returns the first of the queues.
 */
export function ruleToLambda(
  name: string,
  args: { readonly rule: aws.cloudwatch.EventRule; readonly to: Lambda; readonly failures: RuleToLambdaFailures },
  opts: pulumi.CustomResourceOptions,
): DeadLetters {
  const { rule, to, failures } = args;
  const sender = { service: "events.amazonaws.com", sourceArn: rule.arn };
  const undelivered = new DeadLetters(`${name}-undelivered`, { name: failures.undeliveredName, sender }, opts);
  const permission = new aws.lambda.Permission(
    `${name}-permission`,
    {
      action: "lambda:InvokeFunction",
      principal: "events.amazonaws.com",
      function: to.function.name,
      sourceArn: rule.arn,
    },
    opts,
  );
  const destination = asyncFailures(name, to, failures, opts);
  new aws.cloudwatch.EventTarget(
    `${name}-target`,
    {
      rule: rule.name,
      eventBusName: rule.eventBusName,
      targetId: "function",
      arn: to.function.arn,
      retryPolicy: {
        maximumRetryAttempts: failures.deliveryAttempts,
        maximumEventAgeInSeconds: failures.deliveryAgeSeconds,
      },
      deadLetterConfig: { arn: undelivered.queue.arn },
    },
    { ...opts, dependsOn: [permission, destination, undelivered.policy] },
  );
  return undelivered;
}
