import { createHash, randomBytes } from "node:crypto";

/** Keys of one run: what is deployed are their hashes. */
export interface RunKeys {
  readonly writeKey: string;
  /** May read and erase. */
  readonly accessKey: string;
  /** Stack settings that make the keys valid. */
  readonly overrides: Readonly<Record<string, string>>;
}

/** @param origins web origins whose pages may send */
export function newKeys(origins: readonly string[] = []): RunKeys {
  const [writeKey, accessKey] = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
  const overrides = {
    clickstreamWriteKeys: JSON.stringify({ local: [hashOf(writeKey)] }),
    clickstreamAccessKeys: JSON.stringify({ local: { hashes: [hashOf(accessKey)], may: ["read", "erase"] } }),
    clickstreamOrigins: JSON.stringify(origins),
  };
  return { writeKey, accessKey, overrides };
}

const hashOf = (key: string): string => createHash("sha256").update(key).digest("hex");
