import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Access, anyResource, type Grant, grant, policyOf } from "./access";
import { type BesideEntry, bundleOf } from "./bundle";
import { inNetwork, interfaceGrants, type LambdaNetwork } from "./lambda-network";
import type { Network } from "./network";

/** A function's environment, one Access a variable: its names are those that the function reads. */
export type EnvOf<Env> = { readonly [Name in keyof Env]: Access };

export interface LambdaArgs<Env extends Record<string, string>> {
  /** Physical names, of the function and of what belongs to it. */
  readonly names: {
    readonly function: string;
    readonly role: string;
    readonly logGroup: string;
    /** Needed in a network. */
    readonly securityGroup?: string;
  };
  readonly description: string;
  /** The handler's module, relative to the repository's root; it exports `handler`. */
  readonly entry: string;
  /** Modules that get a file of their own beside `index.js`, by its name without `.js`; none when left out. */
  readonly beside?: BesideEntry;
  /** The role is derived from it. */
  readonly env: EnvOf<Env>;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  /** Environments kept for this function, and the most it may have at once. */
  readonly reservedConcurrency: number;
  readonly logRetentionDays: number;
  /** Becomes the tag FunctionType. */
  readonly type: string;
  /** Name under which what invokes it finds the published version; when left out nothing is published, and the function itself is invoked. */
  readonly alias?: string;
  /** Extensions that run beside it, each with what it needs; none when left out. */
  readonly layers?: readonly Layer[];
  /** Where it stands. Left out: in Lambda's own network, with a way to everything. */
  readonly network?: Network;
}

/** A layer: its value is the ARN of a layer's version. */
export type Layer = Access;

/** What invokes a function: it by name, in one place for the function itself and for an alias of it. */
export interface Invoked {
  /** Of the alias where there is one: what integrations, mappings and targets are given. */
  readonly arn: pulumi.Output<string>;
  /** The same, as API Gateway is told. */
  readonly invokeArn: pulumi.Output<string>;
  /** For permissions, which name function and alias apart. */
  readonly name: pulumi.Output<string>;
  readonly qualifier?: pulumi.Output<string>;
}

/**
 * One function with its log group and its role. The role may do what the environment's Access values say, write to its own
 * log group and send traces; nothing else. In a network it also gets through to what they reach, and to nothing else. The
 * function depends on the role's policy and on these ways, so its first invocation never meets a half-made role. Costs
 * nothing while idle.
 */
export class Lambda<Env extends Record<string, string> = Record<string, string>> extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  readonly role: aws.iam.Role;
  readonly logGroup: aws.cloudwatch.LogGroup;
  /** Stands for the published version; of a function with `alias`. */
  readonly alias?: aws.lambda.Alias;
  /** Of a function in a network. */
  readonly securityGroup?: aws.ec2.SecurityGroup;
  /** What the role may do; edges add to it in policies of their own. */
  readonly grants: readonly Grant[];

  constructor(name: string, args: LambdaArgs<Env>, opts: pulumi.ComponentResourceOptions) {
    super("sluice:shared:Lambda", name, {}, opts);
    refuseBadArgs(name, args, this);
    const parent = { parent: this };
    this.logGroup = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      { name: args.names.logGroup, retentionInDays: args.logRetentionDays },
      parent,
    );
    this.role = new aws.iam.Role(`${name}-role`, roleArgs(args), parent);
    const layers = Object.fromEntries((args.layers ?? []).map((layer, index) => [`layer ${index + 1}`, layer]));
    const accesses = Object.values<Access>({ ...args.env, ...layers });
    const { network } = args;
    const ownNeeds = [...ownGrants(this.logGroup), ...(network ? interfaceGrants(network) : [])];
    this.grants = [...accesses.flatMap(({ grants }) => grants), ...ownNeeds];
    const rolePolicy = new aws.iam.RolePolicy(
      `${name}-policy`,
      { name: "environment", role: this.role.name, policy: policyOf(this.grants) },
      parent,
    );
    const { securityGroup } = args.names;
    const within =
      network &&
      inNetwork(name, { network, securityGroup, env: { ...args.env, ...layers }, dependsOn: [rolePolicy] }, parent);
    if (within) this.securityGroup = within.group;
    this.function = new aws.lambda.Function(`${name}-function`, functionArgs(args, this.role, this.logGroup, within), {
      ...parent,
      dependsOn: [rolePolicy, ...(within?.rules ?? [])],
    });
    if (args.alias !== undefined) this.alias = aliasOf(name, args.alias, this.function, parent);
    this.registerOutputs({ functionArn: this.function.arn, roleArn: this.role.arn });
  }

  /** How to invoke it: through its alias where it has one. */
  get invoked(): Invoked {
    const { function: fn, alias } = this;
    return alias
      ? { arn: alias.arn, invokeArn: alias.invokeArn, name: fn.name, qualifier: alias.name }
      : { arn: fn.arn, invokeArn: fn.invokeArn, name: fn.name };
  }
}

