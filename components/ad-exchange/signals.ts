import { REFUSALS } from "../../functions/ad-exchange/bid-handler/call";
import { NO_BID } from "../../functions/ad-exchange/domain/openrtb/codes";
import { BID_HANDLER_METRICS, METRICS, OTHER_METRICS } from "../../functions/ad-exchange/metric-names";
import { daxSignals } from "../shared/dax-signals";
import type { Lambda } from "../shared/lambda";
import {
  ageOfEventsFor,
  busynessOf,
  countedBy,
  crowdingOf,
  errorsIn,
  eventsDroppedBy,
  lagOf,
  lossesOf,
  spilloverOf,
  throttlesOf,
} from "../shared/lambda-signals";
import { failedInvocationsOf, lettersIn, type Signal } from "../shared/signals";
import { systemErrorsOn, throttledOn } from "../shared/table-signals";
import type { Chart } from "../shared/watch";
import type { AdExchange } from "./ad-exchange";
import type { AdExchangeSettings } from "./config";
import { eventAgeSeconds } from "./index-building";
import { TABLES, type TableNoun, WORKERS, type Worker } from "./names";

type Alarms = AdExchangeSettings["alarms"];

/** What is asked of each table, as CloudWatch names it. */
const OPERATIONS: Readonly<Record<TableNoun, readonly string[]>> = {
  campaigns: ["TransactWriteItems", "GetItem", "Query", "Scan"],
  audit: ["TransactWriteItems", "GetItem"],
  changes: ["PutItem", "Query"],
  tokens: ["GetItem"],
};

const AT_GATEWAY = {
  errors: "Requests failed, and were answered 502. Read the function's log.",
  throttles: "The reserved concurrency was used up: requests were answered 500, or 429. Raise it when this lasts.",
};
const SAYS: Readonly<Record<Worker, { readonly errors: string; readonly throttles: string }>> = {
  "bid-handler": AT_GATEWAY,
  campaigns: AT_GATEWAY,
  authorizer: {
    errors:
      "Tokens could not be judged, and callers were answered 500: table, parameter or an issuer is not to be had.",
    throttles: "The reserved concurrency was used up: callers were answered 500. Raise it, or keep answers longer.",
  },
  indexer: {
    errors: "Changes failed as a whole batch; they are retried, halved, and in the end kept to be redriven.",
    throttles: "The reserved concurrency was used up; changes wait in the table's stream.",
  },
  snapshot: {
    errors:
      "No index was built. Bid handlers go on with the last one and what has changed since; the next run makes up for it.",
    throttles: "One is still being built when the next is due. Give it more memory, or more minutes.",
  },
  "key-rotation": {
    errors:
      "The signing keys were not rotated; the present ones stay. Secrets Manager tries again; read the function's log.",
    throttles: "Secrets Manager calls the rotation twice at once; it tries again.",
  },
};
const NOT_KEPT =
  "A batch that was given up on could not be put into the bucket. Its changes are in the table's stream for a day: the next snapshot has them.";

/** No bid for reasons that are ours: nothing to bid with is none. */
const OUR_REASONS: readonly (keyof typeof NO_BID)[] = ["technicalError", "insufficientTime", "notReady"];
/** 10 seconds, on metrics of one second. */
const FAST = { seconds: 10, periods: 3 };

