import type { Clock } from "../../shared/clock";
import { changeIn } from "../adapters/changes";
import type { Key, Reads } from "../adapters/reads";
import { CHANGES } from "../adapters/tables";
import { campaignKey } from "../domain/campaign";
import type { CampaignChange } from "../domain/changes/change";
import type { Pointer } from "../domain/changes/pointer";
import { slotsBetween } from "../domain/changes/slots";
import type { FromWorker } from "./messages";
import { slicesOf } from "./slices";

export interface FeedWorld {
  readonly reads: Reads;
  readonly changesTable: string;
  readonly pointer: () => Promise<Pointer | undefined>;
  readonly download: (pointer: Pointer) => Promise<ArrayBuffer>;
  /** Resolves when it has been dealt with; whether it could be used. */
  readonly send: (message: FromWorker, transfer?: readonly ArrayBuffer[]) => Promise<boolean>;
  readonly trouble: (failure: unknown) => Promise<void>;
  readonly clock: Clock;
}

/**
 * Milliseconds that a reader looks back behind what it has read. More than a write takes with its longest try (4 s), the clocks of two
 * machines differ by, and a cluster's pages are old; the indexer gives every try an instant of its own.
 */
export const OVERLAP = 10_000;
/** Lower bounds are multiples of this, so that all readers of the same seconds ask with the same words and share a cached page. */
const GRID = 5_000;
/** Minutes that one poll reads; after a long sleep it takes several polls, not one that never ends. */
const MOST_SLOTS = 60;
/** Milliseconds between two looks at the pointer. */
const POINTER_EVERY = 10_000;
/** Changes that are remembered as told; beyond that they are told again, which changes nothing. */
const MOST_REMEMBERED = 200_000;

/** Follows the snapshots and the changes since the newest. A poll that fails is made again, from where the last good one ended. */
export class IndexFeed {
  /** The snapshot that the other side has. */
  private current: Pointer | undefined;
  /** A file that could not be used is not fetched again. */
  private refused: string | undefined;
  private readUpTo = 0;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private readonly told = new Map<string, number>();

  constructor(
    private readonly world: FeedWorld,
    loaded: Pointer | undefined,
  ) {
    if (loaded) this.begin(loaded);
  }

  async poll(): Promise<void> {
    const now = this.world.clock.now();
    if (this.current === undefined || Math.abs(now - this.lookedAt) >= POINTER_EVERY) await this.look(now);
    if (this.current === undefined) throw new Error("there is no snapshot yet");
    // A clock that was set back: what was read meanwhile was read by a wrong one.
    if (now < this.readUpTo - OVERLAP) this.readUpTo = this.current.builtFrom;
    const from = Math.floor((Math.min(now, this.readUpTo) - OVERLAP) / GRID) * GRID;
    const slots = slotsBetween(from, now);
    for (const slot of slots.slice(0, MOST_SLOTS)) await this.hand(await this.read(slot, from));
    if (slots.length > MOST_SLOTS) {
      this.readUpTo = from + OVERLAP + (MOST_SLOTS - 1) * 60_000;
      return;
    }
    this.readUpTo = now;
    await this.world.send({ kind: "current", upTo: now });
  }

  private async look(now: number): Promise<void> {
    const pointer = await this.world.pointer();
    this.lookedAt = now;
    if (pointer && pointer.key !== this.refused && pointer.generation > (this.current?.generation ?? 0))
      await this.load(pointer);
  }

  /** A snapshot that cannot be had, or used, leaves the one before, and its changes go on. */
  private async load(pointer: Pointer): Promise<void> {
    try {
      const file = await this.world.download(pointer);
      if (await this.world.send({ kind: "snapshot", pointer, file }, [file])) this.begin(pointer);
      else this.refused = pointer.key;
    } catch (error) {
      if (this.current === undefined) throw error;
      await this.world.trouble(error);
    }
  }

  private begin(pointer: Pointer): void {
    this.current = pointer;
    this.readUpTo = pointer.builtFrom;
    this.told.clear();
  }

  /** What is new in a slot, of each campaign the last. */
  private async read(slot: string, from: number): Promise<readonly CampaignChange[]> {
    const found = new Map<string, CampaignChange>();
    let after: Key | undefined;
    do {
      const { rows, next } = await this.world.reads.page({
        ...{ table: this.world.changesTable, partition: [CHANGES.partition, slot] },
        ...{ from: [CHANGES.sort, new Date(from).toISOString()], ...(after ? { after } : {}) },
      });
      for (const row of rows) {
        const change = changeIn(row);
        if (change === undefined)
          await this.world.trouble(new Error(`the change at ${row[CHANGES.sort]} is unreadable`));
        else if (this.isNews(change, found)) found.set(campaignKey(change), change);
      }
      after = next;
    } while (after !== undefined);
    return [...found.values()];
  }

  private isNews(change: CampaignChange, found: ReadonlyMap<string, CampaignChange>): boolean {
    const name = campaignKey(change);
    return change.version > Math.max(this.told.get(name) ?? 0, found.get(name)?.version ?? 0);
  }

  private async hand(changes: readonly CampaignChange[]): Promise<void> {
    for (const slice of slicesOf(changes)) await this.world.send({ kind: "changes", changes: slice });
    if (this.told.size > MOST_REMEMBERED) this.told.clear();
    for (const change of changes) this.told.set(campaignKey(change), change.version);
  }
}
