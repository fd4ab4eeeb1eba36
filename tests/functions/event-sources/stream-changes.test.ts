import assert from "node:assert/strict";
import * as fc from "fast-check";
import { asItStands } from "../../../local/event-sources/streams/standing";
import { type Behaviour, batches, describeBehaviours, diesOf } from "./behaviours";
import { change, mapping, numbers, ok, record, records, ShardWorld, thrown } from "./shard-world";

const SIX = ["b", "e", "f", "b", "e", "f"].map((key, index) => record(index + 1, key));

/** UpdateEventSourceMapping, Lambda API reference, on a mapping at work. */
const CHANGES: readonly Behaviour[] = [
  {
    says: "disabled, it begins nothing, and what is in flight still ends",
    mapping: { batchSize: 1 },
    does: (w) => {
      w.read(records(3)).begin();
      w.change({ batchSize: 1, enabled: false }).answer(0, ok());
      return [w.begin().length, w.ends.succeeded, w.ends.pending, w.checkpoint];
    },
    expects: [0, [1], [2, 3], { next: "AT_SEQUENCE_NUMBER", sequenceNumber: "00000000000000000002" }],
  },
  {
    says: "enabled again, it goes on where it was, its retries counted on",
    mapping: { maximumRetryAttempts: 2 },
    does: (w) => {
      w.read(records(1)).begin();
      w.answer(0, thrown);
      w.change({ maximumRetryAttempts: 2, enabled: false }).seconds = 100;
      const asleep = w.begin().length;
      w.change({ maximumRetryAttempts: 2 }).run(() => thrown);
      return [asleep, w.calls.map(({ at }) => at), w.ends.discarded];
    },
    expects: [0, [0, 100, 102], [1]],
  },
  {
    says: "another batch size is that of the next batch",
    mapping: { batchSize: 1 },
    does: (w) => {
      w.read(records(5)).begin();
      w.change({ batchSize: 3 }).answer(0, ok());
      return batches(w.run(() => ok()));
    },
    expects: [[1], [2, 3, 4], [5]],
  },
  {
    says: "fewer retries are those of a batch that is retried already",
    mapping: { batchSize: 1, maximumRetryAttempts: -1 },
    does: (w) => {
      w.read(records(2)).run(diesOf(1), 20);
      w.change({ batchSize: 1, maximumRetryAttempts: 1 }).run(diesOf(1));
      return [w.ends.discarded, w.ends.succeeded];
    },
    expects: [[1], [2]],
  },
  {
    says: "another filter is that of the records that are read then",
    does: (w) => {
      w.read([record(1)]);
      w.change({ filterCriteria: { filters: [{ pattern: '{"data":{"n":[9]}}' }] } })
        .read([record(2)])
        .run(() => ok());
      return [w.ends.succeeded, w.ends.filtered];
    },
    expects: [[1], [2]],
  },
  {
    says: "more batches at once begin when none is in flight, each key in its order",
    mapping: { batchSize: 1 },
    does: (w) => {
      w.read(SIX).begin();
      w.change({ batchSize: 1, parallelizationFactor: 10 });
      const before = w.begin().length;
      w.answer(0, ok());
      const firsts = w.begin().map(({ batch }) => numbers(batch.records)[0]);
      return [before, firsts.sort()];
    },
    expects: [0, [2, 3, 4]],
  },
  {
    says: "items of a table are in order by partition and sort key",
    mapping: { batchSize: 1, parallelizationFactor: 10 },
    does: (w) => {
      const ids = ["u1", "u2", "u3", "u1", "u2", "u3"];
      w.read(ids.map((id, index) => change(index + 1, id)));
      return w
        .begin()
        .map(({ batch }) => numbers(batch.records)[0])
        .sort();
    },
    expects: [1, 2, 3],
  },
];
describeBehaviours("what UpdateEventSourceMapping changes", CHANGES);

describe("a shard whose mapping changes", () => {
  it("keeps every record, and each key's order, whatever the number of lanes becomes", () => {
    const step = fc.record({ factor: fc.integer({ min: 1, max: 5 }), enabled: fc.boolean(), fails: fc.boolean() });
    const check = (keys: string[], steps: { factor: number; enabled: boolean; fails: boolean }[]) => {
      const world = new ShardWorld({ batchSize: 2 });
      world.read(keys.map((key, index) => record(index + 1, key)));
      for (const { factor, enabled, fails } of steps) {
        world.change({ batchSize: 2, parallelizationFactor: factor, enabled }).begin();
        for (const { batch } of world.inFlight)
          assert.deepEqual(
            numbers(batch.records),
            numbers(batch.records).sort((a, b) => a - b),
          );
        const [first] = world.inFlight;
        if (first) world.answer(first.lane, fails ? thrown : ok());
        world.seconds += 100;
        const { succeeded, pending } = world.ends;
        const places = [...succeeded, ...pending].sort((a, b) => a - b);
        assert.deepEqual(
          places,
          keys.map((_, index) => index + 1),
        );
      }
      while (world.inFlight[0]) world.answer(world.inFlight[0].lane, ok());
      world.change({ batchSize: 2, parallelizationFactor: 3 }).run(() => ok());
      for (const key of keys) {
        const list = numbers(world.succeeded.filter(({ partitionKey }) => partitionKey === key));
        assert.deepEqual(
          list,
          [...list].sort((a, b) => a - b),
        );
      }
      assert.equal(world.succeeded.length, keys.length);
    };
    const keys = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 15 });
    void fc.assert(fc.property(keys, fc.array(step, { maxLength: 15 }), check));
  });
});

describe("a mapping as it stands in the cloud", () => {
  const deployed = mapping({ batchSize: 10, maximumRetryAttempts: 3, onFailureArn: "arn:aws:sqs:us-east-1:0:q" });

  it("has what the cloud tells, and otherwise what it was deployed with", () => {
    const seen = {
      State: "Enabled",
      BatchSize: 7,
      TumblingWindowInSeconds: 9,
      FilterCriteria: { Filters: [{ Pattern: "{}" }] },
    };
    assert.deepEqual(asItStands(deployed, seen), {
      ...asItStands(deployed, {}),
      ...{ batchSize: 7, tumblingWindowInSeconds: 9, filterCriteria: { filters: [{ pattern: "{}" }] } },
    });
    const { batchSize, maximumRetryAttempts, onFailureArn, enabled } = asItStands(deployed, {});
    assert.deepEqual([batchSize, maximumRetryAttempts, onFailureArn, enabled], [10, 3, deployed.onFailureArn, true]);
  });

  it("has no destination and no filter when they were taken away", () => {
    const { onFailureArn, filterCriteria } = asItStands(deployed, {
      DestinationConfig: { OnFailure: {} },
      FilterCriteria: {},
    });
    assert.deepEqual([onFailureArn, filterCriteria], [undefined, { filters: [] }]);
  });

  it("rests while it is disabled or on its way to be", () => {
    const states = ["Disabled", "Disabling", "Enabling", "Enabled", "Updating"];
    const enabled = states.map((State) => asItStands(deployed, { State }).enabled);
    assert.deepEqual(enabled, [false, false, true, true, true]);
  });
});