/** What the bid handler counts itself. */
function ofBidding(fn: Lambda, alarms: Alarms): Signal[] {
  const { decision, noBids, malformed, indexAge, lateAnswers } = BID_HANDLER_METRICS;
  const counted = (subject: Pick<Signal, "name" | "chart" | "says">, reading: Parameters<typeof countedBy>[3]) =>
    countedBy(fn, METRICS, subject, reading);
  const decided = (statistic: "p50" | "p99", milliseconds: number, says: string) =>
    counted(
      { name: `decisions-${statistic}`, chart: "Decision (ms)", says },
      { metric: decision, statistic, above: milliseconds, lasting: FAST },
    );
  return [
    decided(
      "p99",
      alarms.p99Milliseconds,
      `One answer in a hundred takes over ${alarms.p99Milliseconds} ms: the SLA is broken.`,
    ),
    decided(
      "p50",
      alarms.p50Milliseconds,
      `Every other answer takes over ${alarms.p50Milliseconds} ms: all of them have become slow.`,
    ),
    counted(
      {
        name: "failed-decisions",
        chart: "No bid, for reasons of ours",
        says: "Requests are answered without a bid because something of ours failed, was late, or the index is not there.",
      },
      {
        ...{ metric: noBids, statistic: "Sum", above: alarms.failedPerMinute },
        split: { dimension: "reason", values: OUR_REASONS },
      },
    ),
    counted(
      {
        name: "malformed-requests",
        chart: "Malformed requests",
        says: "Requests are answered 400 or 413: a publisher's are broken, or too large. The access log says whose.",
      },
      { metric: malformed, statistic: "Sum", above: alarms.malformedPerMinute },
    ),
    counted(
      {
        name: "late-answers",
        chart: "Late answers of others",
        says: "Seats or stores answer after their deadline, and are not heard.",
      },
      { metric: lateAnswers, statistic: "Sum", above: alarms.latePerMinute },
    ),
    counted(
      {
        name: "index-age",
        chart: "Age of the index (s)",
        says: `Bids are made by an index of over ${alarms.indexAgeSeconds} s ago: paused campaigns still bid. See indexer and snapshot.`,
      },
      { metric: indexAge, statistic: "Maximum", above: alarms.indexAgeSeconds },
    ),
  ];
}

/** Two runs' time, in which there is one at least: over a minute, an alarm would be over and back with every run. */
const overRuns = ({ everyMinutes }: AdExchangeSettings["snapshot"]) => ({ seconds: 2 * 60 * everyMinutes, periods: 1 });

/** What the functions beside it count themselves. */
function ofOthers({ workers }: Watched, { alarms, snapshot }: AdExchangeSettings): Signal[] {
  const { snapshotAge, snapshotRefused, changesFailed, authorizerFailures } = OTHER_METRICS;
  const oldest = 2.5 * 60 * snapshot.everyMinutes;
  return [
    countedBy(
      workers.snapshot,
      METRICS,
      {
        name: "stale-snapshot",
        chart: "Age of the last snapshot (ms)",
        says: `No snapshot of campaigns for over ${oldest} s, or none is begun: see the function's log. Bid handlers that start read more and more changes.`,
      },
      {
        ...{ metric: snapshotAge, statistic: "Maximum", above: 1_000 * oldest, silenceFires: true },
        lasting: { seconds: 60 * snapshot.everyMinutes, periods: 2 },
      },
    ),
    countedBy(
      workers.snapshot,
      METRICS,
      {
        name: "refused-campaigns",
        chart: "Campaigns left out",
        says: "Rows of campaigns are unreadable, or there is no rate of their currency: they do not bid. The function's log names them.",
      },
      { metric: snapshotRefused, statistic: "Maximum", above: 0, lasting: overRuns(snapshot) },
    ),
    countedBy(
      workers.indexer,
      METRICS,
      {
        name: "failed-changes",
        chart: "Changes that failed",
        says: "Changes of campaigns do not reach bid handlers; they are retried, and then kept to be redriven.",
      },
      { metric: changesFailed, statistic: "Sum", above: alarms.errorsPerMinute },
    ),
    countedBy(
      workers.authorizer,
      METRICS,
      { name: "failures-authorizer", chart: "Tokens that could not be judged", says: SAYS.authorizer.errors },
      { metric: authorizerFailures, statistic: "Sum", above: 0 },
    ),
  ];
}

