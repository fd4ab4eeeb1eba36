import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  PutProvisionedConcurrencyConfigCommand,
} from "@aws-sdk/client-lambda";
import type * as aws from "@pulumi/aws";
import { functionOf, given, materialiser, needed, nothingElse } from "./materialiser";

/** What API Gateway is told of a function, or of its version or alias. */
export const invokeArnOf = (region: string, arn: string): string =>
  `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${arn}/invocations`;

/** Of a function's one version; invocations of the alias run in the function's own processes. */
export const alias = materialiser<aws.lambda.AliasArgs>({
  async create(world, { name, functionName, functionVersion, description, routingConfig, ...rest }, logicalName) {
    nothingElse({ ...rest, routingConfig });
    const fn = functionOf(world, functionName);
    const Name = name ?? logicalName;
    const request = { FunctionName: fn.name, Name, FunctionVersion: functionVersion, Description: description };
    const { AliasArn } = await world.clients.lambda.send(new CreateAliasCommand(given(request)));
    const arn = needed(AliasArn, "the alias's ARN");
    const now = functionOf(world, functionName); // others may have added to it meanwhile
    world.functions.set(now.arn, { ...now, aliases: [...(now.aliases ?? []), Name] });
    return { id: arn, outputs: { name: Name, arn, invokeArn: invokeArnOf(world.region, arn) } };
  },
  async delete({ clients }, { outputs }, { functionName }) {
    await clients.lambda.send(new DeleteAliasCommand({ FunctionName: functionName, Name: String(outputs.name) }));
  },
});

/** Stands, and warms nothing: processes start when they are first needed. */
export const provisionedConcurrency = materialiser<aws.lambda.ProvisionedConcurrencyConfigArgs>({
  async create({ clients }, { functionName, qualifier, provisionedConcurrentExecutions, skipDestroy, ...rest }) {
    nothingElse({ ...rest, skipDestroy });
    await clients.lambda.send(
      new PutProvisionedConcurrencyConfigCommand({
        ...{ FunctionName: functionName, Qualifier: qualifier },
        ProvisionedConcurrentExecutions: provisionedConcurrentExecutions,
      }),
    );
    return { id: `${functionName},${qualifier}`, outputs: {} };
  },
  async delete({ clients }, _made, { functionName: FunctionName, qualifier: Qualifier }) {
    await clients.lambda.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier }));
  },
});
