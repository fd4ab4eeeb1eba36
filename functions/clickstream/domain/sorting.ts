import { type Fields, isRecord } from "../../shared/fields";
import type { Messages } from "./body";
import { type Envelope, ofOnePiece } from "./envelope";
import { isWithin, MOST_LEVELS, text } from "./fields";
import { visitorOf } from "./identity";
import { fingerprint, LARGEST_MESSAGE, type Message, type Rejection, readMessage } from "./message";
import { Refusal } from "./refusal";

/** A message that is taken, as a record of the stream. `index` is its place in the request. */
export interface Taken {
  readonly index: number;
  readonly messageId: string;
  readonly partitionKey: string;
  /** An envelope as JSON text in UTF-8. */
  readonly data: Uint8Array;
}

/** What became of a message that was not taken, or not stored. */
export interface EventResult {
  readonly index: number;
  /** Absent where the message has none that can be told. */
  readonly messageId?: string;
  readonly reason: Rejection | "not_stored";
  readonly detail: string;
}

/** Every message of a request is in one of them. */
export interface Sorted {
  readonly taken: readonly Taken[];
  readonly refused: readonly EventResult[];
}

/**
 * Bytes that one request may become: the context around a batch is repeated in every message, 2,500 times 32 KB at worst. What is refused
 * counts too: it was work as well.
 */
export const MOST_STORED = 5_000_000;

/** Sorts messages into those that the processor will be able to read, put into envelopes, and those that it would not. */
export function sortMessages(
  { messages, around }: Messages,
  stamp: Omit<Envelope, "message">,
  keyOf: (visitor: string) => string,
): Sorted | Refusal {
  const taken: Taken[] = [];
  const refused: EventResult[] = [];
  // The same around every message of a request, and with it a level more.
  const opening = JSON.stringify(stamp).slice(0, -1);
  let bytes = 0;
  for (const [index, value] of messages.entries()) {
    const { size, ...result } = sealed(value, around, opening);
    if ("reason" in result) refused.push({ index, ...idOf(value), ...result });
    else {
      const { message, data } = result;
      taken.push({ index, messageId: message.messageId, partitionKey: keyOf(visitorOf(message)), data });
    }
    bytes += size;
    if (bytes > MOST_STORED)
      return new Refusal(
        "too_large",
        `the messages with their context have over ${MOST_STORED} bytes; send fewer at once`,
      );
  }
  return { taken, refused };
}

/** `size` is in bytes, of a message that was not taken as well. */
type Sealed = { readonly size: number } & (
  | { readonly message: Message; readonly data: Uint8Array }
  | { readonly reason: Rejection; readonly detail: string }
);

/**
 * Checks the message as it will stand in the stream, with what stood around it, not as it came: that one is what is read later. It is
 * written once, and its text is put into the envelope.
 * @param opening text of the envelope up to where its message belongs
 */
function sealed(value: unknown, around: Fields, opening: string): Sealed {
  const piece = isRecord(value) ? identified(withoutKey(ofOnePiece(value, around))) : value;
  const json = text(piece);
  if (json === undefined) return TOO_DEEP;
  const verdict = readMessage(piece, json);
  if (!verdict.accepted) return { size: Buffer.byteLength(json), reason: verdict.reason, detail: verdict.detail };
  if (!isWithin(piece, MOST_LEVELS - 1)) return TOO_DEEP;
  const data = Buffer.from(`${opening},"message":${json}}`);
  return { size: data.byteLength, message: verdict.message, data };
}

/** How large it is nobody knows; it was work all the same. */
const TOO_DEEP: Sealed = {
  ...{ size: LARGEST_MESSAGE, reason: "too_large" },
  detail: `the message is nested too deeply; give at most ${MOST_LEVELS} levels, with its envelope`,
};

/** Segment's browser library repeats the write key in each message: it is not for those who read events. */
const withoutKey = ({ writeKey: _, ...message }: Fields): Fields => message;

/**
 * A message without an id gets the fingerprint of its content, without `sentAt`: a client that sends it once more has a later one there, and
 * the same message would count twice.
 */
function identified(piece: Fields): Fields {
  if (piece.messageId !== undefined && piece.messageId !== null && piece.messageId !== "") return piece;
  const json = text({ ...piece, sentAt: undefined });
  return json === undefined ? piece : { ...piece, messageId: fingerprint(json) };
}

/** Short and without anything to escape, so that the answer about 2,500 messages stays below the load balancer's 1 MB. */
const TELLABLE = /^[\w.:@/+=-]{1,100}$/;

export const tellable = (messageId: unknown): { readonly messageId?: string } =>
  typeof messageId === "string" && TELLABLE.test(messageId) ? { messageId } : {};

const idOf = (value: unknown) => (isRecord(value) ? tellable(value.messageId) : {});
