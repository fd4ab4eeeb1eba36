import type { KnownLink } from "../reader/erasure";
import { groupsOf, queryOf, type Row, rowAt, rowsOf, type Sender } from "./queries";
import { BY_USER } from "./tables";

/** Links that are read at a time, each by a request of its own. */
const AT_A_TIME = 25;

/** The links of a user: by the index, and then by the table itself, for the index may still show what is no longer so. */
export async function* linksOf(client: Sender, table: string, userId: string): AsyncGenerator<KnownLink, void> {
  const query = queryOf({ table, index: BY_USER, key: { userId } });
  for await (const group of groupsOf(rowsOf(client, { ...query, Limit: AT_A_TIME }), AT_A_TIME)) {
    const links = await Promise.all(group.map(({ anonymousId }: Row) => linkAt(client, table, String(anonymousId))));
    for (const link of links) if (link?.userId === userId) yield link;
  }
}

/** The link of an anonymous id. */
export async function linkAt(client: Sender, table: string, anonymousId: string): Promise<KnownLink | undefined> {
  const row = await rowAt(client, table, { anonymousId });
  return row && { anonymousId, userId: String(row.userId) };
}
