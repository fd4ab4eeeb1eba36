import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  type InputLogEvent,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { ExecutionRoles } from "./execution-role";
import type { LambdaFunction } from "./lambda-function";

/** Receives the lines that one worker prints. */
export interface LogSink {
  line(text: string): void;
  flush(): Promise<void>;
}

/** PutLogEvents: at most 10,000 events and 1,048,576 bytes, counting 26 bytes more for each event. */
const MOST_EVENTS = 10_000;
const MOST_BYTES = 1_048_576;
const BYTES_PER_EVENT = 26;
const MOST_BYTES_OF_A_LINE = 256 * 1024 - BYTES_PER_EVENT;

/** Splits log events into batches that PutLogEvents takes, in order. */
export function logBatches(events: readonly InputLogEvent[]): InputLogEvent[][] {
  const batches: InputLogEvent[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const event of events) {
    const size = Buffer.byteLength(event.message ?? "") + BYTES_PER_EVENT;
    const batch = batches.at(-1);
    if (batch === undefined || batch.length >= MOST_EVENTS || bytes + size > MOST_BYTES) {
      batches.push([event]);
      bytes = size;
    } else {
      batch.push(event);
      bytes += size;
    }
  }
  return batches;
}

/**
 * One log stream: gathers lines and puts them to CloudWatch Logs with the execution role's credentials, as Lambda does,
 * so that a role without `logs:CreateLogStream` or `logs:PutLogEvents` has no logs here either. A failure is told to
 * `onFailure` and its lines are gone, as on AWS.
 */
export class LogShipper implements LogSink {
  #lines: InputLogEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  #created = false;

  constructor(
    private readonly client: CloudWatchLogsClient,
    private readonly logGroupName: string,
    private readonly logStreamName: string,
    private readonly flushMilliseconds: number,
    private readonly onFailure: (error: Error) => void,
  ) {}

  line(text: string): void {
    if (text === "") return; // PutLogEvents refuses an empty message
    const cut = text.length > MOST_BYTES_OF_A_LINE ? text.slice(0, MOST_BYTES_OF_A_LINE) : text;
    this.#lines.push({ timestamp: Date.now(), message: cut });
    this.#timer ??= setTimeout(() => void this.flush(), this.flushMilliseconds);
  }

  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    this.#lines = [];
    if (lines.length > 0) this.#sending = this.#sending.then(() => this.#put(lines)).catch(this.onFailure);
    return this.#sending;
  }

  async #put(lines: InputLogEvent[]): Promise<void> {
    const { logGroupName, logStreamName } = this;
    if (!this.#created) await this.client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    this.#created = true;
    for (const logEvents of logBatches(lines)) {
      await this.client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
    }
  }
}

/** One CloudWatch Logs client per function, holding its execution role. */
export class LogClients {
  readonly #clients = new Map<string, CloudWatchLogsClient>();

  constructor(
    private readonly cloud: { readonly endpoint: string; readonly region: string },
    private readonly roles: ExecutionRoles,
  ) {}

  of(fn: LambdaFunction): CloudWatchLogsClient {
    const known = this.#clients.get(fn.arn);
    if (known !== undefined) return known;
    const credentials = () => this.roles.credentialsOf(fn);
    const client = new CloudWatchLogsClient({ endpoint: this.cloud.endpoint, region: this.cloud.region, credentials });
    this.#clients.set(fn.arn, client);
    return client;
  }

  close(): void {
    for (const client of this.#clients.values()) client.destroy();
  }
}
