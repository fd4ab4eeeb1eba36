import type { Answer } from "../load-balancer/model";
import { valuesOf } from "../load-balancer/model";
import { type Call, parameterOf } from "./call";
import type { ExpiringMap } from "./expiring-map";
import { Refusal, type Route } from "./model";

/** "The maximum size of a response that can be cached is 1048576 bytes." */
const LARGEST = 1_048_576;
const WARNING = "199 Cache-control headers were ignored because the caller was unauthorized.";

/**
 * Answers from the stage's cache, or keeps what the integration answers ("Cache settings for REST APIs", Developer Guide): whatever
 * its status is, for AWS names no status that is not kept. A request with `Cache-Control: max-age=0` replaces the entry, if its
 * sender may.
 * @param ask asks the integration
 */
export async function cached(
  call: Call,
  route: Route,
  kept: ExpiringMap<Answer>,
  ask: () => Promise<Answer | Refusal>,
  onHit: () => void,
): Promise<Answer | Refusal> {
  const { cache } = route;
  if (cache === undefined) return ask();
  const key = JSON.stringify([route.method, route.path, ...cache.keys.map((name) => parameterOf(call, name) ?? null)]);
  const wants = wantsNew(call);
  if (wants && cache.isGuarded && cache.otherwise === "FAIL_WITH_403")
    return new Refusal("ACCESS_DENIED", "User is not authorized to access this resource");
  const isNew = wants && !cache.isGuarded;
  const known = isNew ? undefined : kept.get(key);
  if (known) onHit();
  const answer = known ?? (await ask());
  if (answer instanceof Refusal) return answer;
  if (!known && Buffer.byteLength(answer.body) <= LARGEST) kept.set(key, answer, cache.ttlSeconds);
  const isWarned = wants && cache.isGuarded && cache.otherwise === "SUCCEED_WITH_RESPONSE_HEADER";
  return isWarned ? { ...answer, headers: [...answer.headers, ["Warning", WARNING]] } : answer;
}

const wantsNew = ({ asked }: Call): boolean =>
  valuesOf(asked.headers, "cache-control").some((value) => /(^|,)\s*max-age=0\s*(,|$)/i.test(value));
