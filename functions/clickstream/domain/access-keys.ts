import { isRecord } from "../../shared/fields";
import { basicKey, holderOf, isHashes, isName } from "./keys";
import { Refusal } from "./refusal";

export const RIGHTS = ["read", "erase"] as const;
export type Right = (typeof RIGHTS)[number];

/** Who may ask for what is stored: SHA-256 of each key, and what it opens. Not the write keys, which stand in web pages. */
export interface Client {
  readonly client: string;
  readonly hash: Uint8Array;
  readonly may: readonly Right[];
}

const isRights = (value: unknown): value is readonly Right[] =>
  Array.isArray(value) && value.length > 0 && value.every((each) => RIGHTS.some((right) => right === each));

/**
 * Reads the parameter: `{"support": {"hashes": ["<SHA-256 of the key in hexadecimal>"], "may": ["read", "erase"]}}`.
 * @throws Error that names every mistake, never a hash
 */
export function parseAccessKeys(json: string): readonly Client[] {
  const value: unknown = JSON.parse(json);
  if (!isRecord(value)) throw new Error('access keys: give a JSON object, {"<client>": {"hashes": […], "may": […]}}.');
  const problems: string[] = [];
  const clients = Object.entries(value).flatMap(([client, given]) => {
    const { hashes, may, ...rest } = isRecord(given) ? given : {};
    const name = client.slice(0, 80);
    if (!isName(client)) problems.push(`${JSON.stringify(name)} is no name of a client`);
    if (!isHashes(hashes)) problems.push(`hashes of ${name} is no list of SHA-256 hashes in lower-case hexadecimal`);
    if (!isRights(may)) problems.push(`may of ${name} is no list of rights; give some of ${RIGHTS.join(", ")}`);
    problems.push(...Object.keys(rest).map((field) => `${name} has ${field.slice(0, 80)}, which is no setting`));
    return isHashes(hashes) && isRights(may)
      ? hashes.map((hash) => ({ client, hash: Buffer.from(hash, "hex"), may }))
      : [];
  });
  if (problems.length > 0) throw new Error(`access keys: ${problems.join("; ")}.`);
  return clients;
}

const BEARER = /^bearer +([\w.~+/=-]+)$/i;

/** Who asks, by basic authentication (the key as user name, an empty password) or as bearer (RFC 6750, section 2.1). */
export function clientOf(authorization: string | undefined, clients: readonly Client[]): Client | Refusal {
  const key = authorization && (BEARER.exec(authorization)?.[1] ?? basicKey(authorization));
  if (!key)
    return new Refusal("no_key", "give the access key: as bearer, or as user name with an empty password", {
      "www-authenticate": 'Bearer realm="access key", Basic realm="access key", charset="UTF-8"',
    });
  return holderOf(key, clients) ?? new Refusal("unknown_key", "the access key is not known, or no longer valid");
}

/** Undefined when the client may. */
export const notPermitted = ({ may, client }: Client, right: Right): Refusal | undefined =>
  may.includes(right)
    ? undefined
    : new Refusal("not_permitted", `the key of ${client} may ${may.join(", ")}, not ${right}`);
