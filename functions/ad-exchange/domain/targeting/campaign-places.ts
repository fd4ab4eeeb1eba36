import { campaignKey } from "../campaign";
import { ENTRY, wordsAt } from "./records";
import type { SnapshotParts } from "./snapshot";
import type { SnapshotTexts } from "./snapshot-texts";
import { tieOf } from "./tie";

/** Ordinal of a campaign that cannot bid. */
export const NOWHERE = -1;

type Named = Parameters<typeof campaignKey>[0];

/** Where campaigns are by their names, and which version of each is known: of the snapshot, or what came after it. */
export class CampaignPlaces {
  /** Of campaigns that have changed since the snapshot. */
  readonly #changed = new Map<string, { readonly version: number; readonly ordinal: number }>();

  constructor(
    private readonly parts: Pick<SnapshotParts, "entries" | "keySlots" | "dictionary">,
    private readonly texts: SnapshotTexts,
  ) {}

  /** `NOWHERE` also for one that is not known. */
  ordinal(campaign: Named): number {
    return this.#changed.get(campaignKey(campaign))?.ordinal ?? this.#inSnapshot(campaign);
  }

  /** -Infinity for one that is not known. */
  version(campaign: Named): number {
    const changed = this.#changed.get(campaignKey(campaign));
    if (changed !== undefined) return changed.version;
    const entry = this.#inSnapshot(campaign);
    return entry < 0 ? Number.NEGATIVE_INFINITY : this.parts.entries.words[wordsAt(entry) + ENTRY.version]!;
  }

  move(campaign: Named, version: number, ordinal: number): void {
    this.#changed.set(campaignKey(campaign), { version, ordinal });
  }

  /** Whether no later version of the campaign there has come. */
  isCurrent(key: string, ordinal: number): boolean {
    const changed = this.#changed.get(key);
    return changed === undefined || changed.ordinal === ordinal;
  }

  #inSnapshot({ advertiser, id }: Named): number {
    const { entries, keySlots, dictionary } = this.parts;
    const { words } = entries;
    const mask = keySlots.length - 1;
    const tie = tieOf(advertiser, id);
    for (let slot = tie & mask; ; slot = (slot + 1) & mask) {
      const entry = keySlots[slot]! - 1;
      if (entry < 0) return NOWHERE;
      const at = wordsAt(entry);
      if (words[at + ENTRY.tie] !== tie || this.texts.id(entry) !== id) continue;
      if (dictionary.textOf(words[at + ENTRY.advertiser]!) === advertiser) return entry;
    }
  }
}
