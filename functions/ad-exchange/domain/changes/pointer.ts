import type { Fields } from "../../../shared/fields";

/** Where the newest snapshot is, and what is in it. */
export interface Pointer {
  /** Of the object in the bucket. */
  readonly key: string;
  /** Milliseconds since the epoch at which the build began; a later build has a higher one. */
  readonly generation: number;
  /** The same instant: every change from then on may be missing in the snapshot. */
  readonly builtFrom: number;
  /** Milliseconds since the epoch at which it was whole. */
  readonly builtAt: number;
  readonly campaigns: number;
  /** Of the file, hexadecimal. */
  readonly sha256: string;
  /** Size of the file. */
  readonly bytes: number;
}

/** Most bytes of a file that is downloaded: a bid handler has a gigabyte, in which two indexes have to fit at the change. */
const MOST_BYTES = 256 * 1024 * 1024;

/** A row of the table as a pointer; undefined where it is none. */
export function pointerIn(row: Fields): Pointer | undefined {
  const { key, generation, builtFrom, builtAt, campaigns, sha256, bytes } = row;
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const isHash = typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256);
  if (typeof key !== "string" || !isHash || !isCount(bytes) || bytes > MOST_BYTES || !isCount(campaigns))
    return undefined;
  if (!isCount(generation) || !isCount(builtFrom) || !isCount(builtAt)) return undefined;
  return { key, generation, builtFrom, builtAt, campaigns, sha256, bytes };
}
