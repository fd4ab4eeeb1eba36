import { isRecord } from "../../shared/fields";
import { basicKey, holderOf, isHashes, isName } from "./keys";
import { Refusal } from "./refusal";

/** SHA-256 of every write key, with the public name of the source that it stands for: nobody can send with what is kept. */
export type WriteKeys = readonly { readonly source: string; readonly hash: Uint8Array }[];

/**
 * Reads the parameter: `{"web": ["<SHA-256 of the key in hexadecimal>"]}`. A source with two keys is one whose key is being changed.
 * @throws Error that names every mistake, never a hash
 */
export function parseWriteKeys(json: string): WriteKeys {
  const value: unknown = JSON.parse(json);
  if (!isRecord(value)) throw new Error('write keys: give a JSON object, {"<source>": ["<SHA-256>"]}.');
  const problems = Object.entries(value).flatMap(([source, hashes]) => [
    ...(isName(source) ? [] : [`${JSON.stringify(source.slice(0, 80))} is no name of a source`]),
    ...(isHashes(hashes) ? [] : [`${source.slice(0, 80)} is no list of SHA-256 hashes in lower-case hexadecimal`]),
  ]);
  if (problems.length > 0) throw new Error(`write keys: ${problems.join("; ")}.`);
  return Object.entries(value as Record<string, string[]>).flatMap(([source, hashes]) =>
    hashes.map((hash) => ({ source, hash: Buffer.from(hash, "hex") })),
  );
}

/** The source of a key. */
export const sourceOf = (key: string, keys: WriteKeys): string | Refusal =>
  holderOf(key, keys)?.source ?? new Refusal("unknown_key", "the write key is not known, or no longer valid");

/**
 * The write key of an `authorization` header: the user name of basic authentication, with an empty password (Segment, "HTTP API source",
 * "Basic authentication"). Undefined where there is no such header, or another scheme: then the body may say it.
 */
export function keyInHeader(authorization: string | undefined): string | Refusal | undefined {
  if (authorization === undefined || !/^basic\b/i.test(authorization)) return undefined;
  return basicKey(authorization) ?? noKey("basic authentication is the write key as user name and an empty password");
}

export const noKey = (detail: string): Refusal =>
  new Refusal("no_key", detail, { "www-authenticate": 'Basic realm="write key", charset="UTF-8"' });
