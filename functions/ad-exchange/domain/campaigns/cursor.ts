import { createHash } from "node:crypto";
import { ID } from "./rules";

const DIGEST = 16;

const digestOf = (query: readonly unknown[]): string =>
  createHash("sha256").update(JSON.stringify(query)).digest("hex").slice(0, DIGEST);

/** Where a listing goes on: behind this id, of the same query. Opaque to clients and no secret; whose campaigns are listed is not in it. */
export const cursorBehind = (id: string, query: readonly unknown[]): string =>
  Buffer.from(digestOf(query) + id).toString("base64url");

/** The id that a cursor of the query stands for; undefined where it is no such cursor. */
export function idIn(cursor: string, query: readonly unknown[]): string | undefined {
  const id = Buffer.from(cursor, "base64url").toString("latin1").slice(DIGEST);
  return ID.test(id) && cursorBehind(id, query) === cursor ? id : undefined;
}
