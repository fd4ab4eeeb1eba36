import { type Behaviour, batches, describeBehaviours, diesOf, PARTIAL } from "./behaviours";
import { failsAt, numbers, ok, record, records, throttled, thrown } from "./shard-world";

/** "Retain discarded batch records for a Kinesis Data Streams event source in Lambda". */
const RETRIES: readonly Behaviour[] = [
  {
    says: "MaximumRetryAttempts counts what follows the first attempt",
    mapping: { maximumRetryAttempts: 2 },
    does: (w) => {
      w.read(records(2)).run(() => thrown);
      return [w.calls.length, w.discards.map(({ condition, invokes }) => [condition, invokes])];
    },
    expects: [3, [["RetryAttemptsExhausted", 3]]],
  },
  {
    says: "none gives up after one attempt",
    mapping: { maximumRetryAttempts: 0 },
    does: (w) => w.read(records(2)).run(() => thrown).calls.length,
    expects: 1,
  },
  {
    says: "-1 retries for ever, and holds the shard up",
    mapping: { maximumRetryAttempts: -1, batchSize: 1 },
    does: (w) => {
      w.read(records(2)).run(diesOf(1), 50_000);
      return [w.calls.length > 500, w.ends.succeeded, w.discards.length];
    },
    expects: [true, [], 0],
  },
  {
    says: "retries back off",
    mapping: { maximumRetryAttempts: 3 },
    does: (w) =>
      w
        .read(records(1))
        .run(() => thrown)
        .calls.map(({ at }) => at),
    expects: [0, 1, 3, 7],
  },
  {
    says: "after a discard the shard goes on",
    mapping: { maximumRetryAttempts: 1, batchSize: 1 },
    does: (w) => {
      w.read(records(3)).run(diesOf(2));
      return [w.ends.succeeded, w.ends.discarded];
    },
    expects: [[1, 3], [2]],
  },
  {
    says: "a throttle is no retry",
    mapping: { maximumRetryAttempts: 1 },
    does: (w) => {
      w.read(records(1)).run((_, attempt) => (attempt < 6 ? throttled : attempt === 6 ? thrown : ok()));
      return [w.calls.map(({ at }) => at), w.ends.succeeded];
    },
    expects: [[0, 1, 3, 7, 15, 31, 32], [1]],
  },
  {
    says: "throttles end when the records are too old",
    mapping: { maximumRetryAttempts: 0, maximumRecordAgeInSeconds: 60 },
    does: (w) => {
      w.read(records(1)).run(() => throttled);
      return w.discards.map(({ condition, invokes }) => [condition, invokes]);
    },
    expects: [["RecordAgeExceeded", 0]],
  },
  {
    says: "a record over the maximum age is never sent",
    mapping: { maximumRecordAgeInSeconds: 60 },
    does: (w) => {
      w.seconds = 100;
      w.read([record(1, "k", 39), record(2, "k", 40), record(3, "k", 99)]).run(() => ok());
      return [batches(w), w.ends.discarded];
    },
    expects: [[[2, 3]], [1]],
  },
  {
    says: "a bad batch is cut in two, in order, at no cost",
    mapping: { bisectBatchOnFunctionError: true, maximumRetryAttempts: 0 },
    does: (w) => {
      w.read(records(4)).run(diesOf(3));
      return [batches(w), w.ends.discarded];
    },
    expects: [[[1, 2, 3, 4], [1, 2], [3, 4], [3], [4]], [3]],
  },
  {
    says: "what is left of cutting is retried as configured",
    mapping: { bisectBatchOnFunctionError: true, maximumRetryAttempts: 2 },
    does: (w) => batches(w.read(records(2)).run(diesOf(2))),
    expects: [[1, 2], [1], [2], [2], [2]],
  },
  {
    says: "partial failure without cutting gives up everything from the poison on",
    mapping: { ...PARTIAL, maximumRetryAttempts: 1 },
    does: (w) => {
      w.read(records(4)).run(() => failsAt(2));
      return [batches(w), w.ends.succeeded, w.ends.discarded];
    },
    expects: [
      [
        [1, 2, 3, 4],
        [2, 3, 4],
      ],
      [1],
      [2, 3, 4],
    ],
  },
  {
    says: "both: cut at the returned number, and the rest is retried at no cost",
    mapping: { ...PARTIAL, bisectBatchOnFunctionError: true, maximumRetryAttempts: 0 },
    does: (w) => {
      w.read(records(5)).run(({ batch }) => (numbers(batch.records).includes(3) ? failsAt(3) : ok()));
      return [batches(w), w.ends.discarded];
    },
    expects: [[[1, 2, 3, 4, 5], [3, 4, 5], [3, 4], [3], [4], [5]], [3]],
  },
];

describeBehaviours("retries", RETRIES);
