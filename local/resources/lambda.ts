import {
  AddPermissionCommand,
  type Architecture,
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  DeleteFunctionEventInvokeConfigCommand,
  GetFunctionConfigurationCommand,
  type LogFormat,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  RemovePermissionCommand,
  type Runtime,
  type TracingMode,
} from "@aws-sdk/client-lambda";
import type * as aws from "@pulumi/aws";
import type { DeployedFunction } from "../deployed";
import { filesOf, writeFiles } from "./code";
import { eventSourceMapping } from "./event-source-mapping";
import { alias, invokeArnOf, provisionedConcurrency } from "./lambda-alias";
import {
  functionOf,
  given,
  type Materialisers,
  materialiser,
  nameFor,
  needed,
  nothingElse,
  type Plain,
  type World,
} from "./materialiser";
import { zip } from "./zip";

type FunctionInputs = Plain<aws.lambda.FunctionArgs>;

const ACTIVE_MILLISECONDS = 30_000;

function functionRequest(
  inputs: FunctionInputs,
  FunctionName: string,
  ZipFile: Uint8Array,
): CreateFunctionCommandInput {
  const { name, code, role, runtime, handler, architectures, description, memorySize, timeout, environment, ...more } =
    inputs;
  const {
    reservedConcurrentExecutions,
    loggingConfig,
    tracingConfig,
    deadLetterConfig,
    ephemeralStorage,
    vpcConfig,
    publish,
    layers = [],
    tags,
    ...rest
  } = more;
  nothingElse(rest);
  refuseLayers(layers);
  return given({
    FunctionName,
    Role: needed(role, "role"),
    Code: { ZipFile },
    Publish: publish,
    Runtime: needed(runtime, "runtime") as Runtime,
    Handler: needed(handler, "handler"),
    Architectures: architectures as Architecture[] | undefined,
    Description: description,
    MemorySize: memorySize,
    Timeout: timeout,
    Environment: environment && { Variables: environment.variables ?? {} },
    LoggingConfig:
      loggingConfig && given({ LogFormat: loggingConfig.logFormat as LogFormat, LogGroup: loggingConfig.logGroup }),
    TracingConfig: tracingConfig && { Mode: tracingConfig.mode as TracingMode },
    DeadLetterConfig: deadLetterConfig && { TargetArn: deadLetterConfig.targetArn },
    EphemeralStorage: ephemeralStorage && { Size: ephemeralStorage.size },
    VpcConfig: vpcConfig && { SubnetIds: vpcConfig.subnetIds, SecurityGroupIds: vpcConfig.securityGroupIds },
    Tags: tags,
  }) as CreateFunctionCommandInput;
}

/** Lambda Insights: an extension that only measures. It is no part of a function here, and MiniStack has no layer of AWS's. */
const MEASURES_ONLY = /:580247275435:layer:LambdaInsightsExtension(-Arm64)?:\d+$/;

function refuseLayers(layers: readonly string[]): void {
  const other = layers.filter((arn) => !MEASURES_ONLY.test(arn));
  if (other.length > 0) throw new Error(`layers has ${other}; the embedded cloud runs functions without layers.`);
}

/** What the executor needs; defaults are Lambda's own. */
function deployedFunction(inputs: FunctionInputs, name: string, arn: string, codeFile: string): DeployedFunction {
  const { reservedConcurrentExecutions: reserved = -1, deadLetterConfig } = inputs;
  return {
    name,
    arn,
    handler: needed(inputs.handler, "handler"),
    codeFile,
    environment: inputs.environment?.variables ?? {},
    roleArn: needed(inputs.role, "role"),
    timeoutSeconds: inputs.timeout ?? 3,
    memoryMiB: inputs.memorySize ?? 128,
    logGroup: inputs.loggingConfig?.logGroup ?? `/aws/lambda/${name}`,
    ...(reserved >= 0 ? { reservedConcurrency: reserved } : {}),
    ...(deadLetterConfig ? { deadLetterArn: deadLetterConfig.targetArn } : {}),
    ...(inputs.publish ? { version: "1" } : {}),
  };
}

