import { createHash } from "node:crypto";
import type { Clock } from "../../shared/clock";
import type { Log } from "../../shared/log";
import type { Metrics } from "../../shared/metrics";
import type { Row } from "../adapters/reads";
import { type Campaign, campaignKey } from "../domain/campaign";
import { canBid, storedCampaign } from "../domain/campaigns/stored";
import type { Pointer } from "../domain/changes/pointer";
import type { Micros } from "../domain/money";

/** An amount in the exchange's currency; undefined where its currency has no rate. */
export type ToMicros = (amount: string, currency: string) => Micros | undefined;

export interface CompileOptions {
  readonly generation: number;
  /** Milliseconds since the epoch: whatever was written before is in it. */
  readonly builtAt: number;
  readonly toMicros: ToMicros;
  /** Told of each campaign that is left out, and why. */
  readonly refused: (campaign: Campaign, why: string) => void;
}

/** Makes the file of an index. */
export type Compile = (campaigns: Iterable<Campaign>, options: CompileOptions) => Uint8Array;

export interface SnapshotWorld {
  readonly scan: (take: (rows: readonly Row[]) => void) => Promise<void>;
  /** By the rates of the moment. */
  readonly toMicros: () => Promise<ToMicros>;
  readonly compile: Compile;
  readonly put: (key: string, file: Uint8Array) => Promise<void>;
  readonly pointer: () => Promise<Pointer | undefined>;
  /** @returns false where a later build has moved it */
  readonly move: (pointer: Pointer) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * Milliseconds for which a campaign that does not bid is still in the snapshot, by its version: an older change of it that is seen late
 * must not bring it back. As long as changes are kept.
 */
const REMEMBERED = 2 * 86_400_000;
/** Campaigns that are named in the log of a build that refused them. */
const NAMED = 20;

/**
 * Builds a snapshot of all campaigns, and makes it the newest. A row that is no campaign, or that the index cannot take (a currency without
 * a rate), is left out and counted: it never breaks the build. A build that is overtaken leaves a file that nobody reads.
 * @throws what the tables or the bucket say; the snapshot before stays the newest
 */
export async function build(world: SnapshotWorld): Promise<void> {
  const { clock, log, metrics } = world;
  const begun = clock.now();
  const before = await world.pointer();
  // First and of its own, so that builds that fail are seen to fail: the age goes on rising.
  if (before) metrics.record({ counts: {}, milliseconds: { SnapshotAge: Math.max(0, begun - before.builtFrom) } });
  const toMicros = await world.toMicros();
  const refused: string[] = [];
  const campaigns = await collect(world, begun, refused);
  const unreadable = refused.length;
  const file = world.compile(campaigns, {
    ...{ generation: begun, builtAt: begun, toMicros },
    refused: (campaign, why) => refused.push(`${campaignKey(campaign)}: ${why}`),
  });
  const taken = campaigns.length - (refused.length - unreadable);
  const pointer = pointerTo(file, begun, clock.now(), taken);
  await world.put(pointer.key, file);
  const isNewest = await world.move(pointer);
  metrics.record({
    counts: {
      ...{ SnapshotCampaigns: taken, SnapshotRefused: refused.length, SnapshotBytes: file.byteLength },
      ...(isNewest ? {} : { SnapshotsOvertaken: 1 }),
    },
    milliseconds: { SnapshotBuild: clock.now() - begun, ...(before || !isNewest ? {} : { SnapshotAge: 0 }) },
  });
  const { key, bytes } = pointer;
  const said = { key, bytes, campaigns: taken, refused: refused.length, durationMs: clock.now() - begun };
  log.info(isNewest ? "snapshot" : "snapshot overtaken", said);
  if (refused.length > 0) log.error("campaigns are left out", { all: refused.length, some: refused.slice(0, NAMED) });
}

/** What the index has to know of; rows that cannot be read are `refused`. */
async function collect({ scan }: SnapshotWorld, now: number, refused: string[]): Promise<readonly Campaign[]> {
  const campaigns: Campaign[] = [];
  await scan((rows) => {
    for (const row of rows) {
      const campaign = storedCampaign(row);
      if (campaign === undefined) refused.push(`${row.advertiser}#${row.id}: unreadable`);
      else if (canBid(campaign, now) || Date.parse(campaign.changedAt) > now - REMEMBERED) campaigns.push(campaign);
    }
  });
  return campaigns;
}

const pointerTo = (file: Uint8Array, begun: number, builtAt: number, campaigns: number): Pointer => ({
  ...{ key: `index/${begun}.bin`, generation: begun, builtFrom: begun, builtAt, campaigns },
  ...{ sha256: createHash("sha256").update(file).digest("hex"), bytes: file.byteLength },
});
