import * as pulumi from "@pulumi/pulumi";
import type { AwsService } from "./services";

/** Conditions of an IAM statement: operator → key → values. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, pulumi.Input<string | readonly string[]>>>>>;

/** One permission: these actions on these resources. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly pulumi.Input<string>[];
  readonly conditions?: Conditions;
  /** Why the resource is a wildcard; only `anyResource` sets it. */
  readonly because?: string;
}

/**
 * A way out of a function's own security group, over TCP. `to` is what logical names of its rules call it. A way to addresses
 * says what is there and why nothing narrower will do.
 */
export type Way = { readonly to: string; readonly port: number } & (
  | { readonly securityGroup: pulumi.Input<string> }
  | { readonly prefixList: pulumi.Input<string> }
  | { readonly cidr: string; readonly what: string; readonly because: string }
);

/** What a function in a network has to get through to: an AWS service, however the network reaches it, or a way of its own. */
export type Reach = { readonly service: AwsService } | Way;

/**
 * What a function needs of one thing: the value to put in its environment, and the permissions and the ways through a network
 * without which it is useless.
 */
export interface Access {
  readonly value: pulumi.Input<string>;
  readonly grants: readonly Grant[];
  /**
   * What the function itself calls. Not what a service calls on its behalf: SNS and Kinesis use their KMS keys by
   * themselves. A function in a network refuses an access with grants that leaves this out.
   */
  readonly reach?: readonly Reach[];
}

/** A statement of any policy, as AWS reads it. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource: pulumi.Input<string> | readonly pulumi.Input<string>[];
  readonly Condition?: Conditions | undefined;
}

export function grant(
  actions: readonly string[],
  resources: readonly pulumi.Input<string>[],
  conditions?: Conditions,
): Grant {
  return conditions ? { actions, resources, conditions } : { actions, resources };
}

/** The only way to a wildcard resource: for actions that AWS cannot limit to one. A test lists every `because`. */
export function anyResource(actions: readonly string[], because: string, conditions?: Conditions): Grant {
  return { ...grant(actions, ["*"], conditions), because };
}

/** A policy document as JSON text. */
export function policy(statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}

/** Grants as one identity policy (JSON text): the fewest statements that say the same, in a stable order. */
export function policyOf(grants: readonly Grant[]): pulumi.Output<string> {
  return pulumi.output(grants.map(({ because, ...rest }) => rest)).apply((resolved) => {
    const byResource = merged(resolved, ({ resources }) => resources, "actions");
    const statements = merged(byResource, ({ actions }) => actions, "resources");
    return JSON.stringify({
      Version: "2012-10-17",
      Statement: statements.map(({ actions, resources, conditions }) => ({
        Effect: "Allow",
        Action: actions,
        Resource: resources,
        ...(conditions ? { Condition: conditions } : {}),
      })),
    });
  });
}

type Resolved = pulumi.Unwrap<Omit<Grant, "because">>;

/** Joins the `joined` lists of grants that agree in their conditions and in what `by` reads. */
function merged(
  grants: readonly Resolved[],
  by: (grant: Resolved) => readonly string[],
  joined: "actions" | "resources",
): Resolved[] {
  const groups = new Map<string, Resolved>();
  for (const one of grants) {
    const key = JSON.stringify([[...by(one)].sort(), one.conditions ?? null]);
    const before = groups.get(key)?.[joined] ?? [];
    groups.set(key, { ...one, [joined]: [...new Set([...before, ...one[joined]])].sort() });
  }
  return [...groups.values()];
}
