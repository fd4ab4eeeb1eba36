import { createHash } from "node:crypto";
import { type Fields, isRecord, present } from "../../shared/fields";
import { type AddressPolicy, storedAddress } from "./address";
import { type Agent, agentOf, LONGEST_AGENT } from "./agent";
import type { Envelope } from "./envelope";
import { type EventTime, type EventTimePolicy, eventTime } from "./event-time";
import { beginning } from "./fields";
import { visitorOf } from "./identity";
import type { Message } from "./message";
import { LONGEST, type Origin, originOf } from "./origin";
import type { SessionEvent } from "./sessions";

export interface ProcessingPolicy extends EventTimePolicy {
  readonly address: AddressPolicy;
  /** Over how many keys of the index by type the writes of one type are spread; each key takes some 1,000 a second. */
  readonly typeShards: number;
}

/** An event as it is stored. */
export interface ProcessedEvent {
  /** Partition key: whose event it is, `user#…` or `anonymous#…`. */
  readonly visitor: string;
  /** Sort key, `timestamp#messageId`: two events of one millisecond both live. */
  readonly at: string;
  readonly messageId: string;
  /** Partition key of the index by type: the type and one of its shards, `Order Completed#3`. */
  readonly typeShard: string;
  /** When it happened, by our clock: RFC 3339 in UTC to the millisecond. */
  readonly timestamp: string;
  readonly timeRemark?: NonNullable<EventTime["remark"]>;
  readonly receivedAt: string;
  readonly source: string;
  readonly call: Message["type"];
  /** Of `track` what was done, of every other call its name. */
  readonly eventType: string;
  readonly name?: string;
  readonly groupId?: string;
  readonly anonymousId?: string;
  readonly origin: Origin;
  readonly address?: string;
  readonly userAgent?: string;
  readonly agent?: Agent;
  readonly properties: Fields;
  readonly traits: Fields;
  /** SHA-256 of what the client said, but for when it sent it: one id with two of them is a conflict. */
  readonly fingerprint: string;
}

/** What is stored of a message. */
export function processedEvent(envelope: Envelope, message: Message, policy: ProcessingPolicy): ProcessedEvent {
  const { timestamp, remark } = eventTime({ ...message, receivedAt: envelope.receivedAt }, policy);
  const eventType = message.event ?? message.type;
  const said = textIn(message.context.userAgent) ?? envelope.userAgent;
  const userAgent = said === undefined ? undefined : beginning(said, LONGEST_AGENT);
  const { type: call, messageId, name, groupId, anonymousId, properties, traits, context } = message;
  return {
    visitor: visitorOf(message),
    at: `${timestamp}#${messageId}`,
    ...{ messageId, timestamp, eventType, call, properties, traits },
    typeShard: `${eventType}#${shardOf(messageId, policy.typeShards)}`,
    receivedAt: envelope.receivedAt,
    source: envelope.source,
    origin: originOf(context, call === "page" ? properties : {}),
    ...present({
      timeRemark: remark,
      ...{ name: name?.toWellFormed(), groupId, anonymousId },
      address: storedAddress(context.ip ?? envelope.address, policy.address),
      userAgent,
      agent: agentOf(userAgent),
    }),
    fingerprint: fingerprintOf(message),
  };
}

/** The event as its visitor's sessions see it. A name may be 32 KB, and would stand in a session twice: of a page's path no more is kept either. */
export function sessionEventOf({ messageId, timestamp, call, origin, name }: ProcessedEvent): SessionEvent {
  const page = origin.page?.path ?? (name === undefined ? undefined : beginning(name, LONGEST));
  const source = origin.campaign?.source ?? (origin.referrer?.kind === "external" ? origin.referrer.host : undefined);
  return { messageId, timestamp, isPage: call === "page" || call === "screen", ...present({ page, source }) };
}

/** Every key of the index by type under which events of a type stand: a reader asks them all. */
export const typeShardsOf = (eventType: string, typeShards: number): readonly string[] =>
  Array.from({ length: typeShards }, (_, shard) => `${eventType}#${shard}`);

const shardOf = (messageId: string, shards: number): number =>
  createHash("sha256").update(messageId).digest().readUInt32BE(0) % shards;

/** The same for every message that says the same, whenever it is sent. */
export function fingerprintOf({ sentAt: _, ...said }: Message): string {
  return createHash("sha256").update(canonical(said)).digest("hex");
}

/** JSON text with keys in order: the same content is the same text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isRecord(value)) return JSON.stringify(value) ?? "null";
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${entries.join(",")}}`;
}

const textIn = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
