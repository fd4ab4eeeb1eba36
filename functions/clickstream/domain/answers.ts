import type { Condition } from "./health";
import { PREFLIGHT } from "./origins";
import { type ErrorCode, Refusal, STATUS_OF } from "./refusal";
import type { EventResult } from "./sorting";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text; empty where the status has no content. */
  readonly body: string;
  /** Of an answer that is not a success, for metrics and the log. */
  readonly error?: ErrorCode;
}

/** Seconds; clients add a jitter of their own. */
const RETRY_AFTER = "2";
const RETRY = { "retry-after": RETRY_AFTER };

/** No sniffing: a refusal may quote what was sent. No store: an answer is about one request. */
const HEADERS = {
  "content-type": "application/json",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

export const refused = ({ error, detail, headers }: Refusal, results: object = {}): Answer => ({
  status: STATUS_OF[error],
  headers: { ...HEADERS, ...(STATUS_OF[error] === 503 ? RETRY : {}), ...headers },
  body: JSON.stringify({ success: false, error, detail, ...results }),
  error,
});

export const ok = (content: object, status: 200 | 202 = 200): Answer => ({
  ...{ status, headers: HEADERS },
  body: JSON.stringify(content),
});

/** Of a function that depends on `what`. */
export const health = (what: "stream" | "tables", { state }: Condition): Answer =>
  state === "broken"
    ? refused(new Refusal("unavailable", `the ${what} cannot be used; the log says why`))
    : ok({ status: "ok", [what]: state });

export const preflight = (): Answer => ({ status: 204, headers: PREFLIGHT, body: "" });

/** What became of the messages of one request: `stored`, `refused` and `notStored` are all of them. */
export interface Tally {
  readonly stored: number;
  readonly refused: readonly EventResult[];
  readonly notStored: readonly EventResult[];
}

/**
 * 200 once all that was taken is durable, with what was refused beside it. Not 202: Segment's Python and Ruby libraries take 200 alone for
 * a success. 503 when something could not be stored: the client sends all again, and the message ids make one of each.
 */
export function answerFor({ stored, refused: wrong, notStored }: Tally): Answer {
  const results = { accepted: stored, ...(wrong.length > 0 ? { refused: wrong } : {}) };
  if (notStored.length > 0) {
    const detail = `stored ${stored} of ${stored + notStored.length}; send the request again, with the same message ids`;
    return refused({ error: "not_stored", detail, headers: {} }, { ...results, notStored });
  }
  if (stored > 0) return ok({ success: wrong.length === 0, ...results });
  const error = wrong.every(({ reason }) => reason === "too_large") ? "too_large" : "all_refused";
  return refused({ error, detail: "no message can be taken; `refused` says why of each", headers: {} }, results);
}
