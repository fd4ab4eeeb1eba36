import { join } from "node:path";
import { openPorts } from "../adapters/open-ports";
import { testSeats } from "../adapters/test-seat";
import { noticeAddresses } from "../domain/auction/notice-addresses";
import { REFRESH_WORKER } from "../refresh/entry";
import { Refresher } from "../refresh/refresher";
import type { BidHandlerEnv } from "./env";
import { Exchange } from "./exchange";
import { type BidEvent, type BidResult, handle } from "./handler";
import { Meter } from "./meter";
import { Readiness } from "./readiness";
import { refreshing } from "./refreshing";

/** Milliseconds; an environment has 10 s to get ready. */
const WARM_WITHIN = 8_000;

const env = process.env as BidHandlerEnv & NodeJS.ProcessEnv;
const now = (): number => Date.now();
const write = (line: string): void => void process.stdout.write(`${line}\n`);
const failed = (message: string, fields: Readonly<Record<string, unknown>>): void =>
  write(JSON.stringify({ level: "ERROR", service: "ad-exchange", timestamp: new Date(), message, ...fields }));

const ready = new Readiness();
const refresher = new Refresher({
  file: join(__dirname, REFRESH_WORKER.file),
  snapshotsBucket: env.SNAPSHOTS_BUCKET,
  changesTable: env.CHANGES_TABLE,
  daxEndpoint: env.DAX_ENDPOINT,
  signingKeysSecret: env.SIGNING_KEYS_SECRET,
  settingsParameter: env.SETTINGS_PARAMETER,
  handlers: refreshing(ready, now, failed),
});
const indexAge = () => Math.min(refresher.age(now()) / 1_000, OLDEST);
/** Seconds; for an index that is not there at all. */
const OLDEST = 86_400;
const meter = new Meter(env.AWS_LAMBDA_FUNCTION_NAME ?? "bid-handler", write, indexAge);
const exchange = new Exchange({
  ...{ ready, meter, now, addresses: noticeAddresses(env.NOTICE_URL) },
  ports: openPorts(),
  testDemand: testSeats,
  clock: () => performance.now(),
});

// Lambda tells an environment that is about to end when an extension runs in it, as Lambda Insights does.
process.on("SIGTERM", () => meter.flush());
refresher.start();
// Nobody waits for an environment that is kept ready; without its index it is worth nothing.
if (env.AWS_LAMBDA_INITIALIZATION_TYPE === "provisioned-concurrency")
  refresher.standBy(WARM_WITHIN, () => ready.at(now()) !== undefined);

/** A fault of the exchange's own: no bid to the publisher, but neither silent nor uncounted. */
const broken = (error: unknown): void => {
  meter.record({ outcome: "technicalError", bids: 0, late: 0, stages: [0, 0, 0, 0] }, now());
  failed("a request failed", { failure: String(error) });
};

export const handler = (event: BidEvent): Promise<BidResult> => handle(event, exchange, now, broken);
