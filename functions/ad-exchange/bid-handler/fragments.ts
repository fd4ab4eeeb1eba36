import { type CreativeFragment, creativeFragment } from "../domain/auction/creative-fragment";
import type { CampaignIndex } from "../domain/targeting/campaign-index";
import type { CampaignOffer } from "./campaign-offer";

/** Fragments that are kept once made; more, and the older half goes. */
const MOST_KEPT = 8_192;

/** What answers say of an index's creatives, by their numbers: as long as the index is in use each is of one campaign. */
export class Fragments {
  private recent = new Map<number, CreativeFragment>();
  private older = new Map<number, CreativeFragment>();

  constructor(private readonly index: Pick<CampaignIndex, "creative">) {}

  of({ creative, campaign }: Pick<CampaignOffer, "creative" | "campaign">): CreativeFragment {
    const recent = this.recent.get(creative);
    if (recent !== undefined) return recent;
    const fragment = this.older.get(creative) ?? creativeFragment(this.index.creative(creative), campaign);
    if (this.recent.size >= MOST_KEPT / 2) {
      this.older = this.recent;
      this.recent = new Map();
    }
    this.recent.set(creative, fragment);
    return fragment;
  }
}
