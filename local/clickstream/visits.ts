import type { Random } from "../random";
import type { Person } from "./people";

/** A message as a client is told to send it: Segment's tracking API without what clients add themselves. */
export interface Call {
  readonly type: "track" | "page" | "screen" | "identify" | "group" | "alias";
  readonly messageId: string;
  readonly userId?: string;
  readonly anonymousId?: string;
  readonly previousId?: string;
  readonly groupId?: string;
  readonly event?: string;
  readonly name?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly traits?: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
}

/** A call of somebody, with when it happened and when it reached the collector, both epoch milliseconds by a right clock. */
export interface Happening {
  readonly person: Person;
  readonly call: Call;
  readonly happened: number;
  readonly arrives: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Days over which visits are strewn. */
export const SPAN = 2 * DAY;

const PAGES = ["/", "/shoes", "/shoes/17", "/cart", "/checkout", "/help"];
const EVENTS = ["Product Viewed", "Product Added", "Products Searched", "Checkout Started", "Order Completed"];

/** All visits of a person up to `end`: between one and four, hours apart; the one with an account logs in during one of them. */
export function visitsOf(person: Person, end: number, random: Random, nextId: () => string): Happening[] {
  if (person.kind === "service") return [];
  const count = 1 + random.below(4);
  const loginIn = person.userId === undefined ? -1 : random.below(count);
  let at = end - SPAN + random.next() * (SPAN / 4);
  return Array.from({ length: count }, (_, index) => {
    const visit = new Visit(person, at, random, nextId);
    visit.run(index > loginIn && loginIn >= 0, index === loginIn);
    at = visit.at + 40 * MINUTE + random.next() * (SPAN / 5);
    return visit.happenings;
  })
    .flat()
    .filter(({ happened }) => happened < end - MINUTE)
    .map((one) => ({ ...one, arrives: Math.min(one.arrives, end) }));
}

/** What a service does for its one user, as often as is asked for, in bursts: the heavy user of the stream. */
export function serviceCalls(person: Person, count: number, end: number, random: Random, nextId: () => string) {
  let at = end - SPAN / 2;
  return Array.from({ length: count }, (): Happening => {
    at += random.chance(0.02) ? 2 * HOUR * random.next() : 10 + random.below(2_000);
    const happened = Math.min(at, end - MINUTE);
    const properties = { units: random.below(9) };
    const who = { messageId: nextId(), ...(person.userId ? { userId: person.userId } : {}), context: person.context };
    return {
      person,
      happened,
      arrives: happened,
      call: { type: "track", event: "Usage Reported", properties, ...who },
    };
  });
}

/** One visit, written down while it goes on. */
class Visit {
  readonly happenings: Happening[] = [];
  #isUser = false;

  constructor(
    private readonly person: Person,
    public at: number,
    private readonly random: Random,
    private readonly nextId: () => string,
  ) {}

  run(isUser: boolean, logsIn: boolean): void {
    const { random } = this;
    this.#isUser = isUser;
    const steps = 1 + random.below(12);
    const loginAt = random.below(steps);
    // A pause beyond 30 minutes, in its middle an event that comes hours later: two sessions that become one.
    const bridgeAt = random.chance(0.1) ? random.below(steps) : -1;
    for (let step = 0; step < steps; step++) {
      if (logsIn && step === loginAt) this.logIn();
      this.#step();
      if (step === bridgeAt) this.#bridge();
      this.at += Math.min(25 * MINUTE, 2_000 + Math.exp(random.normal() + 3.5) * 1_000);
    }
  }

  #bridge(): void {
    this.at += (20 + this.random.below(8)) * MINUTE;
    this.#step(1 + this.random.next() * 5);
    this.at += (20 + this.random.below(8)) * MINUTE;
  }

  logIn(): void {
    const { person } = this;
    const { userId, anonymousId } = person as { userId: string; anonymousId: string };
    if (person.kind === "mobile") this.#say({ type: "alias", userId, previousId: anonymousId });
    this.#say({ type: "identify", userId, anonymousId, traits: { plan: this.random.pick(["free", "pro"]) } });
    if (this.random.chance(0.2)) this.#say({ type: "group", userId, groupId: `company-${this.random.below(5)}` });
    this.#isUser = true;
  }

  /** @param hoursLate a few events are written down offline and come hours later, a very few after more than a month */
  #step(
    hoursLate = this.random.chance(0.03) ? (this.random.chance(0.05) ? 24 * 40 : 3 * this.random.next()) : 0,
  ): void {
    const { person, random } = this;
    const { userId, anonymousId, kind } = person;
    const who = this.#isUser && userId !== undefined ? { userId, anonymousId } : { anonymousId };
    const path = random.pick(PAGES);
    if (kind === "bot" || (kind === "web" && random.chance(0.6)))
      this.#say({ type: "page", ...who, properties: { path, url: `https://www.example.com${path}` } }, hoursLate);
    else if (kind === "mobile" && random.chance(0.5)) this.#say({ type: "screen", ...who, name: path }, hoursLate);
    else {
      const properties = { product: `p-${random.below(40)}`, total: random.below(20_000) / 100 };
      this.#say({ type: "track", ...who, event: random.pick(EVENTS), properties }, hoursLate);
    }
  }

  #say(call: Omit<Call, "messageId" | "context">, hoursLate = 0): void {
    const { person, nextId } = this;
    const late = hoursLate * HOUR;
    const isStale = late > DAY; // it would be sent after the end; it happened earlier instead
    const happened = isStale ? this.at - late : this.at;
    this.at += 50;
    const whole = { ...call, messageId: nextId(), context: person.context };
    this.happenings.push({ person, call: whole, happened, arrives: happened + late });
  }
}
