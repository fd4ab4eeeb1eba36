import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AuthorizerEnv } from "../../functions/ad-exchange/authorizer/env";
import { BESIDE } from "../../functions/ad-exchange/bid-handler/beside";
import type { BidHandlerEnv } from "../../functions/ad-exchange/bid-handler/env";
import type { CampaignsEnv } from "../../functions/ad-exchange/campaigns/env";
import type { IndexerEnv } from "../../functions/ad-exchange/indexer/env";
import type { KeyRotationEnv } from "../../functions/ad-exchange/key-rotation/env";
import type { SnapshotEnv } from "../../functions/ad-exchange/snapshot/env";
import type { DaxCache } from "../shared/dax";
import { type EnvOf, Lambda, type LambdaArgs } from "../shared/lambda";
import { insightsLayer } from "../shared/lambda-insights";
import { capitalised } from "../shared/names";
import type { Network } from "../shared/network";
import type { PrivateBucket } from "../shared/private-bucket";
import {
  decrypting,
  encrypting,
  getsItemsFrom,
  getsItemsThrough,
  putsItemsIn,
  queries,
  queriesThrough,
  readsObjects,
  readsParameter,
  readsSecret,
  rotatesSecret,
  scans,
  tells,
  together,
  writesObjects,
} from "../shared/verbs";
import type { AdExchangeSettings, ExchangeWorkerSettings } from "./config";
import { type AdExchangeNames, LIVE, type Worker } from "./names";
import type { AdExchangeParameters } from "./parameters";
import type { SigningKeys } from "./signing-keys";
import type { AdExchangeTables } from "./tables";

export interface WorkersArgs {
  readonly names: AdExchangeNames;
  readonly settings: AdExchangeSettings;
  readonly network: Network;
  readonly account: pulumi.Input<string>;
  readonly region: string;
  readonly logRetentionDays: number;
  /** Encrypts tables and snapshots. */
  readonly key: aws.kms.Key;
  readonly tables: AdExchangeTables;
  readonly snapshots: PrivateBucket;
  readonly signingKeys: SigningKeys;
  readonly parameters: AdExchangeParameters;
  /** Left out: DynamoDB is read itself. */
  readonly dax?: DaxCache;
  /** What notice URLs begin with, without a slash at the end. */
  readonly noticeUrl: pulumi.Input<string>;
  /** Seconds that the edge keeps a campaign; 0 for not at all. */
  readonly cacheSeconds: number;
}

export type AdExchangeWorkers = Readonly<Record<Worker, Lambda>>;

/** What tells one function from another beside its environment. */
type Form = ExchangeWorkerSettings & Pick<LambdaArgs<never>, "alias" | "beside" | "layers" | "network">;

const DESCRIPTIONS: Readonly<Record<Worker, string>> = {
  "bid-handler": "Answers bid requests",
  campaigns: "Keeps advertisers' campaigns",
  authorizer: "Says what a token opens",
  indexer: "Tells bid handlers what has changed of campaigns",
  snapshot: "Builds the index of campaigns",
  "key-rotation": "Makes the next key that signs notice URLs",
};
/** Of S3 keys of snapshots. */
export const SNAPSHOT_PREFIX = "index/";
/** Secrets Manager waits for a step no longer. */
const ROTATION: ExchangeWorkerSettings = { memoryMiB: 256, timeoutSeconds: 30, reservedConcurrency: 1 };

/**
 * The six functions; what each may do is what its environment names. The one that takes bid requests writes nowhere, and
 * the one that lets callers in sees no campaign. In the network stand those that a cache or a request's time wants there.
 */
