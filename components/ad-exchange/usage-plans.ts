import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { ROUTES } from "../../functions/ad-exchange/domain/auth/routes";
import type { TenantSettings, TierSettings } from "./edge-config";
import type { EdgeNames } from "./edge-names";

export interface UsagePlansArgs {
  readonly names: EdgeNames;
  readonly tiers: readonly TierSettings[];
  readonly tenants: readonly TenantSettings[];
  readonly stage: aws.apigateway.Stage;
}

/** A tenant, and the key that its tokens have to name for its usage to be counted. */
export interface TenantKey {
  readonly tenant: TenantSettings;
  readonly apiKey: aws.apigateway.ApiKey;
  /** What the authorizer answers as `usageIdentifierKey`; secret, though no caller ever sends it. */
  readonly usageKey: pulumi.Output<string>;
}

export interface UsagePlans {
  readonly plans: ReadonlyMap<string, aws.apigateway.UsagePlan>;
  readonly tenants: readonly TenantKey[];
}

/** API Gateway takes 20 to 128 (API reference, `CreateApiKey`). */
const KEY_LENGTH = 40;
/** What methods of campaigns take of a tier that does not say. */
const CAMPAIGNS = { requestsPerSecond: 10, burst: 20 };

/**
 * Who may ask how much: one plan a tier, and in it one key a tenant. This is where each tenant is held to its rate, by the key of
 * its verified token. API Gateway promises to try, not to hit the number exactly ("Usage plans and API keys"), and counts each key
 * by itself. Costs nothing; an account has room for 10,000 keys.
 */
export function usagePlans(name: string, args: UsagePlansArgs, opts: pulumi.CustomResourceOptions): UsagePlans {
  const plans = new Map(args.tiers.map((tier) => [tier.name, plan(name, tier, args, opts)]));
  return { plans, tenants: args.tenants.map((tenant) => keyed(name, tenant, { ...args, plans }, opts)) };
}

function plan(
  name: string,
  tier: TierSettings,
  { names, stage }: UsagePlansArgs,
  opts: pulumi.CustomResourceOptions,
): aws.apigateway.UsagePlan {
  const { requestsPerSecond: rateLimit, burst: burstLimit, quotaPerDay } = tier;
  const campaigns = tier.campaigns ?? CAMPAIGNS;
  const least = {
    rateLimit: Math.min(rateLimit, campaigns.requestsPerSecond),
    burstLimit: Math.min(burstLimit, campaigns.burst),
  };
  const throttles = ROUTES.map(({ method, path, permission }) => ({
    path: `${path}/${method}`,
    ...(permission === "auction" ? { rateLimit, burstLimit } : least),
  }));
  return new aws.apigateway.UsagePlan(
    `${name}-${tier.name}-usage-plan`,
    {
      name: names.usagePlan(tier.name),
      description: `Tenants of tier ${tier.name}`,
      apiStages: [{ apiId: stage.restApi, stage: stage.stageName, throttles }],
      throttleSettings: { rateLimit, burstLimit },
      ...(quotaPerDay !== undefined && { quotaSettings: { limit: quotaPerDay, offset: 0, period: "DAY" } }),
    },
    opts,
  );
}

function keyed(
  name: string,
  tenant: TenantSettings,
  { names, plans }: UsagePlansArgs & Pick<UsagePlans, "plans">,
  opts: pulumi.CustomResourceOptions,
): TenantKey {
  const usagePlan = plans.get(tenant.tier);
  if (!usagePlan)
    throw new pulumi.ResourceError(
      `${name}: tier of tenant ${tenant.name} is ${tenant.tier}; give one of ${[...plans.keys()].join(", ")}.`,
      opts.parent,
    );
  const value = new random.RandomPassword(
    `${name}-${tenant.name}-usage-key-value`,
    { length: KEY_LENGTH, special: false },
    opts,
  );
  const usageKey = pulumi.secret(value.result);
  const apiKey = new aws.apigateway.ApiKey(
    `${name}-${tenant.name}-usage-key`,
    {
      name: names.apiKey(tenant.name),
      description: `Counts what ${tenant.name} asks`,
      value: usageKey,
    },
    { ...opts, additionalSecretOutputs: ["value"] },
  );
  new aws.apigateway.UsagePlanKey(
    `${name}-${tenant.name}-usage-plan-key`,
    { keyId: apiKey.id, keyType: "API_KEY", usagePlanId: usagePlan.id },
    opts,
  );
  return { tenant, apiKey, usageKey };
}
