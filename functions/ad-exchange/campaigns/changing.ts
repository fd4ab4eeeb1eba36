import { createHash } from "node:crypto";
import type { Caller } from "../domain/caller";
import type { Campaign } from "../domain/campaign";
import type { NewCampaign } from "../domain/campaigns/campaign-schema";
import { differences } from "../domain/campaigns/differences";
import { tagOf, versionIn } from "../domain/campaigns/entity-tag";
import { fingerprintOf } from "../domain/campaigns/fingerprint";
import { Problem } from "../domain/campaigns/problem";
import { readJson, readNew, readPatched, tooLarge } from "../domain/campaigns/reading";
import { ID } from "../domain/campaigns/rules";
import { type Answer, archived, refused, written } from "./answers";
import type { CampaignsWorld } from "./campaigns";
import type { Audit } from "./ports";
import { type Asked, mediaType } from "./request";
import { notFound } from "./showing";

/** An advertiser's caller. */
export type Owner = Caller & { readonly advertiser: string };

/** A request to change something, with who makes it. */
export interface Change {
  readonly asked: Asked;
  readonly caller: Owner;
  readonly requestId: string;
  readonly world: CampaignsWorld;
}

const JSON_TYPES = ["application/json"];
const PATCH_TYPES = ["application/merge-patch+json", "application/json"];

/** Makes a campaign. The same request with the same id or `Idempotency-Key` makes one, however often it is sent. */
export async function create({ asked, caller, requestId, world }: Change): Promise<Answer> {
  const input = bodyOf(asked, JSON_TYPES, readNew);
  if (input instanceof Problem) return refused(input);
  const key = asked.headers.get("idempotency-key");
  if (key !== undefined && !/^[\x20-\x7e]{1,255}$/.test(key))
    return refused(new Problem("malformed", "Idempotency-Key has to have 1 to 255 visible letters"));
  const id = input.id ?? (key === undefined ? world.newId() : idOfKey(caller.advertiser, key));
  const campaign = firstVersion(input, id, caller, world.clock.now());
  const large = tooLarge(campaign);
  if (large) return refused(large);
  const fingerprint = fingerprintOf(["create", caller.principal, input]);
  const audit: Audit = {
    ...{ principal: caller.principal, action: "create", requestId, fingerprint },
    differences: differences({}, { ...campaign }),
  };
  if (await world.store.write(campaign, audit)) return written(campaign, true);
  const before = await world.store.audited(caller.advertiser, id, 1);
  const current = before?.fingerprint === fingerprint && (await world.store.one(caller.advertiser, id));
  if (current) return written(current, true);
  if (input.id === undefined && key !== undefined)
    return refused(new Problem("key_reused", "give a key of its own to every request that is not a repetition"));
  return refused(new Problem("exists", `the id ${id} is, or was, another campaign's; give another, or none`));
}

/** An id that a key always gives; a client that sends its request again has it, too. */
const idOfKey = (advertiser: string, key: string): string =>
  `k${createHash("sha256")
    .update(JSON.stringify([advertiser, key]))
    .digest("hex")
    .slice(0, 40)}`;

/** Who may write has a seat: see `callerOf`. */
const firstVersion = (input: NewCampaign, id: string, { advertiser, seat }: Owner, now: number): Campaign => ({
  ...{ ...input, id, advertiser, seat: seat! },
  ...{ version: 1, changedAt: new Date(now).toISOString() },
});

/** Changes what a merge patch says, of the version that `If-Match` names. */
export async function change(request: Change): Promise<Answer> {
  const patch = bodyOf(request.asked, PATCH_TYPES, (json) => ({ json }));
  if (patch instanceof Problem) return refused(patch);
  return onVersion(request, "change", patch.json, (current) => {
    if (current.status === "archived") return new Problem("archived", "an archived campaign does not change any more");
    const values = readPatched(current, patch.json);
    if (values instanceof Problem) return values;
    const { advertiser, id, seat, version, changedAt } = current;
    return { ...values, advertiser, id, seat, version, changedAt };
  });
}

/**
 * Archives the version that `If-Match` names. Nothing is deleted: what was spent on a campaign, and why, has to be told later. It bids
 * no more, and its id stays taken.
 */
export const archive = (request: Change): Promise<Answer> =>
  onVersion(request, "archive", null, (current) => ({ ...current, status: "archived" }));

type Changes = (current: Campaign) => Campaign | Problem;

/** Writes what `changes` makes of the version that the request names, as the next one. */
async function onVersion(request: Change, action: "change" | "archive", asks: unknown, changes: Changes) {
  const { asked, caller, requestId, world } = request;
  const { advertiser, principal } = caller;
  const version = versionIn(asked.headers.get("if-match"));
  if (version === undefined)
    return refused(new Problem("precondition_required", "give the ETag of the version you have read as If-Match"));
  if (!ID.test(asked.id)) return notFound();
  const current = await world.store.one(advertiser, asked.id);
  if (current === undefined) return notFound();
  const fingerprint = fingerprintOf([action, principal, version, asks]);
  if (current.version !== version) return outOfDate(request, action, version, fingerprint, current);
  const changed = changes(current);
  if (changed instanceof Problem) return refused(changed);
  const found = differences({ ...current }, { ...changed });
  if (found.length === 0) return answerTo(action, current);
  const next = { ...changed, version: version + 1, changedAt: new Date(world.clock.now()).toISOString() };
  const large = tooLarge(next);
  if (large) return refused(large);
  const audit: Audit = { principal, action, requestId, fingerprint, differences: found };
  if (await world.store.write(next, audit)) return answerTo(action, next);
  const winner = (await world.store.one(advertiser, asked.id)) ?? current;
  return outOfDate(request, action, version, fingerprint, winner);
}

/** The version is not current any more: by this very request, sent before, or by another. */
async function outOfDate(
  { asked, caller, world }: Change,
  action: "change" | "archive",
  version: number,
  fingerprint: string,
  current: Campaign,
): Promise<Answer> {
  const audit = await world.store.audited(caller.advertiser, asked.id, version + 1);
  if (audit?.fingerprint === fingerprint) return answerTo(action, current);
  const detail = `version ${current.version} is current; read it, and say what to change of that`;
  return refused(new Problem("changed_meanwhile", detail, { headers: { etag: tagOf(current.version) } }));
}

const answerTo = (action: "change" | "archive", campaign: Campaign): Answer =>
  action === "archive" ? archived(campaign) : written(campaign, false);

function bodyOf<T>(asked: Asked, types: readonly string[], read: (json: unknown) => T | Problem): T | Problem {
  if (!types.includes(mediaType(asked)))
    return new Problem("unsupported_media_type", `give ${types.join(" or ")}`, {
      headers: asked.method === "PATCH" ? { "accept-patch": types.join(", ") } : {},
    });
  const body = readJson(asked.body);
  return body instanceof Problem ? body : read(body.json);
}
