import { createHash, timingSafeEqual } from "node:crypto";
import { isRecord } from "../../shared/fields";
import { Refusal } from "./refusal";

/** SHA-256 of every write key, with the public name of the source that it stands for: nobody can send with what is kept. */
export type WriteKeys = readonly { readonly source: string; readonly hash: Uint8Array }[];

const HASH = /^[0-9a-f]{64}$/;
const NAME = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * Reads the parameter: `{"web": ["<SHA-256 of the key in hexadecimal>"]}`. A source with two keys is one whose key is being changed.
 * @throws Error that names every mistake, never a hash
 */
export function parseWriteKeys(json: string): WriteKeys {
  const value: unknown = JSON.parse(json);
  if (!isRecord(value)) throw new Error('write keys: give a JSON object, {"<source>": ["<SHA-256>"]}.');
  const problems = Object.entries(value).flatMap(([source, hashes]) => [
    ...(NAME.test(source) ? [] : [`${JSON.stringify(source.slice(0, 80))} is no name of a source`]),
    ...(Array.isArray(hashes) && hashes.every((hash) => typeof hash === "string" && HASH.test(hash))
      ? []
      : [`${source.slice(0, 80)} is no list of SHA-256 hashes in lower-case hexadecimal`]),
  ]);
  if (problems.length > 0) throw new Error(`write keys: ${problems.join("; ")}.`);
  return Object.entries(value as Record<string, string[]>).flatMap(([source, hashes]) =>
    hashes.map((hash) => ({ source, hash: Buffer.from(hash, "hex") })),
  );
}

/** The source of a key. Compares with every hash in constant time, so that how long it takes tells nothing. */
export function sourceOf(key: string, keys: WriteKeys): string | Refusal {
  const hash = createHash("sha256").update(key).digest();
  const matching = keys.filter((each) => timingSafeEqual(each.hash, hash));
  return matching[0]?.source ?? new Refusal("unknown_key", "the write key is not known, or no longer valid");
}

const BASIC = /^basic +([A-Za-z0-9+/_-]+={0,2})$/i;

/**
 * The write key of an `authorization` header: the user name of basic authentication, with an empty password (Segment, "HTTP API source",
 * "Basic authentication"). Undefined where there is no such header, or another scheme: then the body may say it.
 */
export function keyInHeader(authorization: string | undefined): string | Refusal | undefined {
  if (authorization === undefined || !/^basic\b/i.test(authorization)) return undefined;
  const [, encoded] = BASIC.exec(authorization) ?? [];
  const [, key] = /^([^:]+):$/.exec(Buffer.from(encoded ?? "", "base64").toString("utf8")) ?? [];
  return key ?? noKey("basic authentication is the write key as user name and an empty password");
}

export const noKey = (detail: string): Refusal =>
  new Refusal("no_key", detail, { "www-authenticate": 'Basic realm="write key", charset="UTF-8"' });
