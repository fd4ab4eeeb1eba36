import { type Messages, messagesIn } from "../../functions/clickstream/domain/body";
import { ofOnePiece } from "../../functions/clickstream/domain/envelope";
import { readMessage } from "../../functions/clickstream/domain/message";
import { fingerprintOf } from "../../functions/clickstream/domain/processed-event";
import { routeOf } from "../../functions/clickstream/domain/routes";
import { type Fields, isRecord } from "../../functions/shared/fields";

/** A request of a client, and the answer where one came. */
export interface Exchange {
  readonly messages: readonly unknown[];
  /** What stood around the messages and counts for each. */
  readonly around: Fields;
  /** From the request to its answer, or to its failure. */
  readonly milliseconds: number;
  readonly status?: number;
  readonly answer?: unknown;
}

/** What a client was told of one message; `untold` when it is to send it again. */
export interface Told {
  readonly fate: "acknowledged" | "refused" | "untold";
  /** Of a refusal. */
  readonly reason?: string;
  /** What the message says, for those that can be read. */
  readonly fingerprint?: string;
}

/** The exchange that a request's path and body and the answer make; of a request without messages, one without any. */
export function exchangeOf(
  path: string,
  body: string,
  answered: { readonly status: number; readonly body: string } | undefined,
  milliseconds: number,
): Exchange {
  const sent = jsonIn(body);
  const route = routeOf("POST", path);
  const type = "kind" in route && route.kind === "intake" ? route.type : undefined;
  const held = isRecord(sent) ? messagesIn(sent, type) : undefined;
  const { messages, around } = held !== undefined && "messages" in held ? held : NOTHING;
  const answer = answered === undefined ? {} : { status: answered.status, answer: jsonIn(answered.body) };
  return { messages, around, milliseconds, ...answer };
}

const NOTHING: Messages = { messages: [], around: {} };

/** What the client was told of each message, in the order of the request. After an error of the server it sends all of them again. */
export function toldOf({ messages, around, status, answer }: Exchange): Told[] {
  const { error, refused } = isRecord(answer) ? answer : {};
  const reasons = new Map(Array.isArray(refused) ? refused.map(({ index, reason }) => [index, String(reason)]) : []);
  return messages.map((message, index) => {
    const fingerprint = fingerprintIn(message, around);
    const known = fingerprint === undefined ? {} : { fingerprint };
    if (status === undefined || status >= 500) return { fate: "untold", ...known };
    const reason = reasons.get(index) ?? (status >= 400 ? String(error ?? status) : undefined);
    return reason === undefined ? { fate: "acknowledged", ...known } : { fate: "refused", reason, ...known };
  });
}

function fingerprintIn(message: unknown, around: Fields): string | undefined {
  const verdict = readMessage(isRecord(message) ? ofOnePiece(message, around) : message);
  return verdict.accepted ? fingerprintOf(verdict.message) : undefined;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // of a proxy, for example
  }
}
