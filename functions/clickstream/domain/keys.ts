import { createHash, timingSafeEqual } from "node:crypto";

const HASH = /^[0-9a-f]{64}$/;
const NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** Names that are told in logs and stored beside events. */
export const isName = (text: string): boolean => NAME.test(text);

/** SHA-256 of keys in lower-case hexadecimal. */
export const isHashes = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((hash) => typeof hash === "string" && HASH.test(hash));

/** Who holds a key, of which the hash alone is kept. Compares with every hash in constant time: how long it takes tells nothing. */
export function holderOf<T extends { readonly hash: Uint8Array }>(key: string, holders: readonly T[]): T | undefined {
  const hash = createHash("sha256").update(key).digest();
  return holders.filter((each) => timingSafeEqual(each.hash, hash))[0];
}

const BASIC = /^basic +([A-Za-z0-9+/_-]+={0,2})$/i;

/** The key in basic authentication: the user name, with an empty password. Undefined where it is not that. */
export function basicKey(authorization: string): string | undefined {
  const [, encoded] = BASIC.exec(authorization) ?? [];
  return /^([^:]+):$/.exec(Buffer.from(encoded ?? "", "base64").toString("utf8"))?.[1];
}
