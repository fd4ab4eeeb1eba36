import { type Fields, isRecord } from "../../shared/fields";
import { readJson, utcTime } from "./fields";
import { type About, visitorIn } from "./identity";
import { MESSAGE_TYPES, type Message, type Rejection, readMessage } from "./message";

/** What the collector puts into the stream: one message as it came, with what only the collector knows. */
export interface Envelope {
  readonly version: 1;
  /** When the collector took it, by our clock: RFC 3339 in UTC to the millisecond. */
  readonly receivedAt: string;
  /** Which write key sent it, by the key's public name. */
  readonly source: string;
  /** The message with what stood around it, already of one piece: type, sentAt and context within. */
  readonly message: unknown;
  /** The caller's address and agent, as the load balancer told them. */
  readonly address?: string;
  readonly userAgent?: string;
}

export const UNREADABLE = ["not_json", "not_an_envelope"] as const;
export type Unreadable = (typeof UNREADABLE)[number];

/** A record of the stream, read: what to process, or why it is put aside. */
export type Read =
  | { readonly readable: true; readonly envelope: Envelope; readonly message: Message }
  | {
      readonly readable: false;
      readonly reason: Unreadable | Rejection;
      readonly detail: string;
      /** Whose the record is, as far as it can be told. */
      readonly about?: About;
    };

/** Reads a record of the stream, whoever wrote it. Never throws. */
export function readRecord(data: Uint8Array): Read {
  const parsed = jsonIn(data);
  if (parsed === undefined) return { readable: false, reason: "not_json", detail: "the record is no JSON text" };
  const envelope = envelopeIn(parsed);
  if (envelope === undefined)
    return { readable: false, reason: "not_an_envelope", detail: "give version 1, receivedAt, source and message" };
  const verdict = readMessage(envelope.message);
  if (verdict.accepted) return { readable: true, envelope, message: verdict.message };
  const { reason, detail } = verdict;
  const visitor = visitorIn(envelope.message);
  const { receivedAt } = envelope;
  return { readable: false, reason, detail, ...(visitor === undefined ? {} : { about: { visitor, receivedAt } }) };
}

function jsonIn(data: Uint8Array): Fields | undefined {
  try {
    const value: unknown = readJson(data);
    return isRecord(value) ? value : {};
  } catch {
    return undefined;
  }
}

function envelopeIn({ version, receivedAt, source, message, address, userAgent }: Fields): Envelope | undefined {
  const received = utcTime(receivedAt);
  if (version !== 1 || received === undefined || typeof source !== "string" || message === undefined) return undefined;
  return {
    ...{ version, receivedAt: received, source, message },
    ...(typeof address === "string" ? { address } : {}),
    ...(typeof userAgent === "string" ? { userAgent } : {}),
  };
}

/** A message of one piece with what stood around it in its request: what the stream carries needs no request to be read. */
export const ofOnePiece = (message: Fields, around: Fields): Fields => ({
  ...message,
  ...(MESSAGE_TYPES.some((type) => type === around.type) ? { type: around.type } : {}),
  ...(message.sentAt === undefined && around.sentAt !== undefined ? { sentAt: around.sentAt } : {}),
  ...(isRecord(around.context)
    ? { context: { ...around.context, ...(isRecord(message.context) ? message.context : {}) } }
    : {}),
});
