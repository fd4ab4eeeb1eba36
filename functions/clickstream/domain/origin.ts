import { type Fields, isRecord, present } from "../../shared/fields";
import { beginning } from "./fields";

/** Where a visitor is, and how they came there. */
export interface Origin {
  readonly page?: Page;
  readonly referrer?: Referrer;
  readonly campaign?: Campaign;
}

export interface Page {
  /** Without query and fragment, which may hold anything. */
  readonly url?: string;
  readonly host?: string;
  readonly path?: string;
  readonly title?: string;
}

export interface Referrer {
  readonly host: string;
  /** `internal` is another page of the same host. */
  readonly kind: "internal" | "external";
}

/** What the links of a campaign say (`utm_` parameters). */
export type Campaign = Readonly<Partial<Record<(typeof CAMPAIGN)[number], string>>>;

const CAMPAIGN = ["name", "source", "medium", "term", "content"] as const;

/** Letters that are kept of a title, a path, a host and the like. */
export const LONGEST = 512;

/**
 * Reads page, referrer and campaign off a message's `context` and, of `page` calls, its `properties` (Segment, "Spec: Page"). What the client
 * says of the campaign comes before what the address says.
 */
export function originOf(context: Fields, properties: Fields = {}): Origin {
  const given = { ...record(context.page), ...kept(properties, ["url", "path", "title", "referrer", "search"]) };
  const address = urlOf(given.url);
  const page = anyOf({
    url: word(address && `${address.origin}${address.pathname}`),
    host: word(address?.host),
    path: word(given.path) ?? word(address?.pathname),
    title: word(given.title),
  });
  const origin = anyOf({
    page,
    referrer: referrerOf(record(context.referrer).url ?? given.referrer, address),
    campaign: campaignOf(record(context.campaign), address ?? searchOf(given.search)),
  });
  return origin ?? {};
}

function referrerOf(value: unknown, page: URL | undefined): Referrer | undefined {
  const host = urlOf(value)?.host;
  const kept = word(host);
  return kept === undefined ? undefined : { host: kept, kind: host === page?.host ? "internal" : "external" };
}

function campaignOf(given: Fields, address: URL | undefined): Campaign | undefined {
  const said = (field: string) => address?.searchParams.get(`utm_${field === "name" ? "campaign" : field}`);
  return anyOf(Object.fromEntries(CAMPAIGN.map((field) => [field, word(given[field]) ?? word(said(field))])));
}

const searchOf = (search: unknown): URL | undefined =>
  typeof search === "string" ? urlOf(`http://page/${search.startsWith("?") ? search : `?${search}`}`) : undefined;

/** An address of the web; undefined when it is none. */
function urlOf(value: unknown): URL | undefined {
  if (typeof value !== "string" || !/^https?:\/\//i.test(value)) return undefined;
  try {
    return new URL(value);
  } catch {
    return undefined;
  }
}

const record = (value: unknown): Fields => (isRecord(value) ? value : {});

const word = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? beginning(value, LONGEST) : undefined;

const kept = (fields: Fields, keys: readonly string[]): Fields =>
  Object.fromEntries(keys.filter((key) => key in fields).map((key) => [key, fields[key]]));

/** Without what is not there; undefined when nothing is. */
function anyOf<T extends Fields>(fields: T) {
  const found = present(fields);
  return Object.keys(found).length === 0 ? undefined : found;
}
