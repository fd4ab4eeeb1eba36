import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Lambda } from "./lambda";

/** How many environments of a function are kept ready. */
export interface Warmth {
  /** Always, 1 or more. */
  readonly least: number;
  /** Up to how many when they are used; `least` itself for no scaling. */
  readonly most: number;
  /** Share of the ready environments in use, 0.1 to 0.9, that target tracking keeps. */
  readonly utilization: number;
  /** Other bounds from an instant on: a cron expression of Application Auto Scaling, in UTC. With any, `least` and `most` are those of the beginning. */
  readonly schedules: readonly { readonly cron: string; readonly least: number; readonly most: number }[];
}

/**
 * Environments of a function's alias that are started and initialised before anybody asks. Target tracking follows the load
 * within a minute or so, schedules go ahead of it. Costs $0.0000033334 a GB-second, used or not (arm64, us-east-1), about
 * $8.76 a month for each of 1,024 MB.
 */
export function warmed(
  name: string,
  fn: Lambda,
  { least, most, utilization, schedules }: Warmth,
  opts: pulumi.ComponentResourceOptions & { readonly parent: pulumi.Resource },
): aws.lambda.ProvisionedConcurrencyConfig {
  const { alias } = fn;
  if (!alias)
    throw new pulumi.ResourceError(`${name}: the function has no alias; AWS keeps only those ready.`, opts.parent);
  const scales = most > least || schedules.length > 0;
  const ready = new aws.lambda.ProvisionedConcurrencyConfig(
    `${name}-ready`,
    { functionName: alias.functionName, qualifier: alias.name, provisionedConcurrentExecutions: least },
    { ...opts, ...(scales && { ignoreChanges: ["provisionedConcurrentExecutions"] }) },
  );
  if (!scales) return ready;
  const target = new aws.appautoscaling.Target(
    `${name}-ready-target`,
    {
      serviceNamespace: "lambda",
      resourceId: pulumi.interpolate`function:${alias.functionName}:${alias.name}`,
      scalableDimension: "lambda:function:ProvisionedConcurrency",
      minCapacity: least,
      maxCapacity: most,
    },
    {
      ...opts,
      dependsOn: [ready],
      // Schedules move the bounds: a deployment in the middle of a rush that refreshes would take them back to the night's.
      ...(schedules.length > 0 && { ignoreChanges: ["minCapacity", "maxCapacity"] }),
    },
  );
  const { serviceNamespace, resourceId, scalableDimension } = target;
  const scaled = { serviceNamespace, resourceId, scalableDimension };
  new aws.appautoscaling.Policy(
    `${name}-ready-scaling`,
    {
      ...scaled,
      name: pulumi.interpolate`${resourceId}:utilization`,
      policyType: "TargetTrackingScaling",
      targetTrackingScalingPolicyConfiguration: {
        predefinedMetricSpecification: { predefinedMetricType: "LambdaProvisionedConcurrencyUtilization" },
        targetValue: utilization,
      },
    },
    opts,
  );
  schedules.forEach(({ cron, ...bounds }, index) => {
    new aws.appautoscaling.ScheduledAction(
      `${name}-ready-schedule-${index + 1}`,
      {
        ...scaled,
        name: pulumi.interpolate`${alias.functionName}-${alias.name}-${index + 1}`,
        schedule: `cron(${cron})`,
        scalableTargetAction: { minCapacity: bounds.least, maxCapacity: bounds.most },
      },
      opts,
    );
  });
  return ready;
}
