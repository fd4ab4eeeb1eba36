import { BY_TYPE, BY_USER, BY_VISITOR } from "../../functions/clickstream/adapters/tables";
import type { Lambda } from "../shared/lambda";
import { countedBy, crowdingOf, errorsIn, lagOf, lossesOf, throttlesOf } from "../shared/lambda-signals";
import { failuresBehind, failuresOf, slowAnswersOf } from "../shared/load-balancer-signals";
import { lettersIn, type Signal } from "../shared/signals";
import { lagOfStream, refusedReadsOf, refusedWritesOf } from "../shared/stream-signals";
import { systemErrorsOn, throttledOn } from "../shared/table-signals";
import type { Clickstream } from "./clickstream";
import type { ClickstreamSettings } from "./config";
import { TABLES, type TableNoun, WORKERS } from "./names";

/** What is asked of each table, as CloudWatch names it. */
const OPERATIONS: Readonly<Record<TableNoun, readonly string[]>> = {
  events: ["TransactWriteItems", "Query", "BatchWriteItem"],
  sessions: ["TransactWriteItems", "GetItem", "Query", "UpdateItem", "BatchWriteItem"],
  ids: ["TransactWriteItems", "GetItem", "PutItem", "BatchWriteItem"],
  links: ["TransactWriteItems", "GetItem", "Query", "DeleteItem"],
  quarantine: ["TransactWriteItems", "PutItem", "Query", "DeleteItem"],
};
const INDEXES: Readonly<Partial<Record<TableNoun, string>>> = {
  events: BY_TYPE,
  links: BY_USER,
  quarantine: BY_VISITOR,
};

const AT_BALANCER = {
  errors: "Requests failed, and were answered 502. Clients send again with the same ids. Read the function's log.",
  throttles: "The reserved concurrency was used up: requests were answered with an error, and clients send again.",
};
const SAYS = {
  collector: AT_BALANCER,
  reader: AT_BALANCER,
  processing: {
    errors:
      "Batches failed as a whole; they are retried, halved, and in the end kept to be redriven. Read the function's log.",
    throttles: "The reserved concurrency was used up; records wait in the stream. Raise it when this lasts.",
  },
} as const;
const NOT_KEPT =
  "A batch that was given up on could not be put into the bucket. Its records are in the stream for as long as that keeps them: see the runbook at once.";

/** What processing counts of records: one that failed is no failed invocation, and what is quarantined is no failure at all. */
function ofRecords(
  processing: Lambda,
  { errorsPerMinute, quarantinedPerMinute }: ClickstreamSettings["alarms"],
): Signal[] {
  const counted = (metric: string, name: string, above: number, says: string) =>
    countedBy(processing, METRICS, { name, chart: "Records", says }, { metric, statistic: "Sum", above });
  return [
    counted(
      "Failed",
      "failed-records",
      errorsPerMinute,
      "Records fail and are retried, and then kept to be redriven. Read the log of processing.",
    ),
    counted(
      "Quarantined",
      "quarantined-records",
      quarantinedPerMinute,
      "Records are no events, or take another message's id: a client is broken. Read the quarantine table.",
    ),
  ];
}

/** As functions/clickstream/processing/index.ts names them. */
const METRICS = { namespace: "Sluice/Clickstream", service: "clickstream" };

/** Everything that is watched: the way in, the stream, three functions, five tables, and what was given up on. */
export function clickstreamSignals(
  { workers, intake, tables, entrance }: Pick<Clickstream, "workers" | "intake" | "tables" | "entrance">,
  settings: ClickstreamSettings,
): Signal[] {
  const { alarms } = settings;
  const { stream, failures } = intake;
  const { loadBalancer } = entrance;
  const ofWorkers = WORKERS.flatMap((noun) => [
    errorsIn(noun, workers[noun], alarms.errorsPerMinute, SAYS[noun].errors),
    throttlesOf(noun, workers[noun], SAYS[noun].throttles),
    crowdingOf(noun, workers[noun], settings[noun].reservedConcurrency, alarms.crowdedPercent / 100),
  ]);
  const ofTables = TABLES.flatMap((noun) => {
    const [table, index] = [tables[noun], INDEXES[noun]];
    return [
      throttledOn("Read", noun, table),
      throttledOn("Write", noun, table),
      ...(index === undefined
        ? []
        : [throttledOn("Read", noun, table, index), throttledOn("Write", noun, table, index)]),
      systemErrorsOn(noun, table, OPERATIONS[noun], alarms.systemErrors),
    ];
  });
  return [
    failuresOf("entrance", loadBalancer),
    failuresBehind("entrance", loadBalancer),
    slowAnswersOf("entrance", loadBalancer, alarms.slowMilliseconds),
    refusedWritesOf("stream", stream),
    refusedReadsOf("stream", stream),
    lagOfStream("stream", stream, alarms.lagMilliseconds),
    lagOf("processing", workers.processing, alarms.lagMilliseconds),
    lossesOf("processing", workers.processing, NOT_KEPT),
    ...ofRecords(workers.processing, alarms),
    lettersIn("processing", failures.letters),
    ...ofWorkers,
    ...ofTables,
  ];
}
