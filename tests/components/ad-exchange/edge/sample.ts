import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Edge, edge, edgeApi } from "../../../../components/ad-exchange/edge";
import type { ApiSettings, EdgeSettings } from "../../../../components/ad-exchange/edge-config";
import { edgeNames } from "../../../../components/ad-exchange/edge-names";
import { Names } from "../../../../components/shared/names";
import { type RecordedProgram, type RecordedResource, recordResources } from "../../../support/recorded-program";

export const ACCOUNT = "123456789012";
export const REGION = "us-east-1";
export const NAMES = edgeNames(new Names({ project: "sluice", environment: "dev" }));

export const SETTINGS: EdgeSettings = {
  api: {
    endpointType: "regional",
    vpcEndpointIds: [],
    cacheSize: 0.5,
    cacheTtlSeconds: 60,
    requestsPerSecond: 10_000,
    burst: 5_000,
    authorizerTtlSeconds: 300,
    compressFromBytes: 16_384,
    loggingRole: "present",
    domain: null,
  },
  tiers: [
    { name: "standard", requestsPerSecond: 100, burst: 200 },
    {
      ...{ name: "premium", requestsPerSecond: 2_000, burst: 4_000, quotaPerDay: 1_000_000 },
      campaigns: { requestsPerSecond: 30, burst: 40 },
    },
    { name: "trial", requestsPerSecond: 5, burst: 6 },
  ],
  tenants: [
    { name: "acme", tier: "premium", publisher: "p1", permissions: ["auction"] },
    { name: "shoes", tier: "standard", advertiser: "a1", seat: "s1", permissions: ["campaigns:read"] },
  ],
  guard: {
    mode: "block",
    callerRequestsPerSecond: 2_000,
    addressRequestsPerSecond: 5_000,
    strangers: null,
    windowSeconds: 60,
    bodyKiB: 256,
  },
  alarms: {
    serverErrorPercent: 1,
    clientErrorPercent: 20,
    slowMilliseconds: 100,
    slowIntegrationMilliseconds: 80,
    throttledPerMinute: 1_000,
    blockedPerMinute: 500,
  },
};

export const lambdaUri = (fn: string) =>
  `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/arn:aws:lambda:${REGION}:${ACCOUNT}:function:${fn}/invocations`;

const TARGETS = {
  auction: {
    invoked: { invokeArn: lambdaUri("bid:live"), name: "bid", qualifier: "live" },
    timeoutMilliseconds: 1_000,
  },
  campaigns: { invoked: { invokeArn: lambdaUri("campaigns"), name: "campaigns" }, timeoutMilliseconds: 10_000 },
};

export interface Sample {
  readonly api?: Partial<ApiSettings>;
  readonly auctionMilliseconds?: number;
  readonly withKey?: boolean;
}

/** The edge as the settings change it; inside a recorded program. */
export function sampleEdge({ api = {}, auctionMilliseconds, withKey = false }: Sample = {}): Edge {
  const settings = { ...SETTINGS.api, ...api };
  const parent = new pulumi.ComponentResource("sluice:test:Edge", "test");
  const opts = { parent };
  const common = { names: NAMES, settings, region: REGION };
  const auction = { ...TARGETS.auction, ...(auctionMilliseconds && { timeoutMilliseconds: auctionMilliseconds }) };
  return edge(
    "x",
    {
      ...common,
      api: edgeApi("x", common, opts),
      logRetentionDays: 7,
      ...(withKey && { key: new aws.kms.Key("k", {}) }),
      authorizer: { invokeArn: lambdaUri("authorizer"), name: "authorizer" },
      targets: { ...TARGETS, auction },
    },
    opts,
  );
}

const known = new Map<string, Promise<RecordedProgram>>();

/** One run a sample. */
export function recordEdge(sample: Sample = {}): Promise<RecordedProgram> {
  const key = JSON.stringify(sample);
  const made = known.get(key) ?? recordResources(() => sampleEdge(sample));
  known.set(key, made);
  return made;
}

export const GATEWAY = (kind: string) => `aws:apigateway/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`;

/** Method and path of everything that is on a method, from the resources' own ids. */
export function routesIn(program: RecordedProgram) {
  const parts = program.ofType(GATEWAY("Resource"));
  const pathOf = (id: unknown): string => {
    const part = parts.find((each) => each.id === id);
    return part ? `${pathOf(part.inputs.parentId)}/${part.inputs.pathPart}` : "";
  };
  return (resource: RecordedResource) => `${resource.inputs.httpMethod} ${pathOf(resource.inputs.resourceId)}`;
}
