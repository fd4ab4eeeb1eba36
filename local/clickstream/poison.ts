import type { Unreadable } from "../../functions/clickstream/domain/envelope";
import type { Rejection } from "../../functions/clickstream/domain/message";

/** A record that somebody else put into the stream, and the reason with which it must be put aside. */
export interface Poison {
  readonly title: string;
  readonly reason: Unreadable | Rejection;
  readonly data: Uint8Array;
}

const receivedAt = "2026-03-01T12:00:00.000Z";
const envelope = { version: 1, receivedAt, source: "elsewhere" };
const message = { type: "track", messageId: "poison", anonymousId: "anonymous-poison", event: "Clicked" };

const text = (title: string, reason: Poison["reason"], content: string): Poison => ({
  ...{ title, reason, data: Buffer.from(content) },
});
const json = (title: string, reason: Poison["reason"], content: unknown) =>
  text(title, reason, JSON.stringify(content));

/** Properties of so many levels; text, since JSON.stringify does not write many. */
const enveloped = (content: object, levels: number): string =>
  JSON.stringify({ ...envelope, message: { ...content, properties: { a: "deep" } } }).replace(
    '"deep"',
    "[".repeat(levels) + "]".repeat(levels),
  );

/** A dozen kinds of records that are no events. */
export const POISON: readonly Poison[] = [
  text("a text", "not_json", "hello"),
  text("an envelope that was cut", "not_json", JSON.stringify({ ...envelope, message }).slice(0, -7)),
  { title: "bytes", reason: "not_json", data: Uint8Array.from([0, 255, 254, 7, 0]) },
  { title: "a letter beyond UTF-8", reason: "not_json", data: Uint8Array.from([0x22, 0xc3, 0x28, 0x22]) },
  json("a number", "not_an_envelope", 7),
  json("an empty object", "not_an_envelope", {}),
  json("a message without its envelope", "not_an_envelope", message),
  json("an envelope of another version", "not_an_envelope", { ...envelope, version: 2, message }),
  json("an envelope without a time", "not_an_envelope", { ...envelope, receivedAt: "yesterday", message }),
  json("an envelope of no message", "not_an_object", { ...envelope, message: "hello" }),
  json("an envelope of a message without user", "missing_field", {
    ...envelope,
    message: { ...message, anonymousId: null },
  }),
  json("an envelope of a message without type", "unknown_type", { ...envelope, message: { ...message, type: "" } }),
  json("an envelope of a message by half of a pair", "wrong_type", {
    ...envelope,
    message: { ...message, anonymousId: "a\ud800" },
  }),
  text("an envelope of a message nested too deeply to be walked", "too_large", enveloped(message, 4_000)),
];

/** Larger than a row of the quarantine can be: no function can do anything with it, and it ends in the failure bucket. */
export const GIANT: Uint8Array = Buffer.alloc(500_000, "x");

/** A record that kills the function that gets it, where a run's faults say so; it ends in the failure bucket, too. */
export const KILLER = Buffer.from("this record kills");
