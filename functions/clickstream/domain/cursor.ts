import { createHash } from "node:crypto";
import { TIME_LETTERS, utcTime } from "./fields";

/** Bytes of a DynamoDB sort key. */
const LONGEST_POSITION = 1024;
const DIGEST = 16;

/** What a cursor belongs to, in short. */
const digestOf = (query: unknown): string =>
  createHash("sha256").update(JSON.stringify(query)).digest("hex").slice(0, DIGEST);

/** A cursor: the position of the last item that was given out, and for which query. Opaque to clients, and no secret. */
export const cursorAt = (query: unknown, position: string): string =>
  Buffer.from(digestOf(query) + position).toString("base64url");

/** The position that a cursor of the query stands for. `foreign`: it is that of another query. `unreadable`: it is none. */
export function positionIn(cursor: string, query: unknown): { readonly position: string } | "foreign" | "unreadable" {
  const bytes = Buffer.from(cursor, "base64url");
  const text = bytes.toString("utf8");
  const isWhole = bytes.toString("base64url") === cursor && Buffer.from(text).equals(bytes);
  const [digest, position] = [text.slice(0, DIGEST), text.slice(DIGEST)];
  const time = position.slice(0, TIME_LETTERS);
  const isPosition = utcTime(time) === time && Buffer.byteLength(position) <= LONGEST_POSITION;
  if (!isWhole || !isPosition) return "unreadable";
  return digest === digestOf(query) ? { position } : "foreign";
}
