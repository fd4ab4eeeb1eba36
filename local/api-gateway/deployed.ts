import type * as aws from "@pulumi/aws";
import type { DeployedResource } from "../deployed";
import type { Plain } from "../resources/materialiser";
import { gatewayResponse } from "./gateway-response";
import { type AuthorizerInputs, authorizerOf, cacheOf, integrationOf, limitOf, mockResponseOf } from "./inputs";
import type { Api, ApiKey, GatewayResponses, Integration, Route, Stage, UsagePlan } from "./model";
import { compiled } from "./validation";

type Resource = Pick<DeployedResource, "type" | "id" | "state">;
type StageInputs = Plain<aws.apigateway.StageArgs>;
type PlanInputs = Plain<aws.apigateway.UsagePlanArgs>;
type Settings = NonNullable<Plain<aws.apigateway.MethodSettingsArgs>["settings"]>;

const ofType = (resources: readonly Resource[], type: string) =>
  resources.filter((resource) => resource.type === `aws:apigateway/${type}`);

/**
 * The stages among the resources of a program, each with what its deployment captured: of the API's parts those that were there
 * when it was made. Settings of the stage, usage plans and keys hold as they stand.
 * @param resources in the order in which they came to be
 */
export function stagesIn(resources: readonly Resource[]): Stage[] {
  return ofType(resources, "stage:Stage").map(({ state }) => {
    const { restApi, deployment, stageName, variables = {}, accessLogSettings } = state as unknown as StageInputs;
    const [apiId, name] = [String(restApi), String(stageName)];
    const parts = captured(resources, apiId, String(deployment));
    const stage = { apiId, name, isCached: state.cacheClusterEnabled === true };
    return {
      api: apiOf(resources, apiId, name),
      ...{ name, deploymentId: String(deployment), variables },
      routes: routesOf(parts, resources, stage),
      responses: responsesOf(parts),
      plans: plansOf(resources, apiId, name),
      ...(accessLogSettings ? { accessLog: logOf(accessLogSettings) } : {}),
    };
  });
}

const logOf = ({ destinationArn, format }: { readonly destinationArn: string; readonly format: string }) => ({
  group: destinationArn.replace(/^arn:[^:]*:logs:[^:]*:[^:]*:log-group:/, "").replace(/:\*$/, ""),
  format,
});

/** An API's parts that stood before one of its deployments. */
function captured(resources: readonly Resource[], apiId: string, deploymentId: string): Resource[] {
  const at = resources.findIndex(
    ({ type, id }) => type === "aws:apigateway/deployment:Deployment" && id === deploymentId,
  );
  return resources.slice(0, at).filter(({ state }) => state.restApi === apiId || state.restApiId === apiId);
}

function apiOf(resources: readonly Resource[], apiId: string, stageName: string): Api {
  const { state } = ofType(resources, "restApi:RestApi").find(({ id }) => id === apiId)!;
  const { minimumCompressionSize: least } = state;
  const [, , , region = "", account = ""] = String(state.executionArn).split(":");
  const mappings = ofType(resources, "basePathMapping:BasePathMapping").filter(
    ({ state: mapping }) => mapping.restApi === apiId && mapping.stageName === stageName,
  );
  return {
    ...{ id: apiId, name: String(state.name), region, account },
    keySource: state.apiKeySource === "AUTHORIZER" ? "AUTHORIZER" : "HEADER",
    binaryMediaTypes: (state.binaryMediaTypes ?? []) as string[],
    ...(typeof least === "string" && least !== "" && least !== "-1" ? { minimumCompressionSize: Number(least) } : {}),
    domains: mappings.map(({ state: mapping }) => String(mapping.domainName)),
  };
}

function responsesOf(parts: readonly Resource[]): GatewayResponses {
  return Object.fromEntries(ofType(parts, "response:Response").map(({ state }) => gatewayResponse(state)));
}

interface Served {
  readonly apiId: string;
  readonly name: string;
  /** Whether the stage has a cache at all. */
  readonly isCached: boolean;
}

function routesOf(parts: readonly Resource[], resources: readonly Resource[], stage: Served): Route[] {
  const authorizers = ofType(parts, "authorizer:Authorizer").map(({ id, state }) =>
    authorizerOf(id, inputsIn(state) as unknown as AuthorizerInputs),
  );
  return ofType(parts, "method:Method").map(({ state }): Route => {
    const { httpMethod: method, resourceId } = state as { readonly httpMethod: string; readonly resourceId: string };
    const path = pathOf(parts, resourceId);
    const { cacheKeys, ...integration } = integrationFor(parts, resourceId, method);
    const settings = settingsOf(resources, stage, path, method);
    const authorizer = authorizers.find(({ id }) => id === state.authorizerId);
    const limit = limitOf(settings?.throttlingRateLimit, settings?.throttlingBurstLimit);
    const cache = stage.isCached ? cacheOf(settings, method, cacheKeys) : undefined;
    return {
      ...{ method, path, resourceId, keyRequired: state.apiKeyRequired === true },
      ...validationOf(parts, state),
      integration: integration as Integration,
      ...(authorizer ? { authorizer } : {}),
      ...(limit ? { limit } : {}),
      ...(cache ? { cache } : {}),
    };
  });
}

