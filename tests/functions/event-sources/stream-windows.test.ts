import { type Behaviour, describeBehaviours, PARTIAL } from "./behaviours";
import { failsAt, type Handler, ok, record, records, type ShardWorld, thrown } from "./shard-world";

const stateOf = (world: ShardWorld) =>
  world.calls.map(({ numbers: n, invocation: { window, final } }) => [
    n,
    window?.state,
    final,
    window?.terminatedEarly,
  ]);
const counting: Handler = ({ batch, window }) =>
  ok({ state: { n: Number(window?.state.n ?? 0) + batch.records.length } });
const WINDOW = { tumblingWindowInSeconds: 60, batchSize: 2 };

/** "Implementing stateful Kinesis Data Streams processing in Lambda". */
const WINDOWS: readonly Behaviour[] = [
  {
    says: "state passes on, the final invocation has it and no records, the next window begins anew",
    mapping: WINDOW,
    does: (w) => {
      w.seconds = 70;
      w.read([record(1, "k", 0), record(2, "k", 10), record(3, "k", 59.9), record(4, "k", 60)]).run(counting);
      return stateOf(w);
    },
    expects: [
      [[1, 2], {}, false, false],
      [[3], { n: 2 }, false, false],
      [[], { n: 3 }, true, false],
      [[4], {}, false, false],
    ],
  },
  {
    says: "a window is final once everything of its time was read",
    mapping: WINDOW,
    does: (w) => {
      w.read([record(1)]).run(counting);
      const before = w.calls.length;
      w.seconds = 60;
      w.read([]).run(counting);
      return [before, w.calls.length];
    },
    expects: [1, 2],
  },
  {
    says: "the end of the shard closes the window",
    mapping: WINDOW,
    does: (w) => {
      w.read([record(1)], true).run(counting);
      return [stateOf(w).at(-1), w.drained];
    },
    expects: [[[], { n: 1 }, true, false], true],
  },
  {
    says: "an answer without state is a failure",
    mapping: { ...WINDOW, maximumRetryAttempts: 1 },
    does: (w) => {
      w.read([record(1)]).run(() => ok());
      return [w.calls.length, w.ends.discarded];
    },
    expects: [2, [1]],
  },
  {
    says: "more than 1 MB of state ends the window early, and it goes on with a fresh one",
    mapping: WINDOW,
    does: (w) => {
      w.read(records(4)).run(({ final }) => ok({ state: final ? {} : { x: "x".repeat(1024 * 1024) } }));
      return stateOf(w).map(([n, state, final, early]) => [n, Object.keys(state as object), final, early]);
    },
    expects: [
      [[1, 2], [], false, false],
      [[], ["x"], true, true],
      [[3, 4], [], false, false],
      [[], ["x"], true, true],
    ],
  },
  {
    says: "a window that ends early is final before what was left over is tried again",
    mapping: { ...WINDOW, ...PARTIAL },
    does: (w) => {
      const reported = JSON.parse((failsAt(2) as { payload: string }).payload);
      w.read(records(2)).run((_, n) =>
        ok(n === 1 ? { ...reported, state: { x: "x".repeat(1024 * 1024) } } : { state: {} }),
      );
      return stateOf(w).map(([n, state, final]) => [n, Object.keys(state as object), final]);
    },
    expects: [
      [[1, 2], [], false],
      [[], ["x"], true],
      [[2], [], false],
    ],
  },
  {
    says: "exactly 1 MB does not",
    mapping: WINDOW,
    does: (w) => w.read(records(2)).run(() => ok({ state: { x: "x".repeat(1024 * 1024 - 8) } })).calls.length,
    expects: 1,
  },
  {
    says: "a failed final invocation suspends the shard until it succeeds",
    mapping: { ...WINDOW, maximumRetryAttempts: 0 },
    does: (w) => {
      w.seconds = 70;
      let left = 3;
      w.read([record(1), record(2, "k", 60)]).run((invocation, n) =>
        invocation.final && left-- > 0 ? thrown : counting(invocation, n),
      );
      return w.calls.map(({ numbers: n, at }) => [at, n]);
    },
    expects: [
      [70, [1]],
      [70, []],
      [71, []],
      [73, []],
      [77, []],
      [77, [2]],
    ],
  },
];

describeBehaviours("tumbling windows", WINDOWS);
