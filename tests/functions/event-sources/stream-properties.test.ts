import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { StreamMapping } from "../../../local/event-sources/streams/mapping";
import { failsAt, numberOf, numbers, ok, record, ShardWorld, throttled, thrown } from "./shard-world";

const KEYS = ["a", "b", "c", "d", "e", "f"];

const plan = fc.record({
  batchSize: fc.integer({ min: 1, max: 7 }),
  parallelizationFactor: fc.integer({ min: 1, max: 4 }),
  maximumRetryAttempts: fc.integer({ min: 0, max: 2 }),
  bisectBatchOnFunctionError: fc.boolean(),
  maximumBatchingWindowInSeconds: fc.constantFrom(0, 5),
  maximumRecordAgeInSeconds: fc.constantFrom(-1, 60),
  functionResponseTypes: fc.constantFrom([], ["ReportBatchItemFailures"]),
  filterCriteria: fc.constantFrom(undefined, { filters: [{ pattern: '{"data":{"keep":[true]}}' }] }),
});
const input = fc.array(fc.record({ key: fc.constantFrom(...KEYS), keep: fc.boolean() }), { maxLength: 40 });

type Step = { readonly do: "read" | "begin" | "answer" | "wait"; readonly choice: number };
const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom("read", "begin", "begin", "answer", "answer", "wait"),
  choice: fc.nat({ max: 1000 }),
});

const inputRecords = (events: readonly { key: string; keep: boolean }[]) =>
  events.map(({ key, keep }, index) => record(index + 1, key, 0, JSON.stringify({ keep })));

/** One arbitrary step of the world: what it does not allow is left out. */
function advance(world: ShardWorld, { do: what, choice }: Step, unread: ReturnType<typeof inputRecords>): void {
  if (what === "read") world.read(unread.splice(0, choice % 9), unread.length === 0 && choice % 2 === 0);
  if (what === "begin") world.begin();
  if (what === "wait") world.seconds += choice % 30;
  const invocation = world.inFlight[choice % Math.max(1, world.inFlight.length)];
  if (what !== "answer" || invocation === undefined) return;
  const some = numbers(invocation.batch.records)[choice % invocation.batch.records.length] ?? 0;
  world.answer(invocation.lane, [ok(), ok(), thrown, throttled, failsAt(some)][choice % 5] ?? ok());
}

function ascending(list: readonly number[]): boolean {
  return list.every((one, index) => index === 0 || one > (list[index - 1] ?? 0));
}