export function adExchangeWorkers(
  name: string,
  args: WorkersArgs,
  opts: pulumi.ComponentResourceOptions,
): AdExchangeWorkers {
  const { settings, network, dax } = args;
  const alias = LIVE;
  const { bidHandler } = settings;
  return {
    "bid-handler": worker<BidHandlerEnv>(name, "bid-handler", bidHandlerEnv(args), args, opts, {
      ...bidHandler,
      ...{ alias, network },
      beside: BESIDE,
      ...(bidHandler.insights && { layers: [insightsLayer(args)] }),
    }),
    campaigns: worker<CampaignsEnv>(name, "campaigns", campaignsEnv(args), args, opts, {
      ...{ ...settings.campaignApi, alias },
      ...(dax && { network }),
    }),
    authorizer: worker<AuthorizerEnv>(name, "authorizer", authorizerEnv(args), args, opts, {
      ...settings.authorizer, // not in the network: it asks issuers on the internet for their keys
      alias,
    }),
    indexer: worker<IndexerEnv>(name, "indexer", indexerEnv(args), args, opts, settings.indexer),
    // One at a time: two would build the same.
    snapshot: worker<SnapshotEnv>(name, "snapshot", snapshotEnv(args), args, opts, {
      ...settings.snapshot,
      reservedConcurrency: 1,
    }),
    "key-rotation": worker<KeyRotationEnv>(
      name,
      "key-rotation",
      { SIGNING_KEYS_SECRET: rotatesSecret(args.signingKeys) },
      args,
      opts,
      ROTATION,
    ),
  };
}

/** Where there is no cache: reads as from the table itself. */
const NO_CACHE = tells("");

const bidHandlerEnv = (args: WorkersArgs): EnvOf<BidHandlerEnv> => ({
  SNAPSHOTS_BUCKET: decrypting(args.key, readsObjects(args.snapshots.bucket, SNAPSHOT_PREFIX)),
  // Its environments are thousands: where there is a cache, they have no way past it.
  CHANGES_TABLE: args.dax ? tells(args.tables.changes.name) : decrypting(args.key, queries(args.tables.changes)),
  DAX_ENDPOINT: args.dax ? queriesThrough(args.dax) : NO_CACHE,
  SIGNING_KEYS_SECRET: readsSecret(args.signingKeys),
  SETTINGS_PARAMETER: readsParameter(args.parameters.settings),
  NOTICE_URL: tells(args.noticeUrl),
});

/** A change is one transaction: campaign and audit row are put together, or neither. */
const campaignsEnv = (args: WorkersArgs): EnvOf<CampaignsEnv> => {
  const { campaigns, audit } = args.tables;
  return {
    CAMPAIGNS_TABLE: encrypting(
      args.key,
      together(getsItemsFrom(campaigns), queries(campaigns), putsItemsIn(campaigns)),
    ),
    AUDIT_TABLE: encrypting(args.key, together(getsItemsFrom(audit), putsItemsIn(audit))),
    DAX_ENDPOINT: args.dax ? getsItemsThrough(args.dax) : NO_CACHE,
    CACHE_SECONDS: tells(String(args.cacheSeconds)),
  };
};

const authorizerEnv = ({ key, tables, parameters }: WorkersArgs): EnvOf<AuthorizerEnv> => ({
  TOKENS_TABLE: decrypting(key, getsItemsFrom(tables.tokens)),
  ISSUERS_PARAMETER: readsParameter(parameters.issuers),
});

const indexerEnv = ({ key, tables }: WorkersArgs): EnvOf<IndexerEnv> => ({
  CHANGES_TABLE: encrypting(key, putsItemsIn(tables.changes)),
});

/** The pointer to the newest snapshot moves on a condition. */
const snapshotEnv = ({ key, tables, snapshots, parameters }: WorkersArgs): EnvOf<SnapshotEnv> => ({
  CAMPAIGNS_TABLE: decrypting(key, scans(tables.campaigns)),
  CHANGES_TABLE: encrypting(key, together(queries(tables.changes), putsItemsIn(tables.changes))),
  SNAPSHOTS_BUCKET: encrypting(key, writesObjects(snapshots.bucket, SNAPSHOT_PREFIX)),
  SETTINGS_PARAMETER: readsParameter(parameters.settings),
});

function worker<Env extends Record<string, string>>(
  name: string,
  noun: Worker,
  env: EnvOf<Env>,
  { names, logRetentionDays }: WorkersArgs,
  opts: pulumi.ComponentResourceOptions,
  form: Form,
): Lambda {
  return new Lambda<Env>(
    `${name}-${noun}`,
    {
      names: names.workers[noun],
      description: DESCRIPTIONS[noun],
      entry: `functions/ad-exchange/${noun}/index.ts`,
      env,
      ...form,
      logRetentionDays,
      type: capitalised(noun),
    },
    opts,
  );
}
