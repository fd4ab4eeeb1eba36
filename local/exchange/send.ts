import type { Answered, Target } from "./target";
import type { Sending } from "./traffic";

/** What was sent, when, and what came back. */
export interface Exchanged {
  readonly sending: Sending;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly milliseconds: number;
  /** Absent where there was no answer. */
  readonly answered?: Answered;
  readonly failure?: string;
}

export interface SendOptions {
  readonly target: Target;
  /** The token of a publisher's. */
  readonly tokenOf: (publisher: string) => string;
  /** The same way without a decision at its end: what the surroundings take. */
  readonly health: () => Promise<Answered>;
  /** Requests under way at once. */
  readonly inFlight: number;
  readonly onSent?: (done: number, total: number) => void;
  /** Aborted: nothing more is sent. */
  readonly signal?: AbortSignal;
}

export interface Sent {
  readonly exchanged: readonly Exchanged[];
  /** Milliseconds of each request for health. */
  readonly floor: readonly number[];
  readonly seconds: number;
}

/** One in so many requests is for health, so that both meet the same load. */
const HEALTH_EVERY = 15;
/** Of the form that tokens have; nobody has issued it. */
const FORGED = `slx_${"A".repeat(43)}`;

/** Sends each as soon as one before it is answered, so many at once. */
export async function sendAll(sendings: readonly Sending[], options: SendOptions): Promise<Sent> {
  const { inFlight, onSent, signal } = options;
  const exchanged: Exchanged[] = [];
  const floor: number[] = [];
  const started = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < sendings.length && !signal?.aborted) {
      const index = next++;
      exchanged.push(await exchange(sendings[index]!, options));
      if (index % HEALTH_EVERY === 0) floor.push(await timed(options.health));
      onSent?.(exchanged.length, sendings.length);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { exchanged, floor, seconds: (performance.now() - started) / 1_000 };
}

async function exchange(sending: Sending, { target, tokenOf }: SendOptions): Promise<Exchanged> {
  const { token, publisher, body } = sending;
  const sent = token === "forged" ? FORGED : publisher === undefined ? undefined : tokenOf(publisher);
  const at = Date.now();
  const started = performance.now();
  try {
    const answered = await target.send(body, sent);
    return { sending, at, milliseconds: performance.now() - started, answered };
  } catch (error) {
    return { sending, at, milliseconds: performance.now() - started, failure: String(error) };
  }
}

async function timed(ask: () => Promise<Answered>): Promise<number> {
  const started = performance.now();
  await ask();
  return performance.now() - started;
}
