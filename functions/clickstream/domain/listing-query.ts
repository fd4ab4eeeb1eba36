import { positionIn } from "./cursor";
import { utcTime } from "./fields";
import type { Listing } from "./reader-routes";
import { Refusal } from "./refusal";
import type { Request } from "./request";
import { EARLIEST, LATEST, ORDERS, type Order } from "./spans";

/** What is asked of a listing: times are RFC 3339 in UTC to the millisecond. */
export interface ListingQuery {
  /** Included. */
  readonly from?: string;
  /** Excluded. */
  readonly to?: string;
  readonly order: Order;
  readonly limit: number;
  /** The position of the last item of the page before. */
  readonly after?: string;
}

export const MOST_ITEMS = 1000;
const DEFAULT_ITEMS = 100;
const NAMES = ["from", "to", "limit", "cursor", "order"] as const;
type Given = Partial<Record<(typeof NAMES)[number], string>>;

/** What a cursor belongs to: all that a listing is about, but for how much of it is given at once. */
export const cursorQuery = (listing: Listing, { from, to, order }: Pick<ListingQuery, "from" | "to" | "order">) => [
  ...[listing.kind, listing.kind === "type" ? listing.eventType : [listing.subject.kind, listing.subject.id]],
  ...[from ?? null, to ?? null, order],
];

/** Reads the query of a listing; one refusal lists every mistake. */
export function listingQuery(listing: Listing, request: Pick<Request, "query">): ListingQuery | Refusal {
  const mistakes: string[] = [];
  const given = parametersIn(request.query, mistakes);
  const from = timeIn("from", given, mistakes);
  const to = timeIn("to", given, mistakes);
  if (from !== undefined && to !== undefined && from >= to)
    mistakes.push(`from is ${from}; give a time before to, ${to}`);
  const limit = given.limit === undefined ? DEFAULT_ITEMS : Number(given.limit);
  if (!/^\d{1,4}$/.test(given.limit ?? "1") || limit < 1 || limit > MOST_ITEMS)
    mistakes.push(`limit is ${told(given.limit)}; give a whole number from 1 to ${MOST_ITEMS}`);
  const order = ORDERS.find((each) => each === (given.order ?? "asc"));
  if (order === undefined) mistakes.push(`order is ${told(given.order)}; give ${ORDERS.join(" or ")}`);
  const times = { ...(from ? { from } : {}), ...(to ? { to } : {}), order: order ?? "asc" };
  const after = mistakes.length > 0 ? undefined : positionAfter(given.cursor, listing, times, mistakes);
  if (mistakes.length > 0) return new Refusal("malformed", mistakes.join("; "));
  return { ...times, limit, ...(after === undefined ? {} : { after }) };
}

/** No parameter at all: an erasure takes none, and must not be thought to be limited by one. */
export const noQuery = ({ query }: Pick<Request, "query">): Refusal | undefined =>
  query.length === 0
    ? undefined
    : new Refusal("malformed", "DELETE takes no parameters: it erases all of the visitor, not a part");

function parametersIn(query: Request["query"], mistakes: string[]): Given {
  const given: Given = {};
  for (const [encodedName, encodedValue] of query) {
    const [name, value] = [decoded(encodedName), decoded(encodedValue)];
    const known = NAMES.find((each) => each === name);
    if (known === undefined) mistakes.push(`${told(name)} is no parameter; give some of ${NAMES.join(", ")}`);
    else if (value === undefined) mistakes.push(`${known} is no percent-encoded UTF-8`);
    else if (given[known] !== undefined) mistakes.push(`${known} is given twice; give it once`);
    else given[known] = value;
  }
  return given;
}

/** `+` stays what it is, as in a URI (RFC 3986) and not in a form: times have one in their offset. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function timeIn(name: "from" | "to", given: Given, mistakes: string[]): string | undefined {
  if (given[name] === undefined) return undefined;
  const time = utcTime(given[name]);
  if (time === undefined) mistakes.push(`${name} is ${told(given[name])}; give RFC 3339, 2026-01-31T12:00:00Z`);
  return time;
}

function positionAfter(
  cursor: string | undefined,
  listing: Listing,
  times: Pick<ListingQuery, "from" | "to" | "order">,
  mistakes: string[],
): string | undefined {
  if (cursor === undefined) return undefined;
  const found = positionIn(cursor, cursorQuery(listing, times));
  // Of events a page ends within the range: DynamoDB refuses a range that ends before it begins.
  const isOutside = ({ position }: { readonly position: string }) =>
    listing.kind !== "sessions" && (position < (times.from ?? EARLIEST) || position > (times.to ?? LATEST));
  if (found === "unreadable" || (found !== "foreign" && isOutside(found)))
    mistakes.push("cursor is none that was given out; give that of the page before");
  else if (found === "foreign") mistakes.push("cursor is that of another query; keep path, from, to and order");
  else return found.position;
  return undefined;
}

const told = (text: string | undefined): string => JSON.stringify(text?.slice(0, 80) ?? "");
