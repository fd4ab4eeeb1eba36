import type { DaxDocument } from "@amazon-dax-sdk/lib-dax";
import { within } from "../../shared/deadline";
import { type Key, type Page, type PageOf, queryOf, type Reads, type Row } from "./reads";

/** The operations of the DAX client that are used. */
export interface DaxClient {
  get(input: { TableName: string; Key: Key; ConsistentRead?: boolean }): Promise<{ Item?: unknown }>;
  query(input: object): Promise<{ Items?: readonly unknown[]; LastEvaluatedKey?: unknown }>;
}

/**
 * Milliseconds for a read, connecting included. The client's own limits do not hold where no node answers: it was seen to wait 21 s
 * before it said that there is no route.
 */
const READ_TIMEOUT = 2_000;

/** Reads through a DAX cluster. The client is made at the first read, and made anew after one that could not be made. */
export class DaxReads implements Reads {
  private client: Promise<DaxClient> | undefined;

  constructor(
    private readonly connect: () => Promise<DaxClient>,
    private readonly milliseconds = READ_TIMEOUT,
  ) {}

  async one(TableName: string, key: Key, consistent = false): Promise<Row | undefined> {
    const input = { TableName, Key: key, ConsistentRead: consistent };
    const { Item } = await this.asked((client) => client.get(input));
    return Item as Row | undefined;
  }

  async page(of: PageOf): Promise<Page> {
    const { values, ...query } = queryOf(of);
    const start = of.after ? { ExclusiveStartKey: of.after } : {};
    const input = { ...query, ExpressionAttributeValues: values, ...start };
    const { Items = [], LastEvaluatedKey } = await this.asked((client) => client.query(input));
    const rows = Items as readonly Row[];
    return LastEvaluatedKey ? { rows, next: LastEvaluatedKey as Key } : { rows };
  }

  private asked<T>(ask: (client: DaxClient) => Promise<T>): Promise<T> {
    return within(this.milliseconds, "a read through DAX", this.connected().then(ask));
  }

  private connected(): Promise<DaxClient> {
    this.client ??= this.connect().catch((error: unknown) => {
      this.client = undefined;
      throw error;
    });
    return this.client;
  }
}

/** Milliseconds; the client's own defaults are a minute, and ten seconds to connect. */
const REQUEST_TIMEOUT = 1_000;
const CONNECT_TIMEOUT = 1_000;

/**
 * Connects to a cluster by its discovery endpoint ("daxs://…"). Imported when it is called: a function without a cluster does not load
 * the client and its parser of expressions.
 */
export async function connectDax(endpoint: string): Promise<DaxClient> {
  const { DaxDocument: Client } = await import("@amazon-dax-sdk/lib-dax");
  const { defaultProvider } = await import("../../shared/lambda-credentials");
  const config = { endpoint, requestTimeout: REQUEST_TIMEOUT, connectTimeout: CONNECT_TIMEOUT };
  const client: DaxDocument = new Client({
    ...config,
    maxRetries: 1,
    maxRetryDelay: 500,
    credentials: defaultProvider(),
  });
  return client as unknown as DaxClient;
}
