import {
  CreateBasePathMappingCommand,
  CreateDeploymentCommand,
  CreateDomainNameCommand,
  type CreateDomainNameCommandInput,
  CreateStageCommand,
  type CreateStageCommandInput,
  DeleteBasePathMappingCommand,
  DeleteDomainNameCommand,
  DeleteStageCommand,
  UpdateAccountCommand,
  UpdateStageCommand,
} from "@aws-sdk/client-api-gateway";
import type * as aws from "@pulumi/aws";
import { requireSettings } from "../api-gateway/inputs";
import { requireLogFormat } from "../api-gateway/variables";
import { given, goesWithItsParent, type Materialisers, materialiser, needed, nothingElse } from "./materialiser";

/** What the deployment captured is read off the order of the resources (`api-gateway/deployed.ts`). */
const deployment = materialiser<aws.apigateway.DeploymentArgs>({
  async create({ clients, region, account }, { restApi, description, triggers: _why, ...rest }) {
    nothingElse(rest);
    const restApiId = String(restApi);
    const { id } = await clients.apiGateway.send(new CreateDeploymentCommand({ restApiId, ...given({ description }) }));
    const executionArn = `arn:aws:execute-api:${region}:${account}:${restApiId}/`;
    return { id: needed(id, "the deployment's id"), outputs: { executionArn } };
  },
  delete: goesWithItsParent,
});

const stage = materialiser<aws.apigateway.StageArgs>({
  async create({ clients, region, account }, inputs) {
    const { restApi, deployment: deploymentId, stageName, accessLogSettings: log, ...more } = inputs;
    const { description, variables, cacheClusterEnabled, cacheClusterSize, xrayTracingEnabled, tags, ...rest } = more;
    nothingElse(rest);
    if (log) requireLogs(log);
    const restApiId = String(restApi);
    const request = given({
      ...{ restApiId, deploymentId: String(deploymentId), stageName: needed(stageName, "stageName") },
      ...{ description, variables, cacheClusterEnabled, cacheClusterSize, tracingEnabled: xrayTracingEnabled, tags },
    }) as CreateStageCommandInput;
    await clients.apiGateway.send(new CreateStageCommand(request));
    const values = { destinationArn: log?.destinationArn, format: log?.format };
    await patchStage(clients, restApiId, stageName, "/accessLogSettings", values);
    const arn = `arn:aws:apigateway:${region}::/restapis/${restApiId}/stages/${stageName}`;
    const executionArn = `arn:aws:execute-api:${region}:${account}:${restApiId}/${stageName}`;
    const invokeUrl = `https://${restApiId}.execute-api.${region}.amazonaws.com/${stageName}`;
    return { id: `ags-${restApiId}-${stageName}`, outputs: { arn, executionArn, invokeUrl } };
  },
  async delete({ clients }, _made, { restApi, stageName }) {
    await clients.apiGateway.send(new DeleteStageCommand({ restApiId: String(restApi), stageName }));
  },
});

function requireLogs({ destinationArn, format }: { readonly destinationArn: string; readonly format: string }): void {
  if (destinationArn.split(":")[2] !== "logs")
    throw new Error(`destinationArn is ${destinationArn}; access logs go to a log group here.`);
  requireLogFormat(format);
}

type Clients = Parameters<typeof stage.create>[0]["clients"];

/** Sets what has a value, below a path of the stage. */
async function patchStage(
  clients: Clients,
  restApiId: string,
  stageName: string | undefined,
  path: string,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const patchOperations = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ op: "replace" as const, path: `${path}/${name}`, value: String(value) }],
  );
  if (patchOperations.length === 0) return;
  await clients.apiGateway.send(new UpdateStageCommand({ restApiId, stageName, patchOperations }));
}

/** Paths of the settings ("UpdateStage", API reference). */
const SETTINGS = {
  metricsEnabled: "metrics/enabled",
  loggingLevel: "logging/loglevel",
  dataTraceEnabled: "logging/dataTrace",
  throttlingBurstLimit: "throttling/burstLimit",
  throttlingRateLimit: "throttling/rateLimit",
  cachingEnabled: "caching/enabled",
  cacheTtlInSeconds: "caching/ttlInSeconds",
  cacheDataEncrypted: "caching/dataEncrypted",
  requireAuthorizationForCacheControl: "caching/requireAuthorizationForCacheControl",
  unauthorizedCacheControlHeaderStrategy: "caching/unauthorizedCacheControlHeaderStrategy",
} as const satisfies Record<keyof aws.types.input.apigateway.MethodSettingsSettings, string>;

