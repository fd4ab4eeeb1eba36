import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** How a table is paid for: by the request, or by the second for capacity that follows the load. */
export type Capacity =
  | { readonly mode: "on-demand" }
  /** Units a second of table and index that are always there, and up to how many times as many when they are used. */
  | { readonly mode: "provisioned"; readonly read: number; readonly write: number; readonly most: number };

/** Share of the provisioned units, in percent, that target tracking keeps in use. */
const TARGET_PERCENT = 70;

const KINDS = ["Read", "Write"] as const;

/** What a table's arguments say of its capacity; the same of an index. Nothing where requests are paid for. */
export const unitsOf = (capacity: Capacity) =>
  capacity.mode === "on-demand" ? {} : { readCapacity: capacity.read, writeCapacity: capacity.write };

const UNITS = ["readCapacity", "writeCapacity"];

/** What target tracking changes and an update must leave alone. A path into indexes of a table without any is an error to Pulumi. */
export const scaledProperties = (hasIndex: boolean): string[] =>
  hasIndex ? [...UNITS, ...UNITS.map((unit) => `globalSecondaryIndexes[*].${unit}`)] : UNITS;

/**
 * Lets provisioned capacity of a table or one of its indexes follow the load. An index is scaled by itself: one that falls behind makes
 * the table refuse writes.
 * @param index its name; the table itself when left out
 */
export function scaled(
  logicalName: string,
  args: {
    readonly table: aws.dynamodb.Table;
    readonly index?: string;
    readonly capacity: Extract<Capacity, { mode: "provisioned" }>;
  },
  opts: pulumi.CustomResourceOptions,
): void {
  const { table, index, capacity } = args;
  const resourceId = pulumi.interpolate`table/${table.name}${index === undefined ? "" : `/index/${index}`}`;
  for (const kind of KINDS) {
    const least = kind === "Read" ? capacity.read : capacity.write;
    const target = new aws.appautoscaling.Target(
      `${logicalName}-${kind.toLowerCase()}-target`,
      {
        serviceNamespace: "dynamodb",
        resourceId,
        scalableDimension: `dynamodb:${index === undefined ? "table" : "index"}:${kind}CapacityUnits`,
        minCapacity: least,
        maxCapacity: least * capacity.most,
      },
      opts,
    );
    new aws.appautoscaling.Policy(
      `${logicalName}-${kind.toLowerCase()}-scaling`,
      {
        name: pulumi.interpolate`${resourceId}:${kind.toLowerCase()}`,
        policyType: "TargetTrackingScaling",
        serviceNamespace: target.serviceNamespace,
        resourceId: target.resourceId,
        scalableDimension: target.scalableDimension,
        targetTrackingScalingPolicyConfiguration: {
          predefinedMetricSpecification: { predefinedMetricType: `DynamoDB${kind}CapacityUtilization` },
          targetValue: TARGET_PERCENT,
        },
      },
      opts,
    );
  }
}
