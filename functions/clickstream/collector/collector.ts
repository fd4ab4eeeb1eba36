import type { Fields } from "../../shared/fields";
import type { Current } from "../../shared/parameters";
import type { Intake } from "../adapters/kinesis-intake";
import { type AnsweringWorld, answering, type Outcome, plain, type Report, reported } from "../answering";
import { type Answer, answerFor, health, preflight, type Tally } from "../domain/answers";
import { type Gunzip, messagesIn, readBody } from "../domain/body";
import type { Condition } from "../domain/health";
import { ANY_PAGE, corsFor, type Origins } from "../domain/origins";
import { type KeyRates, partitionKey } from "../domain/partitioning";
import { Refusal } from "../domain/refusal";
import { callerOf, type Incoming, type InvocationContext, type Request, readRequest } from "../domain/request";
import { type Route, routeOf } from "../domain/routes";
import { type Sorted, sortMessages, tellable } from "../domain/sorting";
import { keyInHeader, noKey, sourceOf, type WriteKeys } from "../domain/write-keys";

export interface Settings {
  readonly keys: WriteKeys;
  readonly origins: Origins;
}

export interface CollectorWorld extends AnsweringWorld {
  readonly settings: () => Promise<Current<Settings>>;
  readonly intake: Intake;
  readonly gunzip: Gunzip;
  /** Whether the stream takes records. */
  readonly stream: () => Promise<Condition>;
  /** Of this process: each counts what it sees itself. */
  readonly rates: KeyRates;
}

/** Milliseconds in which storing is tried: with the last call's 4 s it ends before clients stop waiting (analytics-node: 10 s). */
const STORE_WITHIN = 5_000;
/** Kept back from the function's own time for the last call and the answer. */
const RESERVE = 4_500;

/** `source` and the rest are absent as far as the request did not get. */
interface Collected extends Outcome {
  readonly source?: string;
  readonly tally?: Tally;
  /** Error codes of Kinesis by how many records met them last. */
  readonly codes?: Readonly<Record<string, number>>;
}

/** Answers a request. What cannot be read at all (parameters) is 503, so that clients keep their messages and come again. */
export async function collect(event: Incoming, context: InvocationContext, world: CollectorWorld): Promise<Answer> {
  const startedAt = world.clock.now();
  const deadline = startedAt + Math.min(STORE_WITHIN, context.getRemainingTimeInMillis() - RESERVE);
  // Which origins may send may be what could not be read; a page that cannot read this would not know to come again.
  const unavailable = new Refusal("unavailable", "nothing of the request was looked at; send it again", ANY_PAGE);
  return answering("collector", context, world, unavailable, async () => {
    const request = readRequest(event);
    const route = routeOf(request.method, request.path);
    const outcome = route instanceof Refusal ? plain(route) : await follow(route, request, world, deadline);
    reported(outcome, reportOf(outcome), context, world, startedAt);
    return outcome.answer;
  });
}

/** Health is asked here too: without settings there is no taking in. */
async function follow(route: Route, request: Request, world: CollectorWorld, deadline: number): Promise<Collected> {
  const { value: settings, stale } = await world.settings();
  if (route.kind === "health") return { ...(await checked(world)), ...(stale ? { stale } : {}) };
  const cors = corsFor(request.headers.get("origin"), settings.origins);
  if (cors instanceof Refusal) return plain(cors);
  const outcome =
    route.kind === "preflight" ? plain(preflight()) : await takeIn(route, request, { ...world, ...settings }, deadline);
  const answer = { ...outcome.answer, headers: { ...outcome.answer.headers, ...cors } };
  return { ...outcome, answer, ...(stale ? { stale } : {}) };
}

async function checked({ stream }: CollectorWorld): Promise<Collected> {
  const condition = await stream();
  return { ...plain(health("stream", condition)), condition };
}

async function takeIn(
  route: Route & { kind: "intake" },
  request: Request,
  world: CollectorWorld & Settings,
  deadline: number,
): Promise<Collected> {
  const inHeader = keyInHeader(request.headers.get("authorization"));
  const early = typeof inHeader === "string" ? sourceOf(inHeader, world.keys) : inHeader;
  if (early instanceof Refusal) return plain(early); // before anything is unpacked
  const body = readBody(request, world.gunzip);
  if (body instanceof Refusal) return { ...plain(body), ...(early ? { source: early } : {}) };
  const source = early ?? sourceIn(body, world.keys);
  if (source instanceof Refusal) return plain(source);
  const messages = messagesIn(body, route.type);
  if (messages instanceof Refusal) return { ...plain(messages), source };
  const now = world.clock.now();
  const stamp = { version: 1, receivedAt: new Date(now).toISOString(), source, ...callerOf(request) } as const;
  const keyOf = (visitor: string) => partitionKey(visitor, world.rates.count(visitor, now));
  const sorted = sortMessages(messages, stamp, keyOf);
  if (sorted instanceof Refusal) return { ...plain(sorted), source };
  return { source, ...(await store(sorted, world.intake, deadline)) };
}

function sourceIn({ writeKey }: Fields, keys: WriteKeys): string | Refusal {
  if (typeof writeKey === "string" && writeKey !== "") return sourceOf(writeKey, keys);
  return noKey("give the write key: as user name of basic authentication, or as writeKey in the body");
}

async function store({ taken, refused: wrong }: Sorted, intake: Intake, deadline: number): Promise<Collected> {
  const lost = taken.length === 0 ? [] : await intake.put(taken, deadline);
  const notStored = lost.map(({ record: { index, messageId } }) => ({
    ...{ index, ...tellable(messageId) },
    ...{ reason: "not_stored" as const, detail: "not known to be stored" },
  }));
  const tally = { stored: taken.length - lost.length, refused: wrong, notStored };
  const codes: Record<string, number> = {};
  for (const { code } of lost) codes[code] = (codes[code] ?? 0) + 1;
  return { answer: answerFor(tally), tally, ...(lost.length > 0 ? { codes } : {}) };
}

function reportOf({ answer: { status }, source, tally, codes, condition, stale }: Collected): Report {
  const counts = {
    ...{ EventsAccepted: tally?.stored ?? 0, EventsRefused: tally?.refused.length ?? 0 },
    EventsNotStored: tally?.notStored.length ?? 0,
  };
  const stream = condition && condition.state !== "ok" ? { stream: condition.why } : {};
  return {
    message: `collector ${status}`,
    counts,
    fields: { source, ...counts, ...(stale ? { ParametersStale: 1 } : {}), ...(codes ? { codes } : {}), ...stream },
  };
}