/** Why there was no bid, why a request was refused, and how many bids there were: nothing that an alarm could be set on. */
export function adExchangeCharts({ workers }: Pick<AdExchange, "workers">): Chart[] {
  const { requests, bids, noBids, refused } = BID_HANDLER_METRICS;
  const { namespace, service } = METRICS;
  const of = workers["bid-handler"].function.name;
  const line = (metric: string, label: string, ...more: string[]) => [
    ...[namespace, metric, "service", service, "FunctionName", of, ...more],
    { stat: "Sum", label },
  ];
  return [
    { title: "Requests and bids a minute", metrics: [line(requests, "requests"), line(bids, "bids")] },
    {
      title: "No bid, by reason",
      metrics: Object.keys(NO_BID).map((reason) => line(noBids, reason, "reason", reason)),
    },
    {
      title: "Refused requests, by reason",
      metrics: REFUSALS.map((reason) => line(refused, reason, "reason", reason)),
    },
  ];
}

/** What a watch is told about the exchange, but for its edge. */
export type Watched = Pick<AdExchange, "workers" | "tables" | "failures" | "building" | "dax">;

/** Everything that is watched behind the edge: decisions, six functions, four tables, the index, keys and the cache. */
export function adExchangeSignals(watched: Watched, settings: AdExchangeSettings): Signal[] {
  const { workers, tables, failures, building, dax } = watched;
  const { alarms } = settings;
  const bidHandler = workers["bid-handler"];
  const mayFail: Readonly<Partial<Record<Worker, number>>> = { snapshot: 0, "key-rotation": 0 };
  const ofWorkers = WORKERS.flatMap((noun) => [
    // An authorizer says no by failing: the gateway's log tells its own failures from bad tokens.
    ...(noun === "authorizer"
      ? []
      : [
          {
            ...errorsIn(noun, workers[noun], mayFail[noun] ?? alarms.errorsPerMinute, SAYS[noun].errors),
            ...(noun === "snapshot" && { lasting: overRuns(settings.snapshot) }),
          },
        ]),
    throttlesOf(noun, workers[noun], SAYS[noun].throttles),
  ]);
  const crowded = (
    [
      ["bid-handler", settings.bidHandler],
      ["campaigns", settings.campaignApi],
      ["authorizer", settings.authorizer],
    ] as const
  ).map(([noun, { reservedConcurrency }]) =>
    crowdingOf(noun, workers[noun], reservedConcurrency, alarms.crowdedPercent / 100),
  );
  const ofTables = TABLES.flatMap((noun) => [
    throttledOn("Read", noun, tables[noun]),
    throttledOn("Write", noun, tables[noun]),
    systemErrorsOn(noun, tables[noun], OPERATIONS[noun], alarms.systemErrors),
  ]);
  return [
    ...ofBidding(bidHandler, alarms),
    ...(settings.bidHandler.warmth
      ? [
          busynessOf("bid-handler", bidHandler, alarms.warmPercent / 100),
          spilloverOf("bid-handler", bidHandler, alarms.spilloverPerMinute),
        ]
      : []),
    ...ofOthers(watched, settings),
    ...ofWorkers,
    ...crowded,
    lagOf("indexer", workers.indexer, alarms.lagMilliseconds),
    lossesOf("indexer", workers.indexer, NOT_KEPT),
    lettersIn("indexer", failures.letters),
    ageOfEventsFor("snapshot", workers.snapshot, eventAgeSeconds(settings.snapshot) / 2), // at its whole age it is dropped
    eventsDroppedBy("snapshot", workers.snapshot),
    failedInvocationsOf("snapshot", building.rule),
    lettersIn("snapshot", building.failed),
    lettersIn("snapshot-undelivered", building.undelivered),
    ...ofTables,
    ...(dax
      ? daxSignals("ad-exchange", dax, { cpuPercent: alarms.daxCpuPercent, evictedBytes: alarms.daxEvictedBytes })
      : []),
  ];
}
