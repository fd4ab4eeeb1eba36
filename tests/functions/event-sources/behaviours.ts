import assert from "node:assert/strict";
import type { StreamMapping } from "../../../local/event-sources/streams/mapping";
import { type Handler, numbers, ok, ShardWorld, thrown } from "./shard-world";

/** One documented behaviour: what is done to a shard under a mapping, and what comes of it. */
export interface Behaviour {
  readonly says: string;
  readonly mapping?: Partial<StreamMapping>;
  readonly does: (world: ShardWorld) => unknown;
  readonly expects: unknown;
}

/** Makes a test of each row. */
export function describeBehaviours(title: string, table: readonly Behaviour[]): void {
  describe(`an event source mapping of a stream: ${title}`, () => {
    for (const { says, mapping, does, expects } of table)
      it(says, () => {
        assert.deepEqual(does(new ShardWorld(mapping)), expects);
      });
  });
}

export const PARTIAL = { functionResponseTypes: ["ReportBatchItemFailures"] };

/** The record numbers of each invocation. */
export const batches = (world: ShardWorld) => world.calls.map((call) => call.numbers);

/** Throws for batches with this record. */
export const diesOf =
  (n: number): Handler =>
  ({ batch }) =>
    numbers(batch.records).includes(n) ? thrown : ok();
