import type { Clock } from "../../shared/clock";
import { within } from "../../shared/deadline";
import { type Condition, conditionFrom, OK } from "../domain/health";

/** Milliseconds for which an answer holds: health checks of many balancers must not use up what a service allows of such questions. */
const HOLDS = 10_000;
/** Milliseconds for a question, below what a health check waits. */
const ANSWERS_WITHIN = 2_000;

/**
 * Asks whether something can be used, at most every ten seconds.
 * @param ask resolves with why it cannot, or with nothing when it can
 */
export function checkOf(what: string, ask: () => Promise<string | undefined>, clock: Clock): () => Promise<Condition> {
  let known: Promise<Condition> | undefined;
  let until = 0;
  const check = async (): Promise<Condition> => {
    try {
      const why = await within(ANSWERS_WITHIN, `asking for ${what}`, ask());
      return why === undefined ? OK : { state: "broken", why };
    } catch (error) {
      return conditionFrom(error, `asking for ${what}`);
    }
  };
  return () => {
    if (known !== undefined && clock.now() < until) return known;
    until = clock.now() + HOLDS;
    known = check();
    return known;
  };
}
