import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { policyOf } from "./access";
import { DeadLetters } from "./dead-letters";
import type { Lambda } from "./lambda";
import { sendsTo } from "./verbs";

/** What becomes of events that do not get through. Nothing has a default: an edge says what it does with failures. */
export interface BusToLambdaFailures {
  /** Takes what the function has accepted and failed: event, error and number of attempts. */
  readonly failed: DeadLetters;
  /** Attempts after the first that failed with an error: 0 to 2 (Lambda). */
  readonly retryAttempts: number;
  /** How long Lambda keeps an event that is throttled or failing: 60 to 21,600. */
  readonly maximumEventAgeSeconds: number;
  /** Physical name of the queue for what EventBridge could not hand over. */
  readonly undeliveredName: string;
  /** How often (0 to 185) and how long (60 to 86,400) EventBridge tries to hand an event over. */
  readonly deliveryAttempts: number;
  readonly deliveryAgeSeconds: number;
}

export interface BusToLambdaArgs {
  readonly bus: aws.cloudwatch.EventBus;
  /** Physical name of the rule. */
  readonly ruleName: string;
  readonly description: string;
  /** Both must match. An entry of `sources` that ends in `*` matches every source that starts so. */
  readonly sources: readonly string[];
  readonly detailType: string;
  readonly to: Lambda;
  readonly failures: BusToLambdaFailures;
}

export interface BusToLambda {
  readonly rule: aws.cloudwatch.EventRule;
  readonly undelivered: DeadLetters;
}

/**
 * Events of some sources and one type go from a bus to a function, asynchronously and at least once. Nothing about a replay
 * stands in the pattern: replayed events match as the original did. Two failures, two queues: what EventBridge cannot hand
 * over, and what the function took and failed (docs/decisions/0005-one-failure-path.md). The target comes last, so no
 * event meets a missing permission or destination.
 */
export function busToLambda(name: string, args: BusToLambdaArgs, opts: pulumi.CustomResourceOptions): BusToLambda {
  const { bus, to, failures } = args;
  const rule = new aws.cloudwatch.EventRule(
    `${name}-rule`,
    {
      name: args.ruleName,
      description: args.description,
      eventBusName: bus.name,
      eventPattern: JSON.stringify({ source: args.sources.map(matcherOf), "detail-type": [args.detailType] }),
      state: "ENABLED",
    },
    opts,
  );
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
  const destination = failureDestination(name, to, failures, opts);
  new aws.cloudwatch.EventTarget(
    `${name}-target`,
    {
      rule: rule.name,
      eventBusName: bus.name,
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
  return { rule, undelivered };
}

/** A source pattern: exact, or a prefix when the entry ends in `*`. */
export const matcherOf = (source: string): string | { readonly prefix: string } =>
  source.endsWith("*") ? { prefix: source.slice(0, -1) } : source;

function failureDestination(
  name: string,
  to: Lambda,
  failures: BusToLambdaFailures,
  opts: pulumi.CustomResourceOptions,
) {
  const { failed, retryAttempts, maximumEventAgeSeconds } = failures;
  // Lambda checks the role when a destination is set, so the permission comes first.
  const mayFail = new aws.iam.RolePolicy(
    `${name}-failures-policy`,
    { name: "failures", role: to.role.name, policy: policyOf(sendsTo(failed.queue).grants) },
    opts,
  );
  return new aws.lambda.FunctionEventInvokeConfig(
    `${name}-invocation`,
    {
      functionName: to.function.name,
      maximumRetryAttempts: retryAttempts,
      maximumEventAgeInSeconds: maximumEventAgeSeconds,
      destinationConfig: { onFailure: { destination: failed.queue.arn } },
    },
    { ...opts, dependsOn: [mayFail, failed.policy] },
  );
}
