import { isRecord } from "../../../shared/fields";

/** A key that signs notice URLs. */
export interface StoredSigningKey {
  /** Stands in the URLs that it signs. */
  readonly id: string;
  /** 32 bytes in base64. */
  readonly secret: string;
  /** ISO 8601 instant. */
  readonly createdAt: string;
}

/** What the secret holds: the first key signs, all of them verify. */
export interface SigningKeys {
  readonly keys: readonly StoredSigningKey[];
}

/** Days that a key verifies after another has taken its place: longer than any notice of a bid is honoured. */
export const KEPT_DAYS = 7;
/** Keys that verify beside the one that signs. */
export const MOST_KEPT = 3;

export const KEY_BYTES = 32;

const DAY = 86_400_000;
const ID = /^[A-Za-z0-9_-]{1,32}$/;

/** @throws Error that says what is wrong, never a key */
export function parseSigningKeys(json: string): SigningKeys {
  const value = parsed(json);
  const keys = isRecord(value) ? value.keys : undefined;
  if (!Array.isArray(keys)) throw new Error('signing keys: give a JSON object, {"keys": […]}.');
  const wrong = keys.findIndex((key) => !isSigningKey(key));
  if (wrong >= 0) throw new Error(`signing keys: number ${wrong + 1} has not an id, a secret of 32 bytes and a date.`);
  if (new Set(keys.map(({ id }) => id)).size < keys.length) throw new Error("signing keys: two have the same id.");
  return { keys };
}

/** What JSON.parse says of a text that is none quotes from it, and it goes to a log. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const isSigningKey = (value: unknown): value is StoredSigningKey =>
  isRecord(value) &&
  typeof value.id === "string" &&
  ID.test(value.id) &&
  typeof value.secret === "string" &&
  Buffer.from(value.secret, "base64").length === KEY_BYTES &&
  typeof value.createdAt === "string" &&
  !Number.isNaN(Date.parse(value.createdAt));

/**
 * The keys once `fresh` signs: those before it verify on for their days, which began when their successor was made.
 * @param now milliseconds since the epoch
 */
export function rotated({ keys }: SigningKeys, fresh: StoredSigningKey, now: number): SigningKeys {
  const successors = [fresh, ...keys];
  const kept = keys.filter((_, index) => now - Date.parse(successors[index]!.createdAt) < KEPT_DAYS * DAY);
  return { keys: [fresh, ...kept.slice(0, MOST_KEPT)] };
}

/** What keeps `next` from taking the place of `current`; undefined when nothing does. */
export function rotationProblem(current: SigningKeys, next: SigningKeys): string | undefined {
  const [fresh, last] = next.keys;
  if (!fresh) return "it has no key";
  if (current.keys.some(({ id, secret }) => id === fresh.id || secret === fresh.secret))
    return "its first key is not new";
  const [signing] = current.keys;
  if (signing && (last?.id !== signing.id || last.secret !== signing.secret))
    return "the key that signs now would no longer verify";
  return undefined;
}
