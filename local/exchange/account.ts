import { MARKUP } from "../../functions/ad-exchange/domain/openrtb/codes";
import { countBy } from "../figures";
import { type Checked, check, type Known } from "./check";
import type { Exchanged } from "./send";

/** What a session came to. */
export interface Account {
  readonly requests: number;
  /** By status, with what it means. */
  readonly statuses: ReadonlyMap<string, number>;
  /** Of requests that there was something to decide of. */
  readonly impressions: number;
  readonly bids: number;
  /** Clearing prices in the exchange's currency, a thousand impressions, by format. */
  readonly prices: ReadonlyMap<string, readonly number[]>;
  /** Requests by what the law says of them; and how many had their user's data taken away. */
  readonly privacy: ReadonlyMap<string, number>;
  readonly stripped: number;
  readonly decided: number;
  readonly wrong: readonly string[];
}

const FORMATS = new Map<number, string>(Object.entries(MARKUP).map(([name, code]) => [code, name]));

/** Counts, and holds every answer against its request. */
export function accountOf(exchanged: readonly Exchanged[], known: Known): Account {
  const prices = new Map<string, number[]>([...FORMATS.values()].map((name) => [name, []]));
  const wrong: string[] = [];
  const decided = exchanged.filter(({ sending }) => sending.request !== undefined);
  for (const one of exchanged) {
    const { sold, problems } = verdictOn(one, known);
    for (const { bid, priceMicros } of sold) prices.get(FORMATS.get(bid.mtype ?? 0) ?? "")?.push(priceMicros / 1e6);
    for (const problem of problems) wrong.push(`${idOf(one)}: ${problem}`);
  }
  const stripped = decided.filter(({ sending }) => sending.privacy && !sending.privacy.segments);
  return {
    requests: exchanged.length,
    statuses: countBy(exchanged, statusOf),
    impressions: decided.reduce((sum, { sending }) => sum + sending.request!.imp.length, 0),
    bids: [...prices.values()].reduce((sum, list) => sum + list.length, 0),
    prices,
    privacy: countBy(stripped, ({ sending }) => sending.privacy?.name ?? ""),
    stripped: stripped.length,
    decided: decided.length,
    wrong,
  };
}

function verdictOn({ sending, at, answered, failure }: Exchanged, known: Known): Checked {
  const nothing = (problem?: string): Checked => ({ sold: [], problems: problem === undefined ? [] : [problem] });
  if (answered === undefined) return nothing(`no answer: ${failure}`);
  const { status, body } = answered;
  if (!sending.expects.includes(status)) return nothing(`${status} instead of ${sending.expects.join(" or ")}`);
  if (status !== 200) return nothing(status === 204 && body !== "" ? "204 with content" : undefined);
  return check(body, { request: sending.request!, privacy: sending.privacy!, at }, known);
}

const SAYS: Readonly<Record<number, string>> = {
  200: "bids",
  204: "no bid",
  400: "malformed",
  401: "token unknown",
  403: "another's token",
  413: "too large",
  429: "too many",
};

const statusOf = ({ answered }: Exchanged): string =>
  answered === undefined ? "no answer" : `${answered.status} ${SAYS[answered.status] ?? ""}`.trim();

const idOf = ({ sending }: Exchanged): string => sending.request?.id ?? `a request with ${sending.token} token`;
