import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ROUTES, type Route } from "../../functions/ad-exchange/domain/auth/routes";
import type { ApiDefinition } from "./edge-definition";
import { edgeHealth, HEALTH } from "./edge-health";
import type { ModelName, Models } from "./edge-models";

/** How a function is invoked: through its alias where it has one. */
export interface Invocable {
  readonly invokeArn: pulumi.Input<string>;
  /** Permissions name function and alias apart. */
  readonly name: pulumi.Input<string>;
  readonly qualifier?: pulumi.Input<string>;
}

/** A function behind methods. */
export interface Target {
  readonly invoked: Invocable;
  /** How long the gateway waits: 50 to 29,000, and at least as long as the function may run. */
  readonly timeoutMilliseconds: number;
}

export type TargetNoun = "auction" | "campaigns";

export interface MethodsArgs {
  readonly definition: ApiDefinition;
  readonly api: aws.apigateway.RestApi;
  readonly authorizer: aws.apigateway.Authorizer;
  readonly models: Models;
  readonly targets: Readonly<Record<TargetNoun, Target>>;
  readonly stageName: string;
}

export interface Methods {
  readonly methods: readonly aws.apigateway.Method[];
  readonly permissions: readonly aws.lambda.Permission[];
}

type Key = `${Route["method"]} ${Route["path"]}`;

/** By method and path. A route that has none takes no body. */
const BODIES: Readonly<Partial<Record<Key, ModelName>>> = {
  "POST /openrtb2/auction": "AuctionRequest",
  "POST /v1/campaigns": "Campaign",
  "PATCH /v1/campaigns/{id}": "CampaignPatch",
};

const targetOf = ({ path }: Route): TargetNoun => (path === "/openrtb2/auction" ? "auction" : "campaigns");
export const keyOf = ({ method, path }: Pick<Route, "method" | "path">): Key => `${method} ${path}`;
/** `post-openrtb2-auction`; part of logical names. */
export const slugOf = (method: string, path: string): string =>
  `${method.toLowerCase()}${path.replace(/[{}]/g, "").replaceAll("/", "-")}`;

/** Every method of the routes, each with its function and the permission to invoke it; and /health. */
export function edgeMethods(name: string, args: MethodsArgs, opts: pulumi.CustomResourceOptions): Methods {
  const { definition, api } = args;
  const resourceId = pathsOf(name, definition, api, opts);
  const validator = definition.make(
    aws.apigateway.RequestValidator,
    `${name}-validator`,
    { restApi: api.id, name: "body-and-parameters", validateRequestBody: true, validateRequestParameters: true },
    opts,
  );
  const made = ROUTES.map((route) => routed(name, route, { ...args, validator, resourceId }, opts));
  const health = edgeHealth(name, { definition, restApi: api.id, resourceId: resourceId(HEALTH) }, opts);
  return {
    methods: [...made.map(({ method }) => method), health],
    permissions: made.map(({ permission }) => permission),
  };
}

type ResourceIdOf = (path: string) => pulumi.Output<string>;

/** One resource a path segment, each under the one before it. */
function pathsOf(
  name: string,
  definition: ApiDefinition,
  api: aws.apigateway.RestApi,
  opts: pulumi.CustomResourceOptions,
): ResourceIdOf {
  const known = new Map<string, pulumi.Output<string>>([["", api.rootResourceId]]);
  const idOf = (path: string): pulumi.Output<string> => {
    const before = known.get(path);
    if (before) return before;
    const [pathPart = "", parent = ""] = [path.split("/").at(-1), path.slice(0, path.lastIndexOf("/"))];
    const made = definition.make(
      aws.apigateway.Resource,
      `${name}-${slugOf("path", path)}`,
      { restApi: api.id, parentId: idOf(parent), pathPart },
      opts,
    );
    known.set(path, made.id);
    return made.id;
  };
  return idOf;
}

function routed(
  name: string,
  route: Route,
  args: MethodsArgs & { readonly validator: aws.apigateway.RequestValidator; readonly resourceId: ResourceIdOf },
  opts: pulumi.CustomResourceOptions,
) {
  const { definition, api, authorizer, models, targets, validator } = args;
  const slug = slugOf(route.method, route.path);
  const resourceId = args.resourceId(route.path);
  const { invoked, timeoutMilliseconds } = targets[targetOf(route)];
  const model = BODIES[keyOf(route)];
  const method = definition.make(
    aws.apigateway.Method,
    `${name}-${slug}-method`,
    {
      restApi: api.id,
      resourceId,
      httpMethod: route.method,
      authorization: "CUSTOM",
      authorizerId: authorizer.id,
      apiKeyRequired: true, // the usage plan's: the authorizer says which key, from the verified token
      requestValidatorId: validator.id,
      requestParameters: parametersOf(route),
      // $default too: what is sent as another content type is checked as well ("Request validation for REST APIs").
      ...(model && { requestModels: { "application/json": models[model].name, $default: models[model].name } }),
    },
    opts,
  );
  definition.make(
    aws.apigateway.Integration,
    `${name}-${slug}-integration`,
    {
      restApi: api.id,
      resourceId,
      httpMethod: method.httpMethod,
      type: "AWS_PROXY",
      integrationHttpMethod: "POST", // how Lambda is invoked, whatever the method is
      uri: invoked.invokeArn,
      timeoutMilliseconds,
      ...(route.cached && { cacheKeyParameters: CACHE_KEY }),
    },
    opts,
  );
  return {
    method,
    permission: permitted(`${name}-${slug}-permission`, invoked, methodArn(api, args.stageName, route), opts),
  };
}

/** Lets exactly what has this ARN invoke the function. */
export const permitted = (
  name: string,
  invoked: Invocable,
  sourceArn: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): aws.lambda.Permission =>
  new aws.lambda.Permission(
    name,
    {
      action: "lambda:InvokeFunction",
      principal: "apigateway.amazonaws.com",
      function: invoked.name,
      ...(invoked.qualifier !== undefined && { qualifier: invoked.qualifier }),
      sourceArn,
    },
    opts,
  );

/**
 * An answer is found again by who asked, for what, and with which version in hand: else one caller would be given another's
 * campaign, and one without a copy a bare 304.
 */
const CACHE_KEY = [
  "method.request.header.Authorization",
  "method.request.header.If-None-Match",
  "method.request.path.id",
];

/** What a method reads beside its body; true: refused without it. */
const parametersOf = ({ path, method, cached }: Route): Record<string, boolean> => ({
  ...(path.includes("{id}") && { "method.request.path.id": true }),
  ...(cached && { "method.request.header.Authorization": true, "method.request.header.If-None-Match": false }),
  // The function says 428 where it is missing, which 400 would not.
  ...(["PATCH", "DELETE"].includes(method) && { "method.request.header.If-Match": false }),
});

/** Path parameters are a star in ARNs of methods (Developer Guide, "Control access for invoking an API"). */
const methodArn = (api: aws.apigateway.RestApi, stage: string, { method, path }: Route): pulumi.Output<string> =>
  pulumi.interpolate`${api.executionArn}/${stage}/${method}${path.replace(/\{[^}]*\}/g, "*")}`;
