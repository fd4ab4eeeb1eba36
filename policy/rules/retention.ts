import { type Context, type Resource, type Rule, shown } from "./rule";

interface Exemption {
  readonly stack: string;
  readonly reason: string;
  /** ISO date after which it no longer holds. */
  readonly until: string;
}

/** Settings that every rule of this group has. */
const SETTINGS: NonNullable<Rule["settings"]> = {
  exemptions: {
    type: "array",
    description: "Stacks that may retain: a written reason and the last day of the exemption, ISO.",
    items: {
      type: "object",
      properties: {
        stack: { type: "string" },
        reason: { type: "string", minLength: 10 },
        until: { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}$" },
      },
      required: ["stack", "reason", "until"],
    },
    default: [],
  },
};

const isExempt = ({ settings, stack, today }: Context): boolean =>
  (settings.exemptions as readonly Exemption[]).some((each) => each.stack === stack && today <= each.until);

const WHY = "What `pulumi destroy` leaves behind costs money, holds names, and stops the next deployment.";
const SOME_REASON = "The auditors of 2026 hold this table.";
const exempt = (until: string) => ({ exemptions: [{ stack: "prod", reason: SOME_REASON, until }] });

type Same = Pick<Rule, "group" | "why" | "level" | "severity" | "controls" | "settings">;
const SAME: Same = {
  group: "No retain",
  why: WHY,
  level: "mandatory",
  severity: "high",
  controls: [],
  settings: SETTINGS,
};

const unlessExempt =
  (broken: (resource: Resource) => readonly string[]): Rule["broken"] =>
  (resource, context) =>
    isExempt(context) ? [] : broken(resource);

/** A property that decides whether a resource goes with its stack, and the value with which it does. */
interface Keeper {
  readonly type: string;
  readonly property: string;
  readonly lets: unknown;
}

/** Properties that keep a resource when its stack is destroyed, unless absent. */
const KEEPING: readonly Keeper[] = [
  { type: "aws:dynamodb/table:Table", property: "deletionProtectionEnabled", lets: false },
  { type: "aws:rds/instance:Instance", property: "deletionProtection", lets: false },
  { type: "aws:rds/cluster:Cluster", property: "deletionProtection", lets: false },
  { type: "aws:lb/loadBalancer:LoadBalancer", property: "enableDeletionProtection", lets: false },
  { type: "aws:cognito/userPool:UserPool", property: "deletionProtection", lets: "INACTIVE" },
  { type: "aws:cloudwatch/logGroup:LogGroup", property: "skipDestroy", lets: false },
  { type: "aws:lambda/function:Function", property: "skipDestroy", lets: false },
  { type: "aws:lambda/layerVersion:LayerVersion", property: "skipDestroy", lets: false },
];

/** Properties that must be set for destroy to succeed: AWS refuses or keeps a copy otherwise. */
const LETTING: readonly Keeper[] = [
  { type: "aws:s3/bucket:Bucket", property: "forceDestroy", lets: true },
  { type: "aws:s3/bucketV2:BucketV2", property: "forceDestroy", lets: true },
  { type: "aws:ecr/repository:Repository", property: "forceDelete", lets: true },
  { type: "aws:rds/instance:Instance", property: "skipFinalSnapshot", lets: true },
  { type: "aws:rds/cluster:Cluster", property: "skipFinalSnapshot", lets: true },
  { type: "aws:secretsmanager/secret:Secret", property: "recoveryWindowInDays", lets: 0 },
];

const letsGo = (
  list: readonly Keeper[],
  { type, props }: Resource,
  tolerates: (value: unknown) => boolean,
): readonly string[] =>
  list
    .filter((each) => each.type === type && props[each.property] !== each.lets && !tolerates(props[each.property]))
    .map(({ property, lets }) => `${property} is ${shown(props[property])}; give ${shown(lets)}.`);

const QUEUE = "aws:sqs/queue:Queue";

export const RETENTION: readonly Rule[] = [
  {
    ...SAME,
    name: "aws-resource-is-not-retained",
    says: "No resource is protected or retained by Pulumi's options.",
    fix: "Remove `protect` and `retainOnDelete`, or exempt the stack with a reason and a date.",
    broken: unlessExempt(({ opts }) =>
      (["protect", "retainOnDelete"] as const).filter((option) => opts[option]).map((option) => `${option} is true.`),
    ),
    passes: [
      { type: QUEUE, props: {} },
      { type: QUEUE, props: {}, opts: { protect: false } },
      { type: QUEUE, props: {}, opts: { protect: true }, stack: "prod", settings: exempt("2026-06-30") },
    ],
    fails: [
      { type: QUEUE, props: {}, opts: { protect: true } },
      { type: QUEUE, props: {}, opts: { retainOnDelete: true } },
      { type: QUEUE, props: {}, opts: { protect: true }, stack: "prod", settings: exempt("2026-06-29") },
      { type: QUEUE, props: {}, opts: { protect: true }, stack: "dev", settings: exempt("2026-06-30") },
    ],
  },
  {
    ...SAME,
    name: "aws-resource-has-no-deletion-protection",
    says: "No resource is kept by a protection of AWS or of the provider when its stack is destroyed.",
    fix: "Turn the property off, or exempt the stack with a reason and a date.",
    types: [...new Set(KEEPING.map(({ type }) => type))],
    broken: unlessExempt((resource) => letsGo(KEEPING, resource, (value) => value === undefined)),
    passes: [
      { type: "aws:dynamodb/table:Table", props: {} },
      { type: "aws:dynamodb/table:Table", props: { deletionProtectionEnabled: false } },
      { type: "aws:cognito/userPool:UserPool", props: { deletionProtection: "INACTIVE" } },
      {
        type: "aws:dynamodb/table:Table",
        props: { deletionProtectionEnabled: true },
        stack: "prod",
        settings: exempt("2026-06-30"),
      },
    ],
    fails: KEEPING.map(({ type, property, lets }) => ({
      type,
      props: { [property]: typeof lets === "boolean" ? !lets : "ACTIVE" },
    })),
  },
  {
    ...SAME,
    name: "aws-resource-can-be-destroyed",
    says: "A bucket, repository, database or secret is destroyed with its content, without a last copy.",
    fix: "Set the property, or exempt the stack with a reason and a date.",
    types: [...new Set(LETTING.map(({ type }) => type))],
    broken: unlessExempt((resource) => letsGo(LETTING, resource, () => false)),
    passes: [
      { type: "aws:s3/bucket:Bucket", props: { forceDestroy: true } },
      { type: "aws:rds/instance:Instance", props: { skipFinalSnapshot: true } },
      { type: "aws:secretsmanager/secret:Secret", props: { recoveryWindowInDays: 0 } },
    ],
    fails: LETTING.map(({ type }) => ({ type, props: {} })),
  },
];
