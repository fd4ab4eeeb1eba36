import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { HEADER_FORM } from "../../functions/ad-exchange/domain/auth/credential";
import { policy } from "../shared/access";
import { type AccessLogs, accessLogs } from "./access-logs";
import { edgeDomain } from "./domain";
import type { ApiSettings } from "./edge-config";
import { ApiDefinition } from "./edge-definition";
import { edgeMethods, type Invocable, permitted, type Target, type TargetNoun } from "./edge-methods";
import { edgeModels } from "./edge-models";
import type { EdgeNames } from "./edge-names";
import { edgeResponses } from "./edge-responses";
import { edgeStage } from "./edge-stage";

export interface EdgeApiArgs {
  readonly names: EdgeNames;
  readonly settings: ApiSettings;
  readonly region: string;
}

/** The API before it has methods: functions behind it are told its address, and its methods need the functions. */
export interface EdgeApi {
  readonly api: aws.apigateway.RestApi;
  readonly definition: ApiDefinition;
  /** What URLs of the API begin with, without a slash at the end. */
  readonly url: pulumi.Output<string>;
}

export interface EdgeArgs extends EdgeApiArgs {
  readonly api: EdgeApi;
  readonly logRetentionDays: number;
  /** Encrypts the log groups; it has to let CloudWatch Logs (`edgeLogsEncrypt`). CloudWatch's own when left out. */
  readonly key?: aws.kms.Key;
  readonly authorizer: Invocable;
  readonly targets: Readonly<Record<TargetNoun, Target>>;
}

export interface Edge extends EdgeApi {
  readonly authorizer: aws.apigateway.Authorizer;
  readonly deployment: aws.apigateway.Deployment;
  readonly stage: aws.apigateway.Stage;
  readonly methods: readonly aws.apigateway.Method[];
  /** Undefined where the gateway may not log. */
  readonly logs: AccessLogs | undefined;
  /** Undefined where the API is called by API Gateway's own name. */
  readonly domain: aws.apigateway.DomainName | undefined;
}

export const STAGE_NAME = "live";

/**
 * TLS 1.3 and 1.2 with forward secrecy and post-quantum key exchange where the caller can; STRICT also refuses a request that asks
 * for another host than it shook hands for (Developer Guide, "Supported security policies", "Endpoint access mode").
 */
const TLS = { securityPolicy: "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09", endpointAccessMode: "STRICT" } as const;

/** The address; with TLS 1.2 at least, and where there is a domain by that only. */
export function edgeApi(name: string, args: EdgeApiArgs, opts: pulumi.CustomResourceOptions): EdgeApi {
  const { names, settings, region } = args;
  const definition = new ApiDefinition();
  const isPrivate = settings.endpointType === "private";
  const api = definition.make(
    aws.apigateway.RestApi,
    `${name}-api`,
    {
      name: names.api,
      description: "The exchange: auctions and campaigns",
      apiKeySource: "AUTHORIZER", // usage plans count by what the verified token says, not by a header
      // Of answers. Requests in gzip or deflate are decompressed either way ("Payload compression for REST APIs"). To the provider
      // -1 is never; left out, an API that compresses would go on with it.
      minimumCompressionSize: String(settings.compressFromBytes ?? -1),
      // An endpoint's own names are no host of the API, which STRICT would insist on.
      ...(isPrivate ? { securityPolicy: "TLS_1_2" } : TLS),
      endpointConfiguration: isPrivate
        ? { types: "PRIVATE", vpcEndpointIds: settings.vpcEndpointIds }
        : { types: "REGIONAL" },
      disableExecuteApiEndpoint: settings.domain !== null,
    },
    opts,
  );
  if (isPrivate) onlyThroughEndpoints(name, { api, definition, settings }, opts);
  const own = pulumi.interpolate`https://${api.id}.execute-api.${region}.amazonaws.com/${STAGE_NAME}`;
  return { api, definition, url: settings.domain ? pulumi.output(`https://${settings.domain.name}`) : own };
}

/** A private API cannot be deployed without a policy, and one that let every endpoint in would be open to every account's. */
function onlyThroughEndpoints(
  name: string,
  { api, definition, settings }: Pick<EdgeApi, "api" | "definition"> & { readonly settings: ApiSettings },
  opts: pulumi.CustomResourceOptions,
): void {
  const all = { Principal: "*", Action: "execute-api:Invoke", Resource: pulumi.interpolate`${api.executionArn}/*` };
  const document = policy([
    { Sid: "Invoke", Effect: "Allow", ...all },
    {
      Sid: "OnlyThroughEndpoints",
      Effect: "Deny",
      ...all,
      Condition: { StringNotEquals: { "aws:SourceVpce": settings.vpcEndpointIds } },
    },
  ]);
  definition.make(aws.apigateway.RestApiPolicy, `${name}-api-policy`, { restApiId: api.id, policy: document }, opts);
}

/**
 * The exchange's REST API: every method but /health asks the authorizer, bodies are checked before they cost an invocation, and a
 * change of anything deploys it anew. Costs $3.50 a million requests, less above 333 million a month (us-east-1), and the cache by
 * the hour. What the gateway refuses, it answers by itself, as problem details; a malformed auction with 400 and no content.
 */
export function edge(name: string, args: EdgeArgs, opts: pulumi.CustomResourceOptions): Edge {
  const { settings, targets } = args;
  const { api, definition } = args.api;
  for (const [noun, { timeoutMilliseconds: waits }] of Object.entries(targets))
    if (!Number.isInteger(waits) || waits < 50 || waits > 29_000)
      throw new pulumi.ResourceError(
        `${name}: timeoutMilliseconds of ${noun} is ${waits}; give a whole number from 50 to 29000.`,
        opts.parent,
      );
  const { authorizer, permission } = authorizerOf(name, args, opts);
  const models = edgeModels(name, definition, api.id, opts);
  const methods = edgeMethods(name, { definition, api, authorizer, models, targets, stageName: STAGE_NAME }, opts);
  edgeResponses(name, definition, api.id, opts);
  const logs = accessLogs(name, { ...args, api, stageName: STAGE_NAME, loggingRole: settings.loggingRole }, opts);
  const permissions = [permission, ...methods.permissions];
  const served = edgeStage(name, { definition, api, stageName: STAGE_NAME, settings, logs, permissions }, opts);
  const domain = settings.domain ? edgeDomain(name, { domain: settings.domain, stage: served.stage }, opts) : undefined;
  return { ...args.api, ...served, authorizer, methods: methods.methods, logs, domain };
}

/** Its answer is kept for each token, for all methods: it has to name every method that the token opens. */
function authorizerOf(name: string, args: EdgeArgs, opts: pulumi.CustomResourceOptions) {
  const { names, settings, authorizer: invoked } = args;
  const { api, definition } = args.api;
  const authorizer = definition.make(
    aws.apigateway.Authorizer,
    `${name}-authorizer`,
    {
      restApi: api.id,
      name: names.authorizer,
      type: "TOKEN",
      identitySource: "method.request.header.Authorization",
      identityValidationExpression: HEADER_FORM, // anything else is 401, and costs no invocation
      authorizerUri: invoked.invokeArn,
      authorizerResultTtlInSeconds: settings.authorizerTtlSeconds,
    },
    opts,
  );
  const arn = pulumi.interpolate`${api.executionArn}/authorizers/${authorizer.id}`;
  const permission = permitted(`${name}-authorizer-permission`, invoked, arn, opts);
  return { authorizer, permission };
}
