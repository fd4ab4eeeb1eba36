import { setTimeout as pause } from "node:timers/promises";
import { beaconRequest, hasWon } from "./beacon";
import type { Target } from "./target";

export interface WatchOptions {
  readonly target: Target;
  readonly publisher: string;
  readonly token: string;
  /** Requests at once: as many as there may be environments, each of which has an index of its own. */
  readonly abreast: number;
  readonly signal?: AbortSignal;
  /** For tests. */
  readonly now?: () => number;
  readonly everyMilliseconds?: number;
}

/** Rounds in a row after which every environment is believed to have answered. */
const ROUNDS = 4;
const EVERY = 100;

/** Of one round: whether the beacon won in all, some or none of its answers. */
type Round = "all" | "some" | "none";

/** Asks for the beacon until it wins wherever it is asked for. @returns seconds; undefined where it never did in time */
export async function untilItWins(options: WatchOptions, mostSeconds: number): Promise<number | undefined> {
  const { now = performance.now.bind(performance) } = options;
  const began = now();
  for (let rounds = 0; now() - began <= mostSeconds * 1_000 && !options.signal?.aborted; ) {
    rounds = (await ask(options)) === "all" ? rounds + 1 : 0;
    if (rounds === ROUNDS) return (now() - began) / 1_000;
    await pause(options.everyMilliseconds ?? EVERY);
  }
  return undefined;
}

/** What became of a campaign after it was paused. */
export interface Ceased {
  /** Until its last bid was asked for; 0 where there was none. */
  readonly seconds: number;
  readonly probes: number;
  /** It still won when it was last looked. */
  readonly stillWins: boolean;
}

/** Asks for the beacon until it wins nowhere any more, or for so long. */
export async function untilItCeases(options: WatchOptions, mostSeconds: number): Promise<Ceased> {
  const { now = performance.now.bind(performance) } = options;
  const began = now();
  let last = began;
  let probes = 0;
  for (let quiet = 0; quiet < 3 * ROUNDS; ) {
    if (now() - began > mostSeconds * 1_000 || options.signal?.aborted)
      return { seconds: (last - began) / 1_000, probes, stillWins: true };
    const at = now();
    const round = await ask(options);
    probes += options.abreast;
    if (round !== "none") last = at;
    quiet = round === "none" ? quiet + 1 : 0;
    await pause(options.everyMilliseconds ?? EVERY);
  }
  return { seconds: (last - began) / 1_000, probes, stillWins: false };
}

let asked = 0;
async function ask({ target, publisher, token, abreast }: WatchOptions): Promise<Round> {
  const answers = await Promise.all(
    Array.from({ length: abreast }, () => target.send(beaconRequest(`beacon-${++asked}`, publisher), token)),
  );
  const won = answers.filter(hasWon).length;
  return won === abreast ? "all" : won === 0 ? "none" : "some";
}
