import { campaignKey } from "../campaign";
import type { CampaignIndex } from "./campaign-index";
import type { Applied, Change } from "./change";
import type { ToMicros } from "./draft";

/** Milliseconds before a snapshot was begun from which on it may have missed a change: clocks differ, writes take time. */
const OVERLAP = 60_000;

/**
 * The index that requests are matched with, and what has to be true of its successors too. A newer one becomes the current
 * one at once, between two requests, when all that was changed since it was built has been told to it; `work` does that in
 * slices, none of which keeps a request waiting.
 */
export class IndexHolder {
  #current: CampaignIndex | undefined;
  #next: CampaignIndex | undefined;
  /** Changes that the next one has not been told. */
  #untold: Change[] = [];
  /** The last change of each campaign that the current snapshot does not have. */
  readonly #changes = new Map<string, Change>();
  readonly #stopped = new Map<string, readonly [advertiser: string, id: string]>();

  /** @param known told what an index that is being prepared made of a change; nobody is when left out */
  constructor(
    private readonly toMicros: ToMicros,
    private readonly known: (change: Change, applied: Applied) => void = () => {},
  ) {}

  /** Undefined before the first snapshot. Who waits for anything keeps the one it began with. */
  get current(): CampaignIndex | undefined {
    return this.#current;
  }

  /** A newer snapshot is being prepared, so `work` has something to do. */
  get isPreparing(): boolean {
    return this.#next !== undefined;
  }

  /** Milliseconds since the newest thing that is known was written; Infinity before the first snapshot. */
  age(now: number): number {
    return this.#current === undefined ? Number.POSITIVE_INFINITY : Math.max(0, now - this.#current.lastChangeAt);
  }

  /** Begins to change over to an index, unless it is older than the one there is or comes. */
  adopt(index: CampaignIndex): void {
    const newest = this.#next ?? this.#current;
    if (newest !== undefined && index.generation <= newest.generation) return;
    this.#next = index;
    this.#untold = [...this.#changes.values()];
    for (const [advertiser, id] of this.#stopped.values()) index.setLive(advertiser, id, false);
    if (this.#untold.length === 0) this.#changeOver();
  }

  /** Tells the next index some more changes, and makes it the current one when it knows them all. @returns whether more is to be done */
  work(changes = 10): boolean {
    for (const change of this.#untold.splice(0, changes)) this.known(change, this.#tell(this.#next!, change));
    if (this.#next !== undefined && this.#untold.length === 0) this.#changeOver();
    return this.isPreparing;
  }

  /** Takes a change: tens of microseconds. @returns what the current index made of it; undefined before there is one */
  apply(change: Change): Applied | undefined {
    const key = campaignKey(change);
    const before = this.#changes.get(key);
    if (before === undefined || before.version < change.version) this.#changes.set(key, change);
    if (this.#next !== undefined) this.#untold.push(change);
    return this.#current && this.#tell(this.#current, change);
  }

  /** Stops a campaign from bidding, whatever version of it comes, until it is let again. */
  setLive(advertiser: string, id: string, isLive: boolean): void {
    if (isLive) this.#stopped.delete(campaignKey({ advertiser, id }));
    else this.#stopped.set(campaignKey({ advertiser, id }), [advertiser, id]);
    this.#current?.setLive(advertiser, id, isLive);
    this.#next?.setLive(advertiser, id, isLive);
  }

  #tell(index: CampaignIndex, change: Change): Applied {
    const applied = index.applyChange(change, this.toMicros);
    if (this.#stopped.has(campaignKey(change))) index.setLive(change.advertiser, change.id, false);
    return applied;
  }

  #changeOver(): void {
    const index = this.#next!;
    this.#current = index;
    this.#next = undefined;
    for (const [key, { at = Number.POSITIVE_INFINITY }] of this.#changes)
      if (at < index.builtAt - OVERLAP) this.#changes.delete(key);
  }
}
