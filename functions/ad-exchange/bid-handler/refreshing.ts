import { parseSigningKeys } from "../domain/auth/signing-keys";
import type { CampaignChange } from "../domain/changes/change";
import { signer } from "../domain/notices/signer";
import type { CampaignIndex } from "../domain/targeting/campaign-index";
import type { Applied, Change } from "../domain/targeting/change";
import { IndexHolder } from "../domain/targeting/index-holder";
import { loadSnapshot } from "../domain/targeting/load-snapshot";
import type { RefreshHandlers } from "../refresh/refresher";
import type { Readiness } from "./readiness";
import { parseSettings } from "./settings";

/** Says what could not be refreshed. Never a key. */
export type Told = (message: string, fields: Readonly<Record<string, unknown>>) => void;

/**
 * Puts what the refresh worker brings where the next request finds it: settings and keys at once, an index once it knows all
 * that has changed since it was built. What cannot be used is told, and what was there before stays.
 */
export function refreshing(ready: Readiness, now: () => number, told: Told): RefreshHandlers {
  const tellOf = ({ advertiser, id, version }: Change, applied: Applied | undefined): void => {
    if (applied === "full" || applied === "refused")
      told(`a change of a campaign is ${applied}: it does not bid until a newer snapshot`, { advertiser, id, version });
  };
  const holder = new IndexHolder((amount, currency) => ready.microsOf(amount, currency, now()), tellOf);
  /** Before the first settings nobody knows what a campaign's currency is worth. Of snapshots only the newest waits: they are large. */
  let waiting: CampaignIndex | undefined;
  const waitingChanges: CampaignChange[] = [];

  /** A newer snapshot is told in slices what has changed since it was built, with requests in between. */
  const changeOver = (): void => {
    const isGoingOn = holder.work();
    if (holder.current !== undefined) ready.put({ index: holder.current });
    if (isGoingOn) setImmediate(changeOver);
  };
  const adopt = (index: CampaignIndex): void => {
    holder.adopt(index);
    changeOver();
  };
  const apply = (change: CampaignChange): void => tellOf(change, holder.apply(change));
  return {
    snapshot(file) {
      const index = loadSnapshot(file);
      if (ready.isSettled) adopt(index);
      else waiting = index;
    },
    change: (change) => (ready.isSettled ? apply(change) : void waitingChanges.push(change)),
    settings(text) {
      ready.put({ settings: parseSettings(text) });
      if (waiting !== undefined) adopt(waiting);
      waiting = undefined;
      for (const change of waitingChanges.splice(0)) apply(change);
    },
    keys(current) {
      const { keys } = parseSigningKeys(current);
      ready.put({ signer: signer(keys.map(({ id, secret }) => ({ id, secret: Buffer.from(secret, "base64") }))) });
    },
  };
}