describe("a shard, whatever happens to it", () => {
  it("has every record in exactly one place, and its checkpoint passes none that has not ended", () => {
    const check = (mapping: Partial<StreamMapping>, events: { key: string; keep: boolean }[], steps: Step[]) => {
      const world = new ShardWorld(mapping);
      const all = inputRecords(events);
      const unread = [...all];
      for (const one of steps) {
        advance(world, one, unread);
        const { succeeded, filtered, discarded, pending } = world.ends;
        const places = [...succeeded, ...filtered, ...discarded, ...pending].sort((a, b) => a - b);
        assert.deepEqual(places, numbers(all.slice(0, all.length - unread.length)));
        const { checkpoint } = world;
        if (checkpoint?.next === "AT_SEQUENCE_NUMBER")
          assert.equal(Number(checkpoint.sequenceNumber), Math.min(...pending));
        else assert.deepEqual(pending, []);
      }
    };
    void fc.assert(fc.property(plan, input, fc.array(step, { maxLength: 60 }), check), { numRuns: 500 });
  });

  it("has at most as many batches in flight as the factor, never two of one key", () => {
    const check = (mapping: Partial<StreamMapping>, events: { key: string; keep: boolean }[], steps: Step[]) => {
      const world = new ShardWorld(mapping);
      const unread = inputRecords(events);
      for (const one of steps) {
        advance(world, one, unread);
        assert.ok(world.inFlight.length <= (mapping.parallelizationFactor ?? 1));
        const keys = world.inFlight.flatMap(({ batch }) => [
          ...new Set(batch.records.map(({ partitionKey }) => partitionKey)),
        ]);
        assert.equal(new Set(keys).size, keys.length);
      }
    };
    void fc.assert(fc.property(plan, input, fc.array(step, { maxLength: 60 }), check), { numRuns: 500 });
  });

  it("ends each key's records in their order, and within a batch too", () => {
    const check = (mapping: Partial<StreamMapping>, events: { key: string; keep: boolean }[], steps: Step[]) => {
      const world = new ShardWorld(mapping);
      const unread = inputRecords(events);
      const ended: Record<string, number[]> = {};
      let seen = 0;
      for (const one of steps) {
        const discards = world.discards.length;
        advance(world, one, unread);
        const now = [...world.succeeded.slice(seen), ...world.discards.slice(discards).flatMap((d) => d.records)];
        seen = world.succeeded.length;
        for (const each of now.sort((a, b) => numberOf(a) - numberOf(b))) {
          ended[each.partitionKey] = [...(ended[each.partitionKey] ?? []), numberOf(each)];
        }
        for (const { batch } of world.inFlight) assert.ok(ascending(numbers(batch.records)));
      }
      for (const list of Object.values(ended)) assert.ok(ascending(list), `${list}`);
    };
    void fc.assert(fc.property(plan, input, fc.array(step, { maxLength: 60 }), check), { numRuns: 500 });
  });

  it("comes to rest, and with cutting loses exactly the poison records", () => {
    const check = (poison: number[], mapping: Partial<StreamMapping>, reports: boolean, count: number) => {
      const types = reports ? { functionResponseTypes: ["ReportBatchItemFailures"] } : { functionResponseTypes: [] };
      const limits = { bisectBatchOnFunctionError: true, maximumRecordAgeInSeconds: -1, filterCriteria: undefined };
      const world = new ShardWorld({ ...mapping, ...limits, ...types });
      const all = Array.from({ length: count }, (_, index) => record(index + 1, KEYS[index % KEYS.length]));
      world.read(all, true).run(({ batch }) => {
        const bad = numbers(batch.records).filter((n) => poison.includes(n));
        if (bad.length === 0) return ok();
        return reports ? failsAt(...bad) : thrown;
      });
      const { succeeded, discarded } = world.ends;
      assert.deepEqual(
        discarded.sort((a, b) => a - b),
        numbers(all).filter((n) => poison.includes(n)),
      );
      assert.deepEqual(
        succeeded.sort((a, b) => a - b),
        numbers(all).filter((n) => !poison.includes(n)),
      );
      assert.ok(world.discards.every(({ records }) => records.length === 1) && world.drained);
    };
    const poisons = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 8 });
    void fc.assert(fc.property(poisons, plan, fc.boolean(), fc.integer({ min: 0, max: 40 }), check), { numRuns: 300 });
  });

  it("puts the state of each window together from its records, once each", () => {
    const arrivals = fc.array(fc.nat({ max: 20 }), { maxLength: 30 });
    const check = (gaps: number[], batchSize: number, failing: number) => {
      const times = gaps.map((_, index) => gaps.slice(0, index + 1).reduce((sum, gap) => sum + gap, 0));
      const all = times.map((at, index) => record(index + 1, "k", at));
      const world = new ShardWorld({ tumblingWindowInSeconds: 60, batchSize });
      world.seconds = times.at(-1) ?? 0;
      const finals = new Map<string, unknown>();
      world.read(all, true).run(({ batch, window, final }, attempt) => {
        if (attempt % failing === 0) return thrown;
        if (final) finals.set(String(window?.start), window?.state.seen);
        const seen = (window?.state.seen as number[] | undefined) ?? [];
        return ok({ state: { seen: [...seen, ...numbers(batch.records)] } });
      });
      const byWindow = groupBy(all, windowStart);
      const expected = [...byWindow].map(([start, some]) => [start, numbers(some)]);
      assert.deepEqual([...finals], expected);
    };
    void fc.assert(fc.property(arrivals, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 2, max: 5 }), check));
  });
});

const windowStart = ({ arrivedAt }: { arrivedAt: number }) => String(Math.floor(arrivedAt / 60_000) * 60_000);

function groupBy<Value>(values: readonly Value[], keyOf: (value: Value) => string): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]);
  return groups;
}
