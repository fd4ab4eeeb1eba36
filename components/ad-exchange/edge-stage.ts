import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { ROUTES } from "../../functions/ad-exchange/domain/auth/routes";
import { ACCESS_LOG_FORMAT, type AccessLogs } from "./access-logs";
import type { ApiSettings } from "./edge-config";
import { type ApiDefinition, definitionHash } from "./edge-definition";
import { HEALTH } from "./edge-health";
import { slugOf } from "./edge-methods";

export interface StageArgs {
  readonly definition: ApiDefinition;
  readonly api: aws.apigateway.RestApi;
  readonly stageName: string;
  readonly settings: ApiSettings;
  readonly logs: AccessLogs | undefined;
  /** Stand before the first request is served. */
  readonly permissions: readonly pulumi.Resource[];
}

export interface ServedStage {
  readonly deployment: aws.apigateway.Deployment;
  readonly stage: aws.apigateway.Stage;
}

/** Requests a second that methods beside the auction take, all callers together. */
const CAMPAIGN_LIMITS = { rate: 200, burst: 400 };
const HEALTH_LIMITS = { rate: 20, burst: 40 };

/** A snapshot of the definition, another whenever that changes, and the stage that serves it. */
export function edgeStage(name: string, args: StageArgs, opts: pulumi.CustomResourceOptions): ServedStage {
  const { definition, api, settings, stageName, logs } = args;
  const deployment = new aws.apigateway.Deployment(
    `${name}-deployment`,
    {
      restApi: api.id,
      description: "What the stage serves",
      triggers: { definition: definitionHash(definition.parts) },
    },
    { ...opts, dependsOn: definition.resources },
  );
  const cached = settings.cacheSize > 0;
  const stage = new aws.apigateway.Stage(
    `${name}-stage`,
    {
      restApi: api.id,
      deployment: deployment.id,
      stageName,
      description: "The exchange",
      xrayTracingEnabled: true,
      cacheClusterEnabled: cached,
      ...(cached && { cacheClusterSize: String(settings.cacheSize) }),
      ...(logs && { accessLogSettings: { destinationArn: logs.group.arn, format: ACCESS_LOG_FORMAT } }),
    },
    { ...opts, dependsOn: [...args.permissions, ...(logs ? [logs.group, ...logs.needs] : [])] },
  );
  methodSettings(name, { ...args, stage }, opts);
  return { deployment, stage };
}

/** Each method by itself, so that none inherits a cache. */
function methodSettings(
  name: string,
  { api, stage, settings, logs }: StageArgs & { readonly stage: aws.apigateway.Stage },
  opts: pulumi.CustomResourceOptions,
): void {
  const { requestsPerSecond: rate, burst } = settings;
  const auction = { rate, burst };
  const least = { rate: Math.min(rate, CAMPAIGN_LIMITS.rate), burst: Math.min(burst, CAMPAIGN_LIMITS.burst) };
  const methods = [
    ...ROUTES.map(({ method, path, permission, cached }) => ({
      method,
      path,
      limits: permission === "auction" ? auction : least,
      cached: cached === true && settings.cacheSize > 0,
    })),
    { method: "GET", path: HEALTH, limits: HEALTH_LIMITS, cached: false },
  ];
  for (const { method, path, limits, cached } of methods)
    new aws.apigateway.MethodSettings(
      `${name}-${slugOf(method, path)}-settings`,
      {
        restApi: api.id,
        stageName: stage.stageName,
        methodPath: `${path.slice(1)}/${method}`,
        settings: {
          metricsEnabled: true,
          dataTraceEnabled: false, // bodies and tokens are no business of a log
          loggingLevel: logs ? "ERROR" : "OFF",
          throttlingRateLimit: limits.rate,
          throttlingBurstLimit: limits.burst,
          cachingEnabled: cached,
          ...(cached && {
            cacheTtlInSeconds: settings.cacheTtlSeconds,
            cacheDataEncrypted: true,
            // The gateway takes that authorization of signed requests alone, and there are none here. It would guard nothing: the
            // authorizer comes first, entries are by token, and the usage plan holds who asks anew each time.
            requireAuthorizationForCacheControl: false,
          }),
        },
      },
      opts,
    );
}
