import { valuesOf } from "../load-balancer/model";
import type { Call } from "./call";
import { type ApiKey, type Limit, Refusal, type Route, type UsagePlan } from "./model";

interface Bucket {
  tokens: number;
  at: number;
}

interface Count {
  window: number;
  used: number;
}

const DAYS = { DAY: 1, WEEK: 7, MONTH: 30 } as const;
const DAY_SECONDS = 86_400;

/** What callers have used: buckets of tokens in real time, and quotas in AWS's time, which may run faster. */
export class Usage {
  readonly #buckets = new Map<string, Bucket>();
  readonly #counts = new Map<string, Count>();

  /**
   * @param now epoch milliseconds
   * @param timeScale real seconds per AWS second, of quotas
   */
  constructor(
    private readonly now: () => number,
    private readonly timeScale: number,
  ) {}

  /** Takes a token ("Throttle requests to your REST APIs", Developer Guide: "a token counts for a request"). */
  takes(name: string, { rate, burst }: Limit): boolean {
    const now = this.now();
    const bucket = this.#buckets.get(name) ?? { tokens: burst, at: now };
    this.#buckets.set(name, bucket);
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * rate);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  /** Counts a request within the period that is on; a month is thirty days here. */
  counts(name: string, { limit, period }: NonNullable<UsagePlan["quota"]>): boolean {
    const milliseconds = DAYS[period] * DAY_SECONDS * 1000 * this.timeScale;
    const window = Math.floor(this.now() / milliseconds);
    const before = this.#counts.get(name);
    const count = before?.window === window ? before : { window, used: 0 };
    this.#counts.set(name, count);
    if (count.used >= limit) return false;
    count.used += 1;
    return true;
  }
}

/**
 * Whether a request may go on: its key, the key's limits and quota, and the method's limit, in the documented order ("How throttling
 * limit settings are applied": per client first, then per method). AWS does not say whether a plan's limit also holds for a method
 * that has one in the plan; here the method's takes its place. Undefined: it may.
 */
export function admit(call: Call, route: Route, usage: Usage): Refusal | undefined {
  if (route.keyRequired) {
    const refusal = admitKey(call, route, usage);
    if (refusal) return refusal;
  }
  const { limit, method, path } = route;
  if (limit && !usage.takes(JSON.stringify([call.stage.name, method, path]), limit)) return throttled;
  return undefined;
}

const throttled = new Refusal("THROTTLED", "Too Many Requests");

function admitKey(call: Call, { method, path }: Route, usage: Usage): Refusal | undefined {
  const found = keyOf(call);
  if (found === undefined) return new Refusal("INVALID_API_KEY", "Forbidden");
  const { key, plan } = found;
  call.key = key;
  const own = plan.methodLimits[`${path}/${method}`];
  const limit = own ?? plan.limit;
  const bucket = [plan.id, key.id, ...(own ? [path, method] : [])];
  if (limit && !usage.takes(JSON.stringify(bucket), limit)) return throttled;
  if (plan.quota && !usage.counts(JSON.stringify([plan.id, key.id]), plan.quota))
    return new Refusal("QUOTA_EXCEEDED", "Limit Exceeded");
  return undefined;
}

/** The key that a request names, and the plan of the stage that has it. */
function keyOf({ stage, asked, authorized }: Call): { key: ApiKey; plan: UsagePlan } | undefined {
  const { keySource } = stage.api;
  const value = keySource === "AUTHORIZER" ? authorized?.usageKey : valuesOf(asked.headers, "x-api-key")[0];
  for (const plan of stage.plans)
    for (const key of plan.keys) if (key.enabled && key.value === value) return { key, plan };
  return undefined;
}
