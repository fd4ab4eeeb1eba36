import assert from "node:assert/strict";
import fc from "fast-check";
import type { Tick } from "../../../functions/market-data/domain/tick";
import { basisOf, windowsFrom } from "../../../functions/market-data/domain/windows";
import { at, quote, tick, ticks, trade, trades } from "./support/details";
import { ascending, SERIES } from "./support/series";

const sequencesOf = (window: readonly Tick[]) => window.map(({ sequence }) => sequence);

/** As the store reads it: one element short of a window before the subject, itself, and as many after it. */
function neighbourhoodOf(series: readonly Tick[], index: number, windowEvents: number): readonly Tick[] {
  return series.slice(Math.max(0, index - windowEvents + 1), index + windowEvents);
}

describe("The windows that an element stands in", () => {
  const series = trades("1", "2", "3", "4", "5", "6", "7");

  it("are the one that it ends, and those of the elements after it that reach back to it", () => {
    const { subject, followers } = windowsFrom(series.slice(1, 6), series[3]!, 3);
    assert.deepEqual(sequencesOf(subject), [2, 3, 4]);
    assert.deepEqual(
      followers.map(({ tick, window }) => [tick.sequence, sequencesOf(window)]),
      [
        [5, [3, 4, 5]],
        [6, [4, 5, 6]],
      ],
    );
  });

  it("are short where the series begins, and none follow where it ends", () => {
    const first = windowsFrom(series.slice(0, 3), series[0]!, 3);
    assert.deepEqual(sequencesOf(first.subject), [1]);
    assert.deepEqual(
      first.followers.map(({ window }) => sequencesOf(window)),
      [
        [1, 2],
        [1, 2, 3],
      ],
    );
    const last = windowsFrom(series.slice(4), series[6]!, 3);
    assert.deepEqual([sequencesOf(last.subject), last.followers], [[5, 6, 7], []]);
  });

  it("know the element by its position, not by being the same object", () => {
    assert.deepEqual(sequencesOf(windowsFrom(series, tick(trade(2, { price: "9" })), 2).subject), [1, 2]);
  });

  it("are refused for an element that is not among its neighbours", () => {
    const stranger = tick(trade(8));
    const says = `${stranger.position} is not in its neighbourhood of 7 elements.`;
    assert.throws(() => windowsFrom(series, stranger, 3), { name: "RangeError", message: says });
    assert.throws(() => windowsFrom([], stranger, 3), RangeError);
  });

  it("are all those of the whole series that hold it, each at its end and of the asked length at most", () => {
    fc.assert(
      fc.property(SERIES, fc.nat(), fc.integer({ min: 2, max: 8 }), (all, pick, windowEvents) => {
        const index = pick % all.length;
        const { subject, followers } = windowsFrom(
          neighbourhoodOf(all, index, windowEvents),
          all[index]!,
          windowEvents,
        );
        const windows = all.map((_, end) => all.slice(Math.max(0, end - windowEvents + 1), end + 1));
        const holding = windows.filter((window) => window.includes(all[index]!));
        assert.deepEqual([subject, ...followers.map(({ window }) => window)], holding);
        for (const { tick, window } of followers) assert.equal(window.at(-1), tick);
      }),
    );
  });
});

describe("The basis of a window", () => {
  it("is the sum of its elements' times and sequences, and 0 for none", () => {
    assert.equal(basisOf([]), "0");
    const moment = { eventTime: "1970-01-01T00:00:00.000000002Z" };
    assert.equal(basisOf(ticks(trade(0, { eventTime: "1970-01-01T00:00:00Z" }))), "1");
    assert.equal(basisOf(ticks(trade(3, moment), trade(5, moment))), "40000000000000010"); // 2e16 + 3 + 1 + 2e16 + 5 + 1
  });

  it("has at most the 38 digits of a number in DynamoDB", () => {
    const last = trade(1, { sequence: Number.MAX_SAFE_INTEGER, eventTime: "2999-12-31T23:59:59.999999999Z" });
    assert.ok(basisOf(Array.from({ length: 50 }, () => tick(last))).length <= 38);
  });

  it("grows with each element learnt, wherever it belongs, as long as the window takes it in", () => {
    fc.assert(
      fc.property(SERIES, fc.integer({ min: 2, max: 8 }), fc.nat(), (all, windowEvents, seed) => {
        const subject = all.at(-1)!;
        let known: readonly Tick[] = [subject];
        for (const learnt of inSomeOrder(all.slice(0, -1), seed)) {
          const before = known.slice(-windowEvents);
          known = ascending([...known, learnt]);
          const after = known.slice(-windowEvents);
          const growth = BigInt(basisOf(after)) - BigInt(basisOf(before));
          assert.equal(growth > 0n, after.includes(learnt), `${basisOf(before)} to ${basisOf(after)}`);
          assert.ok(growth >= 0n);
        }
      }),
    );
  });

  it("does not depend on the order in which the elements came to be known, nor on their prices", () => {
    const [one, two] = ticks(quote(1, { eventTime: at(5) }), trade(2, { eventTime: at(6), price: "1" }));
    assert.equal(basisOf([one!, two!]), basisOf([{ ...two!, price: "2" }, one!]));
  });
});

function inSomeOrder(ticks: readonly Tick[], seed: number): Tick[] {
  const weight = ({ sequence }: Tick) => ((sequence + 1) * 7919 * (seed + 1)) % 1009;
  return [...ticks].sort((a, b) => weight(a) - weight(b));
}
