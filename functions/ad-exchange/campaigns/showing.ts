import { cursorBehind, idIn } from "../domain/campaigns/cursor";
import { isKnown, tagOf } from "../domain/campaigns/entity-tag";
import { type Mistake, Problem } from "../domain/campaigns/problem";
import { ID } from "../domain/campaigns/rules";
import { type Answer, listing, refused, shown } from "./answers";
import type { CampaignsWorld } from "./campaigns";
import type { Asked } from "./request";

const STATUSES = ["active", "paused", "archived"];
const DEFAULT_LIMIT = 50;
const MOST_LISTED = 100;

export const notFound = (): Answer => refused(new Problem("not_found", "you have no campaign of this id"));

/** One campaign, from a cache where there is one; `Cache-Control: no-cache` asks the table (RFC 9111, section 5.2.1). */
export async function show(asked: Asked, advertiser: string, world: CampaignsWorld): Promise<Answer> {
  if (!ID.test(asked.id)) return notFound();
  const isFresh = /\b(no-cache|max-age=0)\b/i.test(asked.headers.get("cache-control") ?? "");
  const campaign = await (isFresh ? world.store : world.reads).one(advertiser, asked.id);
  if (campaign === undefined) return notFound();
  const known = isKnown(asked.headers.get("if-none-match"), tagOf(campaign.version));
  return shown(campaign, world.cacheSeconds, known);
}

interface ListingQuery {
  readonly status?: string;
  readonly after?: string;
  readonly limit: number;
}

/** A page of the caller's campaigns by id, without their creatives; one may be short or empty and still have a next. */
export async function list({ query }: Asked, advertiser: string, { store }: CampaignsWorld): Promise<Answer> {
  const read = listingQuery(query, advertiser);
  if (read instanceof Problem) return refused(read);
  const { campaigns, next } = await store.list(advertiser, read);
  const cursor = next === undefined ? {} : { cursor: cursorBehind(next, [advertiser, read.status]) };
  return listing({ campaigns, ...cursor });
}

function listingQuery(query: Asked["query"], advertiser: string): ListingQuery | Problem {
  const errors: Mistake[] = [];
  const wrong = (name: string, detail: string) => errors.push({ pointer: `?${name}`, detail });
  for (const [name, values] of query)
    if (!["status", "limit", "cursor"].includes(name)) wrong(name, "give some of status, limit and cursor");
    else if (values.length > 1) wrong(name, "give it once");
  const given = (name: string) => query.get(name)?.[0];
  const [status, limit, cursor] = [given("status"), given("limit") ?? String(DEFAULT_LIMIT), given("cursor")];
  if (status !== undefined && !STATUSES.includes(status)) wrong("status", `give ${STATUSES.join(", ")}`);
  if (!/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > MOST_LISTED) wrong("limit", `give 1 to ${MOST_LISTED}`);
  const after = cursor === undefined ? undefined : idIn(cursor, [advertiser, status]);
  if (cursor !== undefined && after === undefined)
    wrong("cursor", "give that of the page before, with the same status");
  if (errors.length > 0) return new Problem("malformed", "the query cannot be read", { errors });
  return { limit: Number(limit), ...(status ? { status } : {}), ...(after ? { after } : {}) };
}
