import { Random } from "../random";
import { MALFORMED } from "./malformed";
import { people } from "./people";
import { POISON } from "./poison";
import { type Call, type Happening, serviceCalls, visitsOf } from "./visits";

/** What the collector and the processing are to make of it; which of two in conflict comes first decides itself. */
export type Expectation = "accept" | "duplicate" | "conflict" | "refuse" | "quarantine";

interface Timed {
  /** Milliseconds after the start at which it is sent. */
  readonly at: number;
  readonly expectation: Expectation;
  /** Why, of what is refused or put aside. */
  readonly reason?: string;
}

/** Something that is sent: by Segment's library, by an app of its own, or into the stream past the collector. */
export type Sending = Timed &
  (
    | { readonly by: "library"; readonly call: Call; readonly timestamp: Date }
    /** The message stands as it goes out, its time by the device's clock, which is `skew` milliseconds ahead. */
    | { readonly by: "device"; readonly message: unknown; readonly skew: number }
    | { readonly by: "stream"; readonly data: Uint8Array; readonly partitionKey: string }
  );

export interface SendingOptions {
  readonly seed: number;
  /** Sendings in all, of every kind. */
  readonly events: number;
  readonly startTime: Date;
  /** Left out: as fast as possible. */
  readonly ratePerMinute?: number;
  /** Shares of the sendings, 0 to 1; realistic small ones when left out. */
  readonly duplicates?: number;
  readonly conflicts?: number;
  readonly malformed?: number;
  readonly poison?: number;
  /** What the heavy user brings. */
  readonly heavy?: number;
}

/** A sending without its time; those of one list are sent in its order. */
type Untimed = Sending extends infer One ? (One extends Sending ? Omit<One, "at"> : never) : never;

/**
 * Traffic of a shop that a seed decides: visitors who begin anonymous and some of whom log in, on the web and in an app, with pauses,
 * late events, wrong clocks, bots, campaigns and one heavy user; and what goes wrong on the way: messages that are sent again, that
 * take another's id, that are malformed, and records that never were messages.
 */
export function generateSendings(options: SendingOptions): Sending[] {
  const { events, duplicates = 0.04, conflicts = 0.004, malformed = 0.02, poison = 0.006 } = options;
  const random = new Random(options.seed);
  const counts = [duplicates, conflicts, malformed, poison].map((share) => Math.round(share * events));
  const [copies = 0, clashes = 0, wrong = 0, garbage = 0] = counts;
  const good = happenings(events - copies - clashes - wrong - garbage, options, random).map(sendingOf);
  const order: Untimed[] = [...good];
  const insert = (one: Untimed, from: number) => order.splice(from + 1 + random.below(order.length - from), 0, one);
  const originals = shuffled(good, random);
  for (const original of originals.slice(0, clashes)) insert(clash(original), order.indexOf(original));
  for (const original of originals.slice(clashes, clashes + copies))
    insert({ ...original, expectation: "duplicate" }, order.indexOf(original));
  for (let index = 0; index < wrong; index++) insert(malformedOf(index), -1);
  for (let index = 0; index < garbage; index++) insert(poisonOf(index), -1);
  return timed(order, options, random);
}

/** The good messages, in the order in which they come. */
function happenings(count: number, { startTime, heavy = 0.08 }: SendingOptions, random: Random): Happening[] {
  const end = startTime.getTime();
  let id = 0;
  const nextId = () => `message-${++id}`;
  const [service, ...others] = people(Math.max(8, Math.ceil(count / 12)), random);
  const found = serviceCalls(service!, Math.round(heavy * count), end, random, nextId);
  for (let index = 0; found.length < count; index++)
    found.push(...visitsOf(others[index % others.length]!, end, random, nextId).slice(0, count - found.length));
  return found.sort((a, b) => a.arrives - b.arrives);
}

/** A good one. */
type Message =
  | Extract<Untimed, { by: "library" }>
  | (Extract<Untimed, { by: "device" }> & { readonly message: Call & { readonly timestamp: string } });

function sendingOf({ person, call, happened }: Happening): Message {
  const expectation = "accept";
  if (person.by === "library") return { by: "library", call, timestamp: new Date(happened), expectation };
  const timestamp = new Date(happened + person.skew).toISOString();
  return { by: "device", message: { ...call, timestamp }, skew: person.skew, expectation };
}

/** Another message under the same id: it says another time, which is all that every call of the library passes on. */
function clash(original: Message): Untimed {
  const expectation = "conflict";
  const later = (time: Date) => new Date(time.getTime() + 1_000);
  if (original.by === "library") return { ...original, timestamp: later(original.timestamp), expectation };
  const message = { ...original.message, timestamp: later(new Date(original.message.timestamp)).toISOString() };
  return { ...original, message, expectation };
}

function malformedOf(index: number): Untimed {
  const { message, reason } = MALFORMED[index % MALFORMED.length]!;
  return { by: "device", message, skew: 0, expectation: "refuse", reason };
}

function poisonOf(index: number): Untimed {
  const { data, reason } = POISON[index % POISON.length]!;
  return { by: "stream", data, partitionKey: `poison-${index}`, expectation: "quarantine", reason };
}

/** Gives each its time: independent of one another, on average at the rate. */
function timed(order: readonly Untimed[], { ratePerMinute }: SendingOptions, random: Random): Sending[] {
  const mean = ratePerMinute === undefined ? 0 : 60_000 / ratePerMinute;
  let at = 0;
  return order.map((one) => {
    at += -Math.log(1 - random.next()) * mean;
    return { ...one, at: Math.round(at) };
  });
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const ranked = list.map((one) => ({ one, rank: random.next() }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ one }) => one);
}
