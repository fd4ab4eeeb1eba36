import type { Session } from "../domain/sessions";
import type { Span } from "../domain/spans";
import type { StoredEvent } from "../domain/told-event";
import type { Archive } from "../reader/listings";
import { linksOf } from "./links";
import { firstOf, pageFor, queryOf, type Row, rowsOf, type Sender, sinceErased, stateOf } from "./queries";
import { BY_TYPE, type EventTables } from "./tables";

/** What processing stored, in order. Of an erased visitor only what came since, even while the rest is being deleted. */
export class DynamoArchive implements Archive {
  constructor(
    private readonly client: Sender,
    private readonly tables: Omit<EventTables, "ids">,
  ) {}

  async *events(visitor: string, span: Span, pageSize: number): AsyncGenerator<StoredEvent, void> {
    yield* this.ofVisitor(this.tables.events, visitor, "at", span, pageSize) as AsyncIterable<never>;
  }

  async *sessions(visitor: string, span: Span, pageSize: number): AsyncGenerator<Session, void> {
    const rows = this.ofVisitor(this.tables.sessions, visitor, "startedAt", span, pageSize);
    for await (const { session } of rows) yield session as unknown as Session;
  }

  /** As the index has them, erased or not: what is erased leaves it as it is deleted. */
  async *eventsOfType(typeShard: string, { low, high, order }: Span, pageSize: number) {
    const query = queryOf(
      { table: this.tables.events, index: BY_TYPE, key: { typeShard } },
      { sort: ["at", low, high] },
    );
    const settings = { ScanIndexForward: order === "asc", Limit: pageSize };
    yield* rowsOf(this.client, { ...query, ...settings }) as AsyncIterable<never>;
  }

  async anonymousIds(userId: string, most: number): Promise<readonly string[]> {
    const links = await firstOf(linksOf(this.client, this.tables.links, userId), most);
    return links.map(({ anonymousId }) => anonymousId);
  }

  private async *ofVisitor(
    table: string,
    visitor: string,
    key: string,
    { low, high, order }: Span,
    pageSize: number,
  ): AsyncGenerator<Row, void> {
    const { erasedAt } = await stateOf(this.client, this.tables.sessions, visitor);
    const query = queryOf({ table, key: { visitor } }, { sort: [key, low, high], filter: sinceErased(erasedAt) });
    yield* rowsOf(this.client, {
      ...query,
      ...{ ScanIndexForward: order === "asc", Limit: pageFor(pageSize, erasedAt) },
    });
  }
}
