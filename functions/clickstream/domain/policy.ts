import { isRecord } from "../../shared/fields";
import type { AddressPolicy } from "./address";
import type { ProcessingPolicy } from "./processed-event";

/** What may be tuned while the system runs, as JSON in a parameter. */
export interface Policy extends ProcessingPolicy {
  /** Days for which a message id is remembered: longer than a client keeps what it could not send. */
  readonly idDays: number;
  /** Seconds for which these settings are kept before they are read again. */
  readonly parameterTtlSeconds: number;
}

interface Range {
  readonly least: number;
  readonly most: number;
}

const NUMBERS: Readonly<Record<keyof Omit<Policy, "address">, Range>> = {
  futureSkewSeconds: { least: 0, most: 3600 },
  freshnessDays: { least: 1, most: 365 },
  typeShards: { least: 1, most: 100 },
  idDays: { least: 1, most: 365 },
  parameterTtlSeconds: { least: 1, most: 3600 },
};

/** Reads the settings. @throws with every mistake at once: which field, what it is, and what to give instead */
export function parsePolicy(text: string): Policy {
  const given: unknown = JSON.parse(text);
  if (!isRecord(given)) throw new Error("policy: give a JSON object.");
  const mistakes: string[] = [];
  const numbers = Object.entries(NUMBERS).map(([field, { least, most }]) => {
    const value = given[field];
    const fits = typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
    if (!fits) mistakes.push(`${field} is ${JSON.stringify(value)}; give a whole number from ${least} to ${most}`);
    return [field, value];
  });
  const address = addressIn(given.address);
  if (address === undefined)
    mistakes.push('address is of another kind; give {"kind":"truncate"}, {"kind":"drop"} or {"kind":"hash","key":"…"}');
  const unknown = Object.keys(given).filter((field) => field !== "address" && !(field in NUMBERS));
  mistakes.push(...unknown.map((field) => `${field} is no setting`));
  if (mistakes.length > 0) throw new Error(`policy: ${mistakes.join("; ")}.`);
  return { ...Object.fromEntries(numbers), address } as unknown as Policy;
}

/** Letters of a key that keeps a hash of few addresses from being tried out. */
const SHORTEST_KEY = 32;

function addressIn(given: unknown): AddressPolicy | undefined {
  if (!isRecord(given)) return undefined;
  if (given.kind === "truncate" || given.kind === "drop") return { kind: given.kind };
  const { kind, key } = given;
  return kind === "hash" && typeof key === "string" && key.length >= SHORTEST_KEY ? { kind, key } : undefined;
}

/** Time to live of a message id that is claimed now, in seconds since the epoch. */
export const idExpiry = ({ idDays }: Policy, nowMilliseconds: number): number =>
  Math.floor(nowMilliseconds / 1000) + idDays * 86_400;