const aliasOf = (name: string, alias: string, fn: aws.lambda.Function, opts: pulumi.CustomResourceOptions) =>
  new aws.lambda.Alias(
    `${name}-${alias}-alias`,
    {
      name: alias,
      description: "What is deployed",
      functionName: fn.name,
      functionVersion: fn.version,
    },
    opts,
  );

const roleArgs = <Env extends Record<string, string>>({ names, description }: LambdaArgs<Env>): aws.iam.RoleArgs => ({
  name: names.role,
  description: `Execution role: ${description}`,
  // No aws:SourceAccount condition: Lambda's documentation gives none for execution roles, and iam:PassRole already keeps
  // a role inside its account.
  assumeRolePolicy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
  }),
});

const ownGrants = (logGroup: aws.cloudwatch.LogGroup): Grant[] => [
  grant(["logs:CreateLogStream", "logs:PutLogEvents"], [pulumi.interpolate`${logGroup.arn}:*`]),
  anyResource(
    ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    "X-Ray has no resource that these two actions could be limited to",
  ),
];

const functionArgs = <Env extends Record<string, string>>(
  args: LambdaArgs<Env>,
  role: aws.iam.Role,
  logGroup: aws.cloudwatch.LogGroup,
  within: LambdaNetwork | undefined,
): aws.lambda.FunctionArgs => ({
  name: args.names.function,
  description: args.description,
  runtime: "nodejs22.x",
  architectures: ["arm64"],
  handler: "index.handler",
  code: bundleOf(args.entry, args.beside).then(({ archive }) => archive),
  ...(args.alias !== undefined && { publish: true }),
  ...(args.layers && { layers: args.layers.map(({ value }) => value) }),
  role: role.arn,
  memorySize: args.memoryMiB,
  timeout: args.timeoutSeconds,
  reservedConcurrentExecutions: args.reservedConcurrency,
  environment: {
    variables: Object.fromEntries(Object.entries<Access>(args.env).map(([key, { value }]) => [key, value])),
  },
  loggingConfig: { logFormat: "JSON", logGroup: logGroup.name },
  tracingConfig: { mode: "Active" },
  ...(within && { vpcConfig: within.vpcConfig }),
  tags: { FunctionType: args.type },
});

function refuseBadArgs<Env extends Record<string, string>>(
  name: string,
  args: LambdaArgs<Env>,
  resource: pulumi.Resource,
): void {
  const whole = (key: "memoryMiB" | "timeoutSeconds" | "reservedConcurrency", least: number, most: number) => {
    const value = args[key];
    if (Number.isInteger(value) && value >= least && value <= most) return;
    throw new pulumi.ResourceError(
      `${name}: ${key} is ${value}; give a whole number from ${least} to ${most}.`,
      resource,
    );
  };
  whole("memoryMiB", 128, 10_240);
  whole("timeoutSeconds", 1, 900);
  whole("reservedConcurrency", 1, 10_000);
}
