import { openPorts } from "../adapters/open-ports";
import { noticeAddresses } from "../domain/auction/notice-addresses";
import { Refresher, type RefreshHandlers } from "../refresh/refresher";
import { fileBeside, sellingParts } from "./beside";
import type { BidHandlerEnv } from "./env";
import { Exchange } from "./exchange";
import { type BidEvent, type BidResult, type HandlerEvents, handle } from "./handler";
import { Meter } from "./meter";
import { Readiness } from "./readiness";

/** Milliseconds; an environment has 10 s to get ready. */
const WARM_WITHIN = 8_000;

const env = process.env as BidHandlerEnv & NodeJS.ProcessEnv;
const now = (): number => Date.now();
const write = (line: string): void => void process.stdout.write(`${line}\n`);
const failed = (message: string, fields: Readonly<Record<string, unknown>>): void =>
  write(JSON.stringify({ level: "ERROR", service: "ad-exchange", timestamp: new Date(), message, ...fields }));

const ready = new Readiness();
let handlers: RefreshHandlers | undefined;
const refresher = new Refresher({
  file: fileBeside("refresh-worker"),
  snapshotsBucket: env.SNAPSHOTS_BUCKET,
  changesTable: env.CHANGES_TABLE,
  daxEndpoint: env.DAX_ENDPOINT,
  signingKeysSecret: env.SIGNING_KEYS_SECRET,
  settingsParameter: env.SETTINGS_PARAMETER,
  handlers: () => {
    handlers ??= sellingParts().refreshing(ready, now, failed);
    return handlers;
  },
  trouble: (part, failure) => failed("refreshing failed; what was there stays", { part, failure }),
});
const indexAge = () => Math.min(refresher.age(now()) / 1_000, OLDEST);
/** Seconds; for an index that is not there at all. */
const OLDEST = 86_400;
const meter = new Meter(env.AWS_LAMBDA_FUNCTION_NAME ?? "bid-handler", write, indexAge);
const exchange = new Exchange({
  ...{ ready, meter, now, addresses: noticeAddresses(env.NOTICE_URL) },
  ports: openPorts(),
  get testDemand() {
    return sellingParts().testSeats;
  },
  get Sale() {
    return sellingParts().Sale;
  },
  clock: () => performance.now(),
});

// Lambda tells an environment that is about to end when an extension runs in it, as Lambda Insights does.
process.on("SIGTERM", () => meter.flush());
if (env.AWS_LAMBDA_INITIALIZATION_TYPE === "provisioned-concurrency") {
  // Nobody waits for an environment that is kept ready; without its index it is worth nothing.
  refresher.start();
  refresher.standBy(WARM_WITHIN, () => ready.at(now()) !== undefined);
} else {
  // A request waits for this one to have started.
  setImmediate(() => refresher.start());
}

/** A fault of the exchange's own: no bid to the publisher, but neither silent nor uncounted. */
const broken = (error: unknown): void => {
  meter.count("technicalError", now());
  failed("a request failed", { failure: String(error) });
};
const told: HandlerEvents = { failed: broken, refused: (why) => meter.count(why, now()) };

export const handler = (event: BidEvent): Promise<BidResult> => handle(event, exchange, now, told);
