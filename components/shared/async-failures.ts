import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { policyOf } from "./access";
import type { DeadLetters } from "./dead-letters";
import type { Lambda } from "./lambda";
import { sendsTo } from "./verbs";

/** What becomes of events that a function took and failed, nobody waiting for its answer. */
export interface AsyncFailures {
  /** Takes what the function has accepted and failed: event, error and number of attempts. */
  readonly failed: DeadLetters;
  /** Attempts after the first that failed with an error: 0 to 2 (Lambda). */
  readonly retryAttempts: number;
  /** How long Lambda keeps an event that is throttled or failing: 60 to 21,600. */
  readonly maximumEventAgeSeconds: number;
}

/** Has a function leave such events in their queue. Made before anything invokes the function. */
export function asyncFailures(
  name: string,
  to: Lambda,
  { failed, retryAttempts, maximumEventAgeSeconds }: AsyncFailures,
  opts: pulumi.CustomResourceOptions,
): aws.lambda.FunctionEventInvokeConfig {
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
