import { createHash } from "node:crypto";
import { type Fields, isRecord, present } from "../../shared/fields";
import { MOST_LEVELS, text, utcTime } from "./fields";

/** Calls of Segment's tracking API (Segment specification, "Spec"). */
export const MESSAGE_TYPES = ["track", "page", "screen", "identify", "group", "alias"] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** What a client sent, checked; what it did not say is absent. */
export interface Message {
  readonly type: MessageType;
  /** The client's own id of the message; a fingerprint of its content where the client gave none. */
  readonly messageId: string;
  readonly userId?: string;
  readonly anonymousId?: string;
  /** Of `alias`: the id that the user had before. */
  readonly previousId?: string;
  /** Of `group`. */
  readonly groupId?: string;
  /** Of `track`: what the user did. */
  readonly event?: string;
  /** Of `page` and `screen`. */
  readonly name?: string;
  readonly properties: Fields;
  /** Of `identify` and `group`. */
  readonly traits: Fields;
  readonly context: Fields;
  /** When it happened by the client's clock, RFC 3339 in UTC to the millisecond. */
  readonly originalTimestamp?: string;
  /** When the client sent it, by the same clock. */
  readonly sentAt?: string;
}

export const REJECTIONS = [
  "not_an_object",
  "too_large",
  "unknown_type",
  "missing_field",
  "wrong_type",
  "too_long",
  "bad_time",
] as const;
export type Rejection = (typeof REJECTIONS)[number];

/** `detail` names the field and what to give instead. */
export type Verdict =
  | { readonly accepted: true; readonly message: Message }
  | { readonly accepted: false; readonly reason: Rejection; readonly detail: string };

/** Bytes of a message as JSON text (Segment, "HTTP Tracking API": 32 KB an event). */
export const LARGEST_MESSAGE = 32 * 1024;

/** Letters of an id: it is part of a key, and a DynamoDB key has at most 1,024 bytes. */
export const LONGEST_ID = 256;
/** Letters of an event's name: with a shard's number it is a partition key of the index by type, which takes 2,048 bytes. */
export const LONGEST_EVENT = 600;

/** Thrown within this file only. */
class Refused extends Error {
  constructor(
    readonly reason: Rejection,
    readonly detail: string,
  ) {
    super(detail);
  }
}

/**
 * Reads one message, as it is and as JSON text, which need not be written again where it is there already. Unknown fields are tolerated and
 * left out. Never throws, whatever JSON came in.
 */
export function readMessage(value: unknown, json = text(value)): Verdict {
  try {
    return { accepted: true, message: messageFrom(value, json) };
  } catch (error) {
    if (error instanceof Refused) return { accepted: false, reason: error.reason, detail: error.detail };
    throw error;
  }
}

function messageFrom(value: unknown, json: string | undefined): Message {
  if (!isRecord(value)) throw new Refused("not_an_object", "a message is a JSON object");
  const fitting = refuseLarge(json);
  const message = {
    type: typeOf(value),
    messageId: id(value, "messageId") ?? fingerprint(fitting),
    ...present({
      userId: id(value, "userId"),
      anonymousId: id(value, "anonymousId"),
      previousId: id(value, "previousId"),
      groupId: id(value, "groupId"),
      event: keyed(LONGEST_EVENT, "event", words(value, "event")),
      name: words(value, "name"),
      originalTimestamp: time(value.originalTimestamp ?? value.timestamp, "timestamp"),
      sentAt: time(value.sentAt, "sentAt"),
    }),
    properties: object(value.properties, "properties"),
    traits: object(value.traits, "traits"),
    context: object(value.context, "context"),
  };
  refuseIncomplete(message);
  return message;
}

/** What each type cannot do without. */
const NEEDED: Readonly<Record<MessageType, readonly (keyof Message)[]>> = {
  track: ["event"],
  page: [],
  screen: [],
  identify: [],
  group: ["groupId"],
  alias: ["previousId", "userId"],
};

function refuseIncomplete(message: Message): void {
  const missing = NEEDED[message.type].filter((field) => message[field] === undefined);
  if (missing.length > 0) throw new Refused("missing_field", `${message.type} needs ${missing.join(" and ")}`);
  if (message.userId === undefined && message.anonymousId === undefined)
    throw new Refused("missing_field", "give userId or anonymousId");
}

function typeOf(value: Fields): MessageType {
  const found = MESSAGE_TYPES.find((each) => each === value.type);
  if (found === undefined) throw new Refused("unknown_type", `type is none of ${MESSAGE_TYPES.join(", ")}`);
  return found;
}

/** The message's JSON text, unless it is too large, or missing: nested too deeply. */
function refuseLarge(json: string | undefined): string {
  if (json === undefined)
    throw new Refused("too_large", `the message is nested too deeply; give at most ${MOST_LEVELS} levels`);
  const bytes = Buffer.byteLength(json);
  if (bytes > LARGEST_MESSAGE)
    throw new Refused("too_large", `the message has ${bytes} bytes; give at most ${LARGEST_MESSAGE}`);
  return json;
}

/** An id: a text of which a key can be made, or a number, which some clients send. Empty and null are as good as absent. */
function id(value: Fields, field: string): string | undefined {
  const given = value[field];
  const read = typeof given === "number" && Number.isSafeInteger(given) ? String(given) : words(value, field);
  return keyed(LONGEST_ID, field, read);
}

/** JSON can say half of a surrogate pair; UTF-8, of which keys and addresses are made, cannot. */
function keyed(longest: number, field: string, read: string | undefined): string | undefined {
  if (read === undefined) return undefined;
  if (read.length > longest)
    throw new Refused("too_long", `${field} has ${read.length} letters; give at most ${longest}`);
  if (!read.isWellFormed()) throw new Refused("wrong_type", `${field} is a text of whole Unicode characters`);
  return read;
}

function words(value: Fields, field: string): string | undefined {
  const given = value[field];
  if (given === undefined || given === null || given === "") return undefined;
  if (typeof given !== "string") throw new Refused("wrong_type", `${field} is a text`);
  return given;
}

function object(given: unknown, field: string): Fields {
  if (given === undefined || given === null) return {};
  if (!isRecord(given)) throw new Refused("wrong_type", `${field} is a JSON object`);
  return given;
}

function time(given: unknown, field: string): string | undefined {
  if (given === undefined || given === null) return undefined;
  const read = utcTime(given);
  if (read === undefined) throw new Refused("bad_time", `${field} is a time in RFC 3339, 2026-01-31T12:00:00.000Z`);
  return read;
}

/** Stands for the id of a message that came without one: the same content is the same message. */
export const fingerprint = (json: string): string => `sha256-${createHash("sha256").update(json).digest("hex")}`;
