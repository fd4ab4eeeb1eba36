import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { ownKey } from "../shared/keys";
import type { Names } from "../shared/names";
import type { Signal } from "../shared/signals";
import type { Chart } from "../shared/watch";
import { edgeLogsEncrypt } from "./access-logs";
import type { AdExchangeSettings } from "./config";
import { type Edge, type EdgeApi, type EdgeApiArgs, edge, STAGE_NAME } from "./edge";
import type { EdgeSettings } from "./edge-config";
import { cacheChart, edgeSignals } from "./edge-signals";
import { type Guard, guard } from "./guard";
import { adExchangeNames } from "./names";
import { tenantTokens } from "./tokens";
import { tracing } from "./tracing";
import { type UsagePlans, usagePlans } from "./usage-plans";
import type { AdExchangeWorkers } from "./workers";

export interface AdExchangeEdgeArgs {
  readonly names: Names;
  readonly settings: AdExchangeSettings & { readonly edge: EdgeSettings };
  readonly logRetentionDays: number;
  readonly keyDeletionDays: number;
  readonly account: pulumi.Input<string>;
  readonly region: string;
  /** What the API was made of. */
  readonly address: EdgeApiArgs;
  readonly api: EdgeApi;
  readonly workers: AdExchangeWorkers;
  /** Table of tokens. */
  readonly tokens: aws.dynamodb.Table;
}

/** Everything in front of the functions. */
export interface AdExchangeEdge extends Edge {
  readonly guard: Guard;
  readonly plans: UsagePlans;
  /** Encrypts logs of requests. */
  readonly logsKey: aws.kms.Key;
  /** Of each tenant, by its name; secret. */
  readonly tenantTokens: ReadonlyMap<string, pulumi.Output<string>>;
  readonly signals: readonly Signal[];
  readonly charts: readonly Chart[];
}

/** Methods, firewall and usage plans before the functions, the tenants that may call them, and which auctions are traced. */
export function adExchangeEdge(
  name: string,
  args: AdExchangeEdgeArgs,
  opts: pulumi.CustomResourceOptions,
): AdExchangeEdge {
  const { settings, workers, account, region, address } = args;
  const { names } = address;
  const { tiers, tenants, guard: rules, alarms } = settings.edge;
  const logsKey = ownKey(
    `${name}-logs-key`,
    {
      ...args,
      alias: args.names.of("alias", `logs-${name}`),
      description: `Encrypts the edge's logs of ${name}`,
      statements: [edgeLogsEncrypt(names, STAGE_NAME, account, region)],
    },
    opts,
  );
  const logged = { logRetentionDays: args.logRetentionDays, key: logsKey };
  const target = (noun: "bid-handler" | "campaigns", { timeoutSeconds }: { readonly timeoutSeconds: number }) => ({
    invoked: workers[noun].invoked,
    timeoutMilliseconds: 1_000 * timeoutSeconds,
  });
  const targets = {
    auction: target("bid-handler", settings.bidHandler),
    campaigns: target("campaigns", settings.campaignApi),
  };
  const made = edge(
    name,
    { ...address, ...logged, api: args.api, authorizer: workers.authorizer.invoked, targets },
    opts,
  );
  const { stage, api } = made;
  const guarded = guard(name, { names, settings: rules, stage, account, region, ...logged }, opts);
  const plans = usagePlans(name, { names, tiers, tenants, stage }, opts);
  tracing(
    name,
    { name: adExchangeNames(args.names, name).samplingRule, api, stage, ...settings.bidHandler.traces },
    opts,
  );
  return {
    ...made,
    guard: guarded,
    plans,
    logsKey,
    tenantTokens: tenantTokens(
      name,
      { table: args.tokens, tenants: plans.tenants, expire: settings.tokensExpire, before: settings.tokensBefore },
      opts,
    ),
    signals: edgeSignals({ edge: made, guard: guarded, alarms, region }),
    charts: [cacheChart(made)],
  };
}
