import { chunksOf } from "../../shared/chunks";
import type { CampaignChange } from "../domain/changes/change";

/** What one message carries: about a millisecond's work for the thread that answers requests. */
const SLICE = { items: 32, bytes: 96 * 1024 };

/** What of a campaign is not in its creatives, roughly. */
const REST = 2_000;

const sizeOf = ({ campaign }: CampaignChange): number =>
  campaign === undefined ? 0 : campaign.creatives.reduce((sum, { markup }) => sum + markup.length, REST);

/** Changes in order, in slices that are each taken in at once. */
export const slicesOf = (changes: readonly CampaignChange[]): readonly (readonly CampaignChange[])[] =>
  chunksOf(changes, sizeOf, SLICE);
