import { type Behaviour, describeBehaviours, PARTIAL } from "./behaviours";
import { failsAt, ok, records, type ShardWorld } from "./shard-world";

const first = (world: ShardWorld, answer: ReturnType<typeof ok>) => {
  world.begin();
  world.answer(0, answer);
  return [world.ends.succeeded, world.ends.pending];
};

/** "Configuring partial batch response with Kinesis Data Streams and Lambda", success and failure conditions. */
const RESPONSES: readonly Behaviour[] = [
  {
    says: "an answer without error ends the batch",
    does: (w) => first(w.read(records(3)), ok("anything")),
    expects: [[1, 2, 3], []],
  },
  {
    says: "reported failures are ignored unless turned on",
    does: (w) => first(w.read(records(3)), failsAt(2)),
    expects: [[1, 2, 3], []],
  },
  {
    says: "the lowest reported number is the checkpoint",
    mapping: PARTIAL,
    does: (w) => first(w.read(records(5)), failsAt(4, 3, 5)),
    expects: [
      [1, 2],
      [3, 4, 5],
    ],
  },
  ...(
    [
      ["an empty list", { batchItemFailures: [] }],
      ["a null list", { batchItemFailures: null }],
      ["an empty response", {}],
      ["a null response", null],
    ] as const
  ).map(([what, response]) => ({
    says: `${what} is success`,
    mapping: PARTIAL,
    does: (w: ShardWorld) => first(w.read(records(2)), ok(response)),
    expects: [[1, 2], []],
  })),
  ...(
    [
      ["an empty identifier", [{ itemIdentifier: "" }]],
      ["a null identifier", [{ itemIdentifier: null }]],
      ["a bad key name", [{ sequenceNumber: "00000000000000000002" }]],
      ["an unknown number", [{ itemIdentifier: "7" }]],
      [
        "a good one and an unknown one",
        [{ itemIdentifier: "00000000000000000002" }, { itemIdentifier: "9".repeat(20) }],
      ],
      ["a good and a bad identifier", [{ itemIdentifier: "00000000000000000002" }, { itemIdentifier: "" }]],
      ["text", "x"],
    ] as const
  ).map(([what, batchItemFailures]) => ({
    says: `${what} fails the whole batch`,
    mapping: PARTIAL,
    does: (w: ShardWorld) => first(w.read(records(2)), ok({ batchItemFailures })),
    expects: [[], [1, 2]],
  })),
];

describeBehaviours("responses", RESPONSES);
