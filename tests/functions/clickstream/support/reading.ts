import { parseAccessKeys } from "../../../../functions/clickstream/domain/access-keys";
import { type Condition, OK } from "../../../../functions/clickstream/domain/health";
import type { Incoming } from "../../../../functions/clickstream/domain/request";
import { processRecord } from "../../../../functions/clickstream/processing/processing";
import { type ReaderSettings, type ReaderWorld, serve } from "../../../../functions/clickstream/reader/reader";
import { FakeLog, FakeMetrics, ManualClock } from "../../handlers/support/fakes";
import { sha256 } from "./collecting";
import { MemoryTables, POLICY, recordOf } from "./memory-world";

export const READ_KEY = "key-of-analytics";
export const ERASE_KEY = "key-of-support";
export const bearer = (key: string) => `Bearer ${key}`;

export interface Asked {
  readonly method?: string;
  /** With the query, as a client would write it. */
  readonly path: string;
  /** Over the defaults: a key that may read and erase; undefined takes it away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** A request as the load balancer hands it over: nothing in path and query is decoded. */
export function asked({ method = "GET", path, headers = {} }: Asked): Incoming {
  const [before = "", ...rest] = path.split("?");
  const query = new Map<string, string[]>();
  for (const pair of rest.join("?").split("&").filter(Boolean)) {
    const [name = "", ...value] = pair.split("=");
    query.set(name, [...(query.get(name) ?? []), value.join("=")]);
  }
  const all = { authorization: bearer(ERASE_KEY), ...headers };
  return {
    ...{
      httpMethod: method,
      path: before,
      multiValueQueryStringParameters: Object.fromEntries(query),
      body: "",
      isBase64Encoded: false,
    },
    multiValueHeaders: Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, [value]]])),
    ),
  };
}

/** A reader with everything around it faked. */
export class Reading {
  readonly clock = new ManualClock();
  readonly log = new FakeLog();
  readonly metrics = new FakeMetrics();
  condition: Condition = OK;
  settings: () => Promise<{ value: ReaderSettings; stale?: Error }>;

  constructor(readonly tables = new MemoryTables()) {
    const clients = parseAccessKeys(
      JSON.stringify({
        analytics: { hashes: [sha256(READ_KEY)], may: ["read"] },
        support: { hashes: [sha256("an-older-key"), sha256(ERASE_KEY)], may: ["read", "erase"] },
      }),
    );
    const graves = tables.graves(() => this.clock.now());
    this.settings = async () => ({ value: { clients, policy: POLICY, graves } });
  }

  get world(): ReaderWorld {
    const { clock, log, metrics, tables } = this;
    const asked = { settings: () => this.settings(), tables: async () => this.condition };
    return { clock, log, metrics, archive: tables.archive(), ...asked };
  }

  /** Processes messages, received at the clock's time. */
  async take(...messages: readonly object[]): Promise<void> {
    const receivedAt = new Date(this.clock.now()).toISOString();
    for (const message of messages) await processRecord(recordOf(message, { receivedAt }), this.tables.world());
  }

  /** The answer, with its body as JSON. */
  async answer(request: Asked, remaining = 30_000) {
    const context = { awsRequestId: "r-1", getRemainingTimeInMillis: () => remaining };
    const { status, headers, body } = await serve(asked(request), context, this.world);
    return { status, headers, body: JSON.parse(body) };
  }
}
