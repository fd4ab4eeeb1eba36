import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DaxCache } from "../shared/dax";
import type { FailureStore } from "../shared/failure-store";
import { ownKey } from "../shared/keys";
import type { Names } from "../shared/names";
import type { Network } from "../shared/network";
import { type Operations, operations } from "../shared/operations";
import type { PrivateBucket } from "../shared/private-bucket";
import { tagged } from "../shared/tags";
import { getsItemsFrom, queries } from "../shared/verbs";
import { warmed } from "../shared/warm";
import { type Watch, watch } from "../shared/watch";
import type { AdExchangeSettings } from "./config";
import { edgeApi } from "./edge";
import type { EdgeSettings } from "./edge-config";
import { edgeNames } from "./edge-names";
import { type AdExchangeEdge, adExchangeEdge } from "./edge-of-exchange";
import { type IndexBuilding, indexBuilding, indexerFailures, snapshotStore } from "./index-building";
import { type AdExchangeNames, adExchangeNames } from "./names";
import { type AdExchangeParameters, adExchangeParameters } from "./parameters";
import { adExchangeCharts, adExchangeSignals } from "./signals";
import { rotated, type SigningKeys, signingKeys } from "./signing-keys";
import { type AdExchangeTables, adExchangeTables } from "./tables";
import { type AdExchangeWorkers, adExchangeWorkers } from "./workers";

export interface AdExchangeArgs {
  readonly names: Names;
  readonly settings: AdExchangeSettings & { readonly edge: EdgeSettings };
  /** Holds the bid handler, and the cache with its readers. */
  readonly network: Network;
  /** One that CloudWatch Logs takes. */
  readonly logRetentionDays: number;
  /** Days a deleted KMS key can still be restored: 7 to 30. */
  readonly keyDeletionDays: number;
  /** Gets alarms by e-mail, once it has confirmed the subscription. */
  readonly notificationEmail: string;
  /** Id of the account that is deployed to. */
  readonly account: pulumi.Input<string>;
  readonly region: string;
}

/**
 * Bid requests of OpenRTB 2.6 flow through the gateway into the bid handler, which answers them from an index of campaigns in its
 * memory; campaigns flow through the same gateway into a table, and from there, change by change and all of them every few minutes,
 * into that index. Cost follows requests, mostly the gateway's; idle it is the ready environments, the cache and the network. A bid
 * request is answered without a bid when something fails, and never twice; a change of a campaign is durable before it is answered.
 */
export class AdExchange extends pulumi.ComponentResource {
  readonly names: AdExchangeNames;
  /** Encrypts tables, snapshots, and what was given up on. */
  readonly dataKey: aws.kms.Key;
  readonly tables: AdExchangeTables;
  readonly snapshots: PrivateBucket;
  readonly failures: FailureStore;
  readonly signingKeys: SigningKeys;
  readonly parameters: AdExchangeParameters;
  /** Absent where DynamoDB is read itself. */
  readonly dax?: DaxCache;
  readonly workers: AdExchangeWorkers;
  readonly building: IndexBuilding;
  readonly edge: AdExchangeEdge;
  readonly operations: Operations;
  readonly watch: Watch;

  constructor(name: string, args: AdExchangeArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super(
      "sluice:ad-exchange:AdExchange",
      name,
      {},
      {
        ...opts,
        transformations: [...(opts.transformations ?? []), tagged({ System: name, Service: "AdExchange" })],
      },
    );
    const { settings, network, region } = args;
    const parent = { parent: this };
    this.names = adExchangeNames(args.names, name);
    const common = { ...args, names: this.names };

    this.dataKey = ownKey(
      `${name}-data-key`,
      { ...args, alias: this.names.dataKeyAlias, description: `Encrypts the campaigns of ${name}` },
      parent,
    );
    const key = this.dataKey;
    this.tables = adExchangeTables(name, { ...common, key, campaignsTableName: settings.campaignsTableName }, parent);
    this.snapshots = snapshotStore(name, { ...common, key }, parent);
    this.failures = indexerFailures(name, { ...common, key }, parent);
    this.signingKeys = signingKeys(name, common, parent);
    this.parameters = adExchangeParameters(name, common, parent);
    const { tables, snapshots, failures, parameters } = this;
    const dax = daxOf(name, { ...common, key, tables }, parent);
    if (dax) this.dax = dax;
    const address = { names: edgeNames(args.names, name), settings: settings.edge.api, region };
    const api = edgeApi(name, address, parent);
    const { cacheSize, cacheTtlSeconds } = settings.edge.api;
    this.workers = adExchangeWorkers(
      name,
      {
        ...{ ...common, network, key, tables, snapshots, parameters, signingKeys: this.signingKeys },
        ...(dax && { dax }),
        ...{ noticeUrl: api.url, cacheSeconds: cacheSize === 0 ? 0 : cacheTtlSeconds },
      },
      parent,
    );
    const { workers } = this;
    const { warmth } = settings.bidHandler;
    if (warmth) warmed(`${name}-bid-handler`, workers["bid-handler"], warmth, parent);

    this.building = indexBuilding(name, { ...common, key, tables, workers, failures }, parent);
    const rotation = { keys: this.signingKeys, by: workers["key-rotation"], everyDays: settings.keyRotationDays };
    rotated(name, { ...rotation, account: args.account }, parent);
    this.edge = adExchangeEdge(name, { ...args, address, api, workers, tokens: tables.tokens }, parent);
    this.operations = operations(name, common, parent);
    this.watch = watch(
      name,
      {
        signals: [...adExchangeSignals(this, settings), ...this.edge.signals],
        charts: [...adExchangeCharts(this), ...this.edge.charts],
        topic: this.operations.topic,
        alarmName: (signal) => this.names.alarm(signal.name),
        dashboardName: this.names.dashboard,
        region,
      },
      parent,
    );
    this.registerOutputs({ url: api.url, campaignsTableName: tables.campaigns.name });
  }
}

function daxOf(
  name: string,
  args: Pick<AdExchangeArgs, "settings" | "network"> & {
    readonly names: AdExchangeNames;
    readonly key: aws.kms.Key;
    readonly tables: AdExchangeTables;
  },
  opts: pulumi.ComponentResourceOptions,
): DaxCache | undefined {
  const { dax } = args.settings;
  if (!dax) return undefined;
  const { campaigns, changes } = args.tables;
  return new DaxCache(
    `${name}-dax`,
    {
      ...{ ...dax, names: args.names.dax(), network: args.network, key: args.key },
      description: `Campaigns and their changes, of ${name}`,
      tables: [
        { table: campaigns, by: getsItemsFrom },
        { table: changes, by: queries },
      ],
    },
    opts,
  );
}
