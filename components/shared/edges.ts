import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { DeadLetters } from "./dead-letters";
import type { Lambda } from "./lambda";
import { type RuleToLambdaFailures, ruleToLambda } from "./rule-to-lambda";

export interface BusToLambdaArgs {
  readonly bus: aws.cloudwatch.EventBus;
  /** Physical name of the rule. */
  readonly ruleName: string;
  readonly description: string;
  /** Both must match. An entry of `sources` that ends in `*` matches every source that starts so. */
  readonly sources: readonly string[];
  readonly detailType: string;
  readonly to: Lambda;
  readonly failures: RuleToLambdaFailures;
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
  return { rule, undelivered: ruleToLambda(name, { rule, to, failures }, opts) };
}

/** A source pattern: exact, or a prefix when the entry ends in `*`. */
export const matcherOf = (source: string): string | { readonly prefix: string } =>
  source.endsWith("*") ? { prefix: source.slice(0, -1) } : source;