/** A resource of the deployment, or the root, whose path nothing says. */
const pathOf = (parts: readonly Resource[], resourceId: string): string =>
  String(ofType(parts, "resource:Resource").find(({ id }) => id === resourceId)?.state.path ?? "/");

/** @throws for a method without one, as a deployment is on AWS */
function integrationFor(parts: readonly Resource[], resourceId: string, method: string) {
  const at = ({ state }: Resource) => state.resourceId === resourceId && state.httpMethod === method;
  const found = ofType(parts, "integration:Integration").find(at);
  if (found === undefined) throw new Error(`No integration defined for method ${method} ${pathOf(parts, resourceId)}`);
  const planned = integrationOf(inputsIn(found.state) as never);
  if (planned.kind === "lambda") return planned;
  const responses = ofType(parts, "integrationResponse:IntegrationResponse").filter(at);
  return { ...planned, responses: responses.map(({ state }) => mockResponseOf(inputsIn(state) as never)) };
}

/** What MiniStack's answers added to the inputs, which no parser of inputs knows, is left out. */
function inputsIn(state: Resource["state"]): Record<string, unknown> {
  const { arn: _arn, path: _path, ...inputs } = state;
  return inputs;
}

function settingsOf(resources: readonly Resource[], stage: Served, path: string, method: string): Settings | undefined {
  const own = ofType(resources, "methodSettings:MethodSettings").filter(
    ({ state }) => state.restApi === stage.apiId && state.stageName === stage.name,
  );
  const named = (wanted: string) => own.find(({ state }) => state.methodPath === wanted)?.state.settings;
  return (named(`${path.slice(1)}/${method}`) ?? named("*/*")) as Settings | undefined;
}

function validationOf(parts: readonly Resource[], state: Resource["state"]) {
  const validator = ofType(parts, "requestValidator:RequestValidator").find(
    ({ id }) => id === state.requestValidatorId,
  );
  const { validateRequestBody, validateRequestParameters } = validator?.state ?? {};
  const parameters = Object.entries((state.requestParameters ?? {}) as Record<string, boolean>);
  const models = Object.entries((state.requestModels ?? {}) as Record<string, string>);
  const bodies = models.map(([type, model]) => [type, modelOf(parts, model)] as const);
  return {
    requiredParameters: validateRequestParameters ? parameters.flatMap(([name, needed]) => (needed ? [name] : [])) : [],
    bodies: validateRequestBody ? Object.fromEntries(bodies) : {},
  };
}

function modelOf(parts: readonly Resource[], name: string) {
  if (name === "Empty") return compiled(name, "{}"); // every API has it
  const model = ofType(parts, "model:Model").find(({ state }) => state.name === name);
  if (model === undefined) throw new Error(`${name} is no model of the deployment.`);
  return compiled(name, String(model.state.schema));
}

function plansOf(resources: readonly Resource[], apiId: string, stageName: string): UsagePlan[] {
  return ofType(resources, "usagePlan:UsagePlan").flatMap(({ id, state }): UsagePlan[] => {
    const { apiStages = [], throttleSettings, quotaSettings } = state as unknown as PlanInputs;
    const served = apiStages.find(({ apiId: api, stage }) => api === apiId && stage === stageName);
    if (served === undefined) return [];
    const limit = limitOf(throttleSettings?.rateLimit, throttleSettings?.burstLimit);
    const methods = (served.throttles ?? []).map(({ path, rateLimit, burstLimit }) => [
      path,
      limitOf(rateLimit, burstLimit),
    ]);
    return [
      {
        id,
        ...(limit ? { limit } : {}),
        methodLimits: Object.fromEntries(methods.filter(([, each]) => each !== undefined)),
        ...(quotaSettings ? { quota: { limit: quotaSettings.limit, period: quotaSettings.period as "DAY" } } : {}),
        keys: keysOf(resources, id),
      },
    ];
  });
}

const keysOf = (resources: readonly Resource[], planId: string): ApiKey[] =>
  ofType(resources, "usagePlanKey:UsagePlanKey")
    .filter(({ state }) => state.usagePlanId === planId)
    .flatMap(({ state: { keyId } }) => ofType(resources, "apiKey:ApiKey").filter(({ id }) => id === keyId))
    .map(({ id, state }) => ({ id, value: String(state.value), enabled: state.enabled !== false }));
