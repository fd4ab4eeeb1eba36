import { createHash } from "node:crypto";
import { within } from "../../shared/deadline";
import { told } from "../../shared/outcome";
import type { Current } from "../../shared/parameters";
import { type AnsweringWorld, answering, type Outcome, plain, type Report, reported } from "../answering";
import { type Client, clientOf, notPermitted } from "../domain/access-keys";
import { type Answer, health, ok, refused } from "../domain/answers";
import type { Condition } from "../domain/health";
import { listingQuery, noQuery } from "../domain/listing-query";
import type { Policy } from "../domain/policy";
import { type Listing, type ReaderRoute, readerRouteOf, visitorOfSubject } from "../domain/reader-routes";
import { Refusal } from "../domain/refusal";
import { type Incoming, type InvocationContext, type Request, readRequest } from "../domain/request";
import { type Erasure, erase, type Graves } from "./erasure";
import { type Archive, list } from "./listings";

export interface ReaderSettings {
  readonly clients: readonly Client[];
  readonly policy: Pick<Policy, "typeShards">;
  /** Of the settings, which say how long the id of an erased message is remembered. */
  readonly graves: Graves;
}

export interface ReaderWorld extends AnsweringWorld {
  readonly settings: () => Promise<Current<ReaderSettings>>;
  readonly archive: Archive;
  /** Whether the tables answer. */
  readonly tables: () => Promise<Condition>;
}

/** Milliseconds for a listing, and in which an erasure goes on: well before the load balancer gives up waiting (60 s by default). */
const WITHIN = 20_000;
/** Kept back from the function's own time for what an erasure has under way, and the answer. */
const RESERVE = 5_000;

interface Read extends Outcome {
  readonly client?: string;
  /** Items that were given out. */
  readonly items?: number;
  readonly erasure?: Erasure;
  /** Of an erasure: whose, told apart and not told. */
  readonly visitorHash?: string;
}

/** Answers a request of those who may read or erase. What cannot be read at all is 503, and its reason stands in the log alone. */
export async function serve(event: Incoming, context: InvocationContext, world: ReaderWorld): Promise<Answer> {
  const startedAt = world.clock.now();
  const deadline = startedAt + Math.min(WITHIN, context.getRemainingTimeInMillis() - RESERVE);
  const unavailable = new Refusal("unavailable", "what is stored cannot be read now; send the request again");
  return answering("reader", context, world, unavailable, async () => {
    const request = readRequest(event);
    const route = readerRouteOf(request.method, request.path);
    const outcome = route instanceof Refusal ? plain(route) : await follow(route, request, world, deadline);
    reported(outcome, reportOf(outcome), context, world, startedAt);
    return outcome.answer;
  });
}

async function follow(route: ReaderRoute, request: Request, world: ReaderWorld, deadline: number): Promise<Read> {
  const { value: settings, stale } = await world.settings();
  const outcome = await (route.kind === "health"
    ? checked(world)
    : authorized(route, request, { ...world, ...settings }, deadline));
  return { ...outcome, ...(stale ? { stale } : {}) };
}

async function checked({ tables }: ReaderWorld): Promise<Read> {
  const condition = await tables();
  return { answer: health("tables", condition), condition };
}

type Erasing = Extract<ReaderRoute, { kind: "erasure" }>;

async function authorized(
  route: Listing | Erasing,
  request: Request,
  world: ReaderWorld & ReaderSettings,
  deadline: number,
): Promise<Read> {
  const client = clientOf(request.headers.get("authorization"), world.clients);
  if (client instanceof Refusal) return plain(client);
  const refusal = notPermitted(client, route.kind === "erasure" ? "erase" : "read");
  const outcome = refusal ? plain(refusal) : await permitted(route, request, world, deadline);
  return { ...outcome, client: client.client };
}

const permitted = (
  route: Listing | Erasing,
  request: Request,
  world: ReaderWorld & ReaderSettings,
  deadline: number,
) => (route.kind === "erasure" ? erased(route, request, world, deadline) : listed(route, request, world, deadline));

async function listed(
  listing: Listing,
  request: Request,
  { archive, policy, clock }: ReaderWorld & ReaderSettings,
  deadline: number,
): Promise<Read> {
  const query = listingQuery(listing, request);
  if (query instanceof Refusal) return plain(query);
  const page = await within(deadline - clock.now(), "a listing", list(listing, query, archive, policy.typeShards));
  if (page instanceof Refusal) return plain(page);
  const { kind, items, cursor } = page;
  return { answer: ok({ [kind]: items, ...(cursor ? { cursor } : {}) }), items: items.length };
}

async function erased({ subject }: Erasing, request: Request, world: ReaderWorld & ReaderSettings, deadline: number) {
  const refusal = noQuery(request);
  if (refusal) return plain(refusal);
  const erasure = await erase(subject, world.graves, world.clock, deadline);
  const visitorHash = createHash("sha256").update(visitorOfSubject(subject)).digest("hex");
  return { answer: answerTo(erasure), erasure, visitorHash };
}

function answerTo({ erased, done, failure }: Erasure): Answer {
  if (failure === undefined) return ok({ erased, done }, done ? 200 : 202);
  const detail = "not all is erased yet; send the request again: it erases the rest, and what has come until then";
  return refused(new Refusal("unavailable", detail), { erased, done });
}

function reportOf({ answer: { status }, client, items, erasure, visitorHash, condition }: Read): Report {
  return {
    message: erasure ? "erasure" : `reader ${status}`,
    counts: { ItemsRead: items ?? 0, EventsErased: erasure?.erased.events ?? 0 },
    fields: {
      ...{ client, items },
      ...(erasure ? { visitorHash, erased: erasure.erased, done: erasure.done } : {}),
      ...(erasure?.failure === undefined ? {} : { failure: told(erasure.failure) }),
      ...(condition && condition.state !== "ok" ? { tables: condition.why } : {}),
    },
  };
}