/** The provider, too, waits until a new function can be invoked. */
async function active({ clients }: World, FunctionName: string): Promise<void> {
  const deadline = Date.now() + ACTIVE_MILLISECONDS;
  for (;;) {
    const { State, StateReason } = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    if (State === "Active") return;
    if (State === "Failed" || Date.now() > deadline) throw new Error(`${FunctionName} is ${State}: ${StateReason}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function createFunction(world: World, inputs: FunctionInputs, logicalName: string) {
  const { clients, region } = world;
  const name = nameFor(inputs.name, logicalName);
  const files = await filesOf(needed(inputs.code, "code"));
  const made = await clients.lambda.send(new CreateFunctionCommand(functionRequest(inputs, name, zip(files))));
  const version = inputs.publish ? "1" : "$LATEST";
  const arn = needed(made.FunctionArn, "the function's ARN").replace(/(:function:[^:]+):[^:]+$/, "$1");
  await active(world, name);
  const reserved = inputs.reservedConcurrentExecutions ?? -1;
  if (reserved >= 0) {
    const request = { FunctionName: name, ReservedConcurrentExecutions: reserved };
    await clients.lambda.send(new PutFunctionConcurrencyCommand(request));
  }
  const codeFile = await writeFiles(world.codeFolder, name, files);
  world.functions.set(arn, deployedFunction(inputs, name, arn, codeFile));
  return {
    id: name,
    outputs: {
      name,
      arn,
      qualifiedArn: `${arn}:${version}`,
      version,
      invokeArn: invokeArnOf(region, arn),
      qualifiedInvokeArn: invokeArnOf(region, `${arn}:${version}`),
      codeSha256: made.CodeSha256,
      sourceCodeSize: made.CodeSize,
      lastModified: made.LastModified,
    },
  };
}

const lambdaFunction = materialiser<aws.lambda.FunctionArgs>({
  create: createFunction,
  async delete({ clients }, { id }) {
    await clients.lambda.send(new DeleteFunctionCommand({ FunctionName: id }));
  },
});

const permission = materialiser<aws.lambda.PermissionArgs>({
  async create(
    { clients },
    { action, principal, function: target, qualifier, sourceArn, sourceAccount, statementId, ...rest },
    logicalName,
  ) {
    nothingElse(rest);
    const StatementId = nameFor(statementId, logicalName);
    const request = given({
      FunctionName: String(target),
      Qualifier: qualifier,
      StatementId,
      Action: needed(action, "action"),
      Principal: needed(principal, "principal"),
      SourceArn: sourceArn,
      SourceAccount: sourceAccount,
    });
    await clients.lambda.send(new AddPermissionCommand(request));
    return { id: StatementId, outputs: { statementId: StatementId } };
  },
  async delete({ clients }, { id }, { function: target, qualifier: Qualifier }) {
    const request = given({ FunctionName: String(target), Qualifier, StatementId: id });
    await clients.lambda.send(new RemovePermissionCommand(request));
  },
});

const invokeConfig = materialiser<aws.lambda.FunctionEventInvokeConfigArgs>({
  async create(world, { functionName, maximumRetryAttempts, maximumEventAgeInSeconds, destinationConfig, ...rest }) {
    nothingElse(rest);
    const FunctionName = needed(functionName, "functionName");
    functionOf(world, FunctionName);
    const { onFailure, onSuccess } = destinationConfig ?? {};
    const DestinationConfig = given({
      OnFailure: onFailure && { Destination: onFailure.destination },
      OnSuccess: onSuccess && { Destination: onSuccess.destination },
    });
    const limits = given({
      MaximumRetryAttempts: maximumRetryAttempts,
      MaximumEventAgeInSeconds: maximumEventAgeInSeconds,
    });
    await world.clients.lambda.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName, ...limits, DestinationConfig }),
    );
    const asyncConfig = given({
      maximumRetryAttempts,
      maximumEventAgeSeconds: maximumEventAgeInSeconds,
      onFailureArn: onFailure?.destination,
      onSuccessArn: onSuccess?.destination,
    });
    const fn = functionOf(world, FunctionName); // others may have added to it meanwhile
    world.functions.set(fn.arn, { ...fn, asyncConfig });
    return { id: FunctionName, outputs: {} };
  },
  async delete({ clients }, { id }) {
    await clients.lambda.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName: id }));
  },
});

export const lambda: Materialisers = {
  "aws:lambda/function:Function": lambdaFunction,
  "aws:lambda/alias:Alias": alias,
  "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": provisionedConcurrency,
  "aws:lambda/permission:Permission": permission,
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": invokeConfig,
  "aws:lambda/eventSourceMapping:EventSourceMapping": eventSourceMapping,
};
