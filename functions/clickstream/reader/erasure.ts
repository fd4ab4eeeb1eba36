import { chunksOf } from "../../shared/chunks";
import type { Clock } from "../../shared/clock";
import { within } from "../../shared/deadline";
import { type Link, visitorOf } from "../domain/identity";
import { type Subject, visitorOfSubject } from "../domain/reader-routes";

export type KnownLink = Pick<Link, "anonymousId" | "userId">;
export type Kind = "quarantined" | "sessions" | "events";

/** Where visitors are erased. */
export interface Graves {
  /** Erases a visitor from now on: what is still on its way is not stored. Resolves with the beginning of the era, for `clear`. */
  bury(visitor: string): Promise<string>;
  /** Deletes some of what was written of a visitor before the era. Resolves with how much; 0 when nothing is left. */
  readonly clear: Readonly<Record<Kind, (visitor: string, era: string) => Promise<number>>>;
  /** The links of a subject, as far as an index shows them yet. */
  links(subject: Subject): AsyncIterable<KnownLink>;
  /** Deletes a link, where `era` is given one of an earlier one of the user. False where there is no such link by now. */
  unlink(link: KnownLink, era?: string): Promise<boolean>;
}

export type Erased = Readonly<Record<Kind | "links", number>>;

export interface Erasure {
  readonly erased: Erased;
  /** Whether nothing is left. */
  readonly done: boolean;
  /** Why it stopped, when it is a fault and not the deadline. */
  readonly failure?: unknown;
}

/**
 * Anonymous ids of a user that are erased between two waits: their links stay until all else of them is gone, to be found again. Many, for
 * whoever may send can have many ids linked to a user.
 */
const AT_ONCE = 500;
/** Visitors that are worked on at a time. */
const ABREAST = 25;

/**
 * Milliseconds from a burial until an index shows what was written before it: usually it takes a fraction of a second (Amazon DynamoDB
 * Developer Guide, "Using Global Secondary Indexes", "Data synchronization").
 */
export const SETTLING = 3_000;

/** Milliseconds for what is under way at the deadline: a call that hangs must not take the answer with it. */
const GRACE = 3_000;

/**
 * Erases a subject and all visitors that are linked to it, as far as it comes before the deadline; asked again, it goes on, as an
 * erasure of its own: of what came in between, too. Each visitor is
 * buried first, then cleared, and once more when the indexes must show all that was written before the burial. Never throws.
 */
export async function erase(subject: Subject, graves: Graves, clock: Clock, deadline: number): Promise<Erasure> {
  const digging = new Digging(subject, graves, clock, deadline);
  try {
    const done = await within(deadline + GRACE - clock.now(), "the erasure", digging.run());
    return { done, erased: digging.erased };
  } catch (failure) {
    return { done: false, erased: { ...digging.erased }, failure };
  }
}

/** Whom a link tells of. */
const before = ({ anonymousId }: KnownLink): string => visitorOf({ anonymousId });

class Digging {
  readonly erased: Record<Kind | "links", number> = { events: 0, sessions: 0, quarantined: 0, links: 0 };
  private readonly own: string;
  /** Visitors that are buried and not known to be gone, with their eras. */
  private readonly buried = new Map<string, string>();
  /** Anonymous ids that are gone, for who looks for links: a link that is said after the erasure has begun stays. */
  private readonly gone = new Set<string>();
  private settledAt = 0;

  constructor(
    private readonly subject: Subject,
    private readonly graves: Graves,
    private readonly clock: Clock,
    private readonly deadline: number,
  ) {
    this.own = visitorOfSubject(subject);
  }

  /** @returns whether nothing is left */
  async run(): Promise<boolean> {
    await this.bury([this.own]);
    for (;;) {
      const isSettled = this.clock.now() >= this.settledAt;
      const links = await this.links();
      await this.bury(links.map(before).filter((visitor) => !this.buried.has(visitor)));
      if (!(await this.clear())) return false;
      if (links.length === 0 && isSettled) return true;
      if (this.settledAt >= this.deadline) return false;
      await this.clock.pause(Math.max(0, this.settledAt - this.clock.now()));
      if (!(await this.clear())) return false;
      await this.unlink(links);
    }
  }

  private async bury(visitors: readonly string[]): Promise<void> {
    if (visitors.length === 0) return;
    await abreast(visitors, async (visitor) => {
      this.buried.set(visitor, await this.graves.bury(visitor));
    });
    this.settledAt = this.clock.now() + SETTLING;
  }

  /** @returns whether nothing is left, as far as the indexes show it */
  private async clear(): Promise<boolean> {
    const all = await abreast([...this.buried], async ([visitor, era]) => {
      for (const kind of ["quarantined", "sessions", "events"] as const)
        for (let deleted = 1; deleted > 0; this.erased[kind] += deleted) {
          if (this.clock.now() >= this.deadline) return false;
          deleted = await this.graves.clear[kind](visitor, era);
        }
      return true;
    });
    return !all.includes(false);
  }

  private async links(): Promise<readonly KnownLink[]> {
    const found: KnownLink[] = [];
    for await (const link of this.graves.links(this.subject)) {
      if (!this.gone.has(link.anonymousId)) found.push(link);
      if (found.length === AT_ONCE) break;
    }
    return found;
  }

  private async unlink(links: readonly KnownLink[]): Promise<void> {
    const isOfUser = this.subject.kind === "user";
    const era = isOfUser ? this.buried.get(this.own) : undefined;
    await abreast(links, async (link) => {
      const unlinked = await this.graves.unlink(link, era);
      if (unlinked) this.erased.links += 1;
      if (unlinked || isOfUser) this.gone.add(link.anonymousId);
      this.buried.delete(before(link));
    });
  }
}

/** Works on all of them, so many at a time. Where one fails, those beside it come to their ends first: what they did is counted. */
async function abreast<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const group of chunksOf(items, () => 0, { items: ABREAST, bytes: Number.POSITIVE_INFINITY }))
    for (const settled of await Promise.allSettled(group.map(work))) {
      if (settled.status === "rejected") throw settled.reason;
      results.push(settled.value);
    }
  return results;
}
