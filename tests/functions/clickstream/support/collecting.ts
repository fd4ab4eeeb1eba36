import { createHash } from "node:crypto";
import { gunzip } from "../../../../functions/clickstream/adapters/gunzip";
import type { Intake, IntakeRecord, NotStored } from "../../../../functions/clickstream/adapters/kinesis-intake";
import { type CollectorWorld, collect, type Settings } from "../../../../functions/clickstream/collector/collector";
import type { Envelope } from "../../../../functions/clickstream/domain/envelope";
import { type Condition, OK } from "../../../../functions/clickstream/domain/health";
import { parseOrigins } from "../../../../functions/clickstream/domain/origins";
import { KeyRates } from "../../../../functions/clickstream/domain/partitioning";
import type { Incoming } from "../../../../functions/clickstream/domain/request";
import { parseWriteKeys } from "../../../../functions/clickstream/domain/write-keys";
import { FakeLog, FakeMetrics, ManualClock } from "../../handlers/support/fakes";

export const KEY = "key-of-the-web-site";
export const ORIGIN = "https://www.example.com";
export const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
export const basic = (key: string, password = "") => `Basic ${Buffer.from(`${key}:${password}`).toString("base64")}`;

export const TRACK = { type: "track", messageId: "m-1", userId: "u-1", event: "Order Completed" };
export const CONTEXT = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 15_000 };

export interface Sent {
  readonly method?: string;
  readonly path?: string;
  /** Over the defaults: the write key and JSON; undefined takes one away. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Text and bytes go as they are, everything else as JSON. */
  readonly body?: unknown;
}

/** A request as the load balancer hands it over. */
export function incoming({ method = "POST", path = "/v1/batch", headers = {}, body }: Sent): Incoming {
  const all = { authorization: basic(KEY), "content-type": "application/json", ...headers };
  const isBytes = body instanceof Uint8Array;
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  return {
    httpMethod: method,
    path,
    multiValueHeaders: Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, [value].flat()]])),
    ),
    body: isBytes ? Buffer.from(body).toString("base64") : text,
    isBase64Encoded: isBytes,
  };
}

/** Keeps what it is given, but for what it is told to lose. */
export class FakeIntake implements Intake {
  readonly stored: IntakeRecord[] = [];
  loses: (envelope: Envelope) => boolean = () => false;

  async put<R extends IntakeRecord>(records: readonly R[]): Promise<readonly NotStored<R>[]> {
    const isLost = (record: R) => this.loses(envelopeOf(record));
    this.stored.push(...records.filter((record) => !isLost(record)));
    return records.filter(isLost).map((record) => ({ record, code: "ProvisionedThroughputExceededException" }));
  }

  get envelopes(): Envelope[] {
    return this.stored.map(envelopeOf);
  }
}

export const envelopeOf = ({ data }: { readonly data: Uint8Array }): Envelope =>
  JSON.parse(Buffer.from(data).toString("utf8"));

/** A collector with everything around it faked. */
export class Collecting {
  readonly intake = new FakeIntake();
  readonly clock = new ManualClock();
  readonly log = new FakeLog();
  readonly metrics = new FakeMetrics();
  stream: Condition = OK;
  settings: () => Promise<{ value: Settings; stale?: Error }>;

  constructor(origins: readonly string[] = [ORIGIN]) {
    const keys = parseWriteKeys(JSON.stringify({ web: [sha256("an-older-key"), sha256(KEY)], ios: [sha256("ios")] }));
    this.settings = async () => ({ value: { keys, origins: parseOrigins(JSON.stringify(origins)) } });
  }

  get world(): CollectorWorld {
    const { intake, clock, log, metrics } = this;
    const asked = { settings: () => this.settings(), stream: async () => this.stream };
    return { intake, clock, log, metrics, gunzip, rates: new KeyRates(), ...asked };
  }

  /** The answer, with its body as JSON. */
  async answer(sent: Sent | Incoming) {
    const event = "httpMethod" in sent ? sent : incoming(sent);
    const { status, headers, body } = await collect(event, CONTEXT, this.world);
    return { status, headers, body: body === "" ? undefined : JSON.parse(body) };
  }
}