const methodSettings = materialiser<aws.apigateway.MethodSettingsArgs>({
  async create({ clients }, { restApi, stageName, methodPath, settings, ...rest }) {
    nothingElse(rest);
    const plain = needed(settings, "settings");
    requireSettings(plain);
    const path = `/${needed(methodPath, "methodPath").replace(
      /^(.*)\/([^/]+)$/,
      (_, resource: string, method: string) => {
        return `${resource === "*" ? resource : `~1${resource.replaceAll("/", "~1")}`}/${method}`;
      },
    )}`;
    const named = Object.entries(SETTINGS).map(([key, at]) => [at, plain[key as keyof typeof SETTINGS]]);
    await patchStage(clients, String(restApi), stageName, path, Object.fromEntries(named));
    return { id: `${String(restApi)}-${stageName}-${methodPath}`, outputs: {} };
  },
  delete: goesWithItsParent,
});

/** The account's own, and stays as it was set. */
const account = materialiser<aws.apigateway.AccountArgs>({
  async create({ clients }, { cloudwatchRoleArn, ...rest }) {
    nothingElse(rest);
    const patchOperations = [{ op: "replace" as const, path: "/cloudwatchRoleArn", value: cloudwatchRoleArn ?? "" }];
    await clients.apiGateway.send(new UpdateAccountCommand({ patchOperations }));
    return { id: "api-gateway-account", outputs: {} };
  },
  delete: goesWithItsParent,
});

const domainName = materialiser<aws.apigateway.DomainNameArgs>({
  async create({ clients, region }, inputs) {
    const { domainName: name, regionalCertificateArn, endpointConfiguration, securityPolicy, tags, ...more } = inputs;
    const { endpointAccessMode: _mode, ...rest } = more;
    nothingElse(rest);
    const request = {
      ...{ domainName: name, regionalCertificateArn, securityPolicy, tags },
      endpointConfiguration: endpointConfiguration && { types: [endpointConfiguration.types] },
    };
    await clients.apiGateway.send(new CreateDomainNameCommand(given(request) as CreateDomainNameCommandInput));
    const regionalDomainName = `d-${needed(name, "domainName").replaceAll(".", "-")}.execute-api.${region}.amazonaws.com`;
    const arn = `arn:aws:apigateway:${region}::/domainnames/${name}`;
    return { id: String(name), outputs: { arn, regionalDomainName, regionalZoneId: "Z1UJRXOUMOOFQ8" } };
  },
  async delete({ clients }, { id }) {
    await clients.apiGateway.send(new DeleteDomainNameCommand({ domainName: id }));
  },
});

const basePathMapping = materialiser<aws.apigateway.BasePathMappingArgs>({
  async create({ clients }, { domainName: name, restApi, stageName, basePath, ...rest }) {
    nothingElse({ ...rest, basePath }); // a domain's paths are those of one stage here
    const stage = needed(stageName, "stageName");
    const request = { domainName: name, restApiId: String(restApi), stage };
    await clients.apiGateway.send(new CreateBasePathMappingCommand(request));
    return { id: `${name}/`, outputs: {} };
  },
  async delete({ clients }, _made, { domainName: name }) {
    await clients.apiGateway.send(new DeleteBasePathMappingCommand({ domainName: name, basePath: "(none)" }));
  },
});

/** What serves an API, and under which names. */
export const stageParts: Materialisers = {
  "aws:apigateway/deployment:Deployment": deployment,
  "aws:apigateway/stage:Stage": stage,
  "aws:apigateway/methodSettings:MethodSettings": methodSettings,
  "aws:apigateway/account:Account": account,
  "aws:apigateway/domainName:DomainName": domainName,
  "aws:apigateway/basePathMapping:BasePathMapping": basePathMapping,
};
