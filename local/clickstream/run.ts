import type { Estate } from "../estate";
import { placesOf, policyOf, streamOf, urlOf } from "./deployed";
import { type Ledger, settle } from "./ledger";
import { readBack } from "./read-back";
import type { ReportFacts } from "./report";
import { type Sent, sendAll } from "./send";
import type { Sending } from "./sendings";

export interface RunOptions {
  readonly writeKey: string;
  /** Segment clients side by side; as many as `sendAll` says when left out. */
  readonly libraries?: number;
  readonly onSent?: (done: number, total: number) => void;
  /** The users who were erased meanwhile; asked for when all is sent. */
  readonly erasures?: () => Promise<readonly string[]>;
  /** Told when all is sent and the rest is waiting. */
  readonly onAllSent?: () => void;
  readonly signal?: AbortSignal;
}

/** What a run came to. */
export interface Run {
  readonly ledger: Ledger;
  readonly sent: Sent;
  readonly facts: Omit<ReportFacts, "title">;
}

/** Sends through the load balancer of a deployed clickstream, waits until nothing moves any more, reads everything back and settles it. */
export async function run(estate: Estate, sendings: readonly Sending[], options: RunOptions): Promise<Run> {
  const { writeKey, onAllSent, erasures: erasing, ...rest } = options;
  const started = performance.now();
  const places = placesOf(estate);
  const target = { url: urlOf(estate), writeKey };
  const sent = await sendAll(sendings, { target, clients: estate.clients, streamArn: places.streamArn, ...rest });
  onAllSent?.();
  const erasures = (await erasing?.()) ?? [];
  await estate.sources.idle();
  const seconds = (performance.now() - started) / 1_000;
  const held = await readBack(estate.clients, places);
  const ledger = settle({ ...sent, ...held, erasures }, await policyOf(estate));
  const requests = sent.exchanges.map(({ milliseconds }) => milliseconds);
  const inStream = streamOf(estate).iteratorAge;
  const counts = { sent: sent.sendings, planned: sendings.length };
  return { ledger, sent, facts: { ...counts, seconds, requests, inStream, givenUp: sent.givenUp } };
}
