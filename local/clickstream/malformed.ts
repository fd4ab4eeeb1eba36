import type { Rejection } from "../../functions/clickstream/domain/message";

/** A way to get a message wrong, and the reason with which the collector must refuse it. */
export interface Malformed {
  readonly title: string;
  readonly reason: Rejection;
  readonly message: unknown;
}

const track = { type: "track", messageId: "malformed", anonymousId: "anonymous-malformed", event: "Clicked" };

const wrong = (title: string, reason: Rejection, change: Readonly<Record<string, unknown>>): Malformed => ({
  title,
  reason,
  message: JSON.parse(JSON.stringify({ ...track, ...change })),
});

const nested = (levels: number) => JSON.parse("[".repeat(levels) + "]".repeat(levels));

/** Some two dozen kinds of malformed messages. */
export const MALFORMED: readonly Malformed[] = [
  { title: "a text", reason: "not_an_object", message: "track" },
  { title: "null", reason: "not_an_object", message: null },
  { title: "a list", reason: "not_an_object", message: [track] },
  wrong("no type", "unknown_type", { type: undefined }),
  wrong("a type of another API", "unknown_type", { type: "collect" }),
  wrong("a type from the prototype", "unknown_type", { type: "constructor" }),
  wrong("a track without event", "missing_field", { event: undefined }),
  wrong("a track with an empty event", "missing_field", { event: "" }),
  wrong("nobody", "missing_field", { anonymousId: undefined }),
  wrong("a group without id", "missing_field", { type: "group" }),
  wrong("an alias without user", "missing_field", { type: "alias", previousId: "a" }),
  wrong("an alias without id of before", "missing_field", { type: "alias", userId: "u" }),
  wrong("an event as a number", "wrong_type", { event: 7 }),
  wrong("a user as an object", "wrong_type", { userId: { id: 7 } }),
  wrong("a user as a fraction", "wrong_type", { userId: 1.5 }),
  wrong("properties as a list", "wrong_type", { properties: [] }),
  wrong("traits as a text", "wrong_type", { traits: "pro" }),
  wrong("context as a text", "wrong_type", { context: "web" }),
  wrong("a user with half of a pair", "wrong_type", { userId: "u\ud800" }),
  wrong("a message id with half of a pair", "wrong_type", { messageId: "m\udc00" }),
  wrong("an event with half of a pair", "wrong_type", { event: "\ud83d" }),
  wrong("a user of 257 letters", "too_long", { userId: "u".repeat(257) }),
  wrong("a message id of 257 letters", "too_long", { messageId: "m".repeat(257) }),
  wrong("a time without zone", "bad_time", { timestamp: "2026-01-05T14:30:00" }),
  wrong("the thirtieth of February", "bad_time", { timestamp: "2026-02-30T14:30:00Z" }),
  wrong("a time as a number", "bad_time", { timestamp: 1_767_623_400_000 }),
  wrong("a hundred levels too deep", "too_large", { properties: { a: nested(200) } }),
  wrong("far too large", "too_large", { properties: { note: "x".repeat(33_000) } }),
];
