import { createHash } from "node:crypto";
import { type Fields, isRecord, present } from "../../shared/fields";
import { text, utcTime } from "./fields";

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

/** Thrown within this file only. */
class Refused extends Error {
  constructor(
    readonly reason: Rejection,
    readonly detail: string,
  ) {
    super(detail);
  }
}

/** What stands around the messages of one request and counts for each of them. */
export interface Around {
  /** The type, where the path says it: `/v1/track`. */
  readonly type?: MessageType;
  /** Of a batch: when the client sent it. */
  readonly sentAt?: unknown;
  readonly context?: unknown;
}

/** Reads one message. Unknown fields are tolerated and left out. Never throws, whatever JSON came in. */
export function readMessage(value: unknown, around: Around = {}): Verdict {
  try {
    return { accepted: true, message: messageFrom(value, around) };
  } catch (error) {
    if (error instanceof Refused) return { accepted: false, reason: error.reason, detail: error.detail };
    throw error;
  }
}

function messageFrom(value: unknown, around: Around): Message {
  if (!isRecord(value)) throw new Refused("not_an_object", "a message is a JSON object");
  const json = jsonOf(value);
  const type = typeOf(value, around);
  const context = { ...object(around.context, "context"), ...object(value.context, "context") };
  const message = {
    type,
    messageId: id(value, "messageId") ?? fingerprint(json),
    ...present({
      userId: id(value, "userId"),
      anonymousId: id(value, "anonymousId"),
      previousId: id(value, "previousId"),
      groupId: id(value, "groupId"),
      event: words(value, "event"),
      name: words(value, "name"),
      originalTimestamp: time(value.originalTimestamp ?? value.timestamp, "timestamp"),
      sentAt: time(value.sentAt ?? around.sentAt, "sentAt"),
    }),
    properties: object(value.properties, "properties"),
    traits: object(value.traits, "traits"),
    context,
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

function typeOf(value: Fields, { type }: Around): MessageType {
  if (type !== undefined) return type;
  const found = MESSAGE_TYPES.find((each) => each === value.type);
  if (found === undefined) throw new Refused("unknown_type", `type is none of ${MESSAGE_TYPES.join(", ")}`);
  return found;
}

/** The message as JSON text: refused when it is too large, or nested deeper than can be written. */
function jsonOf(value: Fields): string {
  const json = text(value);
  if (json === undefined) throw new Refused("too_large", "the message is nested too deeply");
  const bytes = Buffer.byteLength(json);
  if (bytes > LARGEST_MESSAGE)
    throw new Refused("too_large", `the message has ${bytes} bytes; give at most ${LARGEST_MESSAGE}`);
  return json;
}

/** An id: a text, or a number, which some clients send. Empty and null are as good as absent. */
function id(value: Fields, field: string): string | undefined {
  const given = value[field];
  const read = typeof given === "number" && Number.isSafeInteger(given) ? String(given) : words(value, field);
  if (read !== undefined && read.length > LONGEST_ID)
    throw new Refused("too_long", `${field} has ${read.length} letters; give at most ${LONGEST_ID}`);
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
const fingerprint = (json: string): string => `sha256-${createHash("sha256").update(json).digest("hex")}`;
