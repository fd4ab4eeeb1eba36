import { type Behaviour, batches, describeBehaviours } from "./behaviours";
import { numbers, ok, record, records } from "./shard-world";

/** Lambda Developer Guide, "How Lambda processes records from stream and queue-based event sources". */
const BATCHING: readonly Behaviour[] = [
  {
    says: "a batch has at most BatchSize records, in order",
    mapping: { batchSize: 2 },
    does: (w) => batches(w.read(records(5)).run(() => ok())),
    expects: [[1, 2], [3, 4], [5]],
  },
  {
    says: "the default batch size is 100",
    does: (w) => batches(w.read(records(150)).run(() => ok())).map((one) => one.length),
    expects: [100, 50],
  },
  {
    says: "without a window, what is there goes at once",
    does: (w) => batches(w.read(records(1)).run(() => ok())),
    expects: [[1]],
  },
  {
    says: "a window gathers records until it ends",
    mapping: { maximumBatchingWindowInSeconds: 5 },
    does: (w) => {
      w.read([record(1)]).begin();
      w.seconds = 3;
      w.read([record(2)]).run(() => ok());
      return w.calls.map(({ at, numbers: n }) => [at, n]);
    },
    expects: [[5, [1, 2]]],
  },
  {
    says: "a full batch does not wait for its window",
    mapping: { maximumBatchingWindowInSeconds: 5, batchSize: 2 },
    does: (w) =>
      w
        .read(records(2))
        .run(() => ok())
        .calls.map(({ at }) => at),
    expects: [0],
  },
  {
    says: "6 MB of payload end a batch, window or not",
    mapping: { maximumBatchingWindowInSeconds: 5 },
    does: (w) => {
      const big = (n: number) => record(n, "k", 0, new Uint8Array(1_000_000));
      w.read([1, 2, 3, 4, 5].map(big)).run(() => ok());
      return w.calls.map(({ at, numbers: n }) => [at, n]);
    },
    expects: [
      [0, [1, 2, 3, 4]],
      [5, [5]],
    ],
  },
  {
    says: "what a filter drops neither opens the window nor counts",
    mapping: {
      maximumBatchingWindowInSeconds: 5,
      batchSize: 2,
      filterCriteria: { filters: [{ pattern: '{"data":{"n":[2,3]}}' }] },
    },
    does: (w) => {
      w.read([record(1)]);
      w.seconds = 4;
      w.read([record(2)]).run(() => ok());
      return [w.calls.map(({ at, numbers: n }) => [at, n]), w.ends.filtered];
    },
    expects: [[[9, [2]]], [1]],
  },
  {
    says: "the end of the shard does not wait for a window",
    mapping: { maximumBatchingWindowInSeconds: 5 },
    does: (w) =>
      w
        .read(records(2), true)
        .run(() => ok())
        .calls.map(({ at }) => at),
    expects: [0],
  },
  {
    says: "one batch of a shard is in flight by default",
    mapping: { batchSize: 1 },
    does: (w) => {
      w.read(records(2));
      return [w.begin().length, w.begin().length];
    },
    expects: [1, 0],
  },
  {
    says: "with a parallelization factor, more of them, by partition key",
    mapping: { batchSize: 1, parallelizationFactor: 10 },
    does: (w) => {
      w.read([..."abcdefghijklmnopqrstuvwxyz"].map((key, index) => record(index + 1, key)));
      const begun = w.begin();
      return [begun.length, new Set(begun.map(({ lane }) => lane)).size];
    },
    expects: [10, 10],
  },
];

/** Of the driver's concern: where a shard is taken up again. */
const CHECKPOINTS: readonly Behaviour[] = [
  { says: "nothing read has no checkpoint", does: (w) => w.checkpoint, expects: undefined },
  {
    says: "the first record not ended is the next one, over all lanes",
    mapping: { parallelizationFactor: 10, batchSize: 1 },
    does: (w) => {
      w.read([record(1, "a"), record(2, "b"), record(3, "c")]).begin();
      const lane = w.inFlight.find(({ batch }) => numbers(batch.records)[0] === 1)?.lane ?? -1;
      w.answer(lane, ok());
      return w.checkpoint;
    },
    expects: { next: "AT_SEQUENCE_NUMBER", sequenceNumber: "00000000000000000002" },
  },
  {
    says: "a filtered record is behind the checkpoint",
    mapping: { filterCriteria: { filters: [{ pattern: '{"data":{"n":[9]}}' }] } },
    does: (w) => w.read(records(2)).checkpoint,
    expects: { next: "AFTER_SEQUENCE_NUMBER", sequenceNumber: "00000000000000000002" },
  },
  {
    says: "a shard is drained only when its last record has ended",
    does: (w) => {
      w.read(records(1), true).begin();
      const before = w.drained;
      w.answer(0, ok());
      return [before, w.drained, w.checkpoint];
    },
    expects: [false, true, { next: "END_OF_SHARD" }],
  },
];

describeBehaviours("batching", BATCHING);

describeBehaviours("where a shard is taken up again", CHECKPOINTS);
