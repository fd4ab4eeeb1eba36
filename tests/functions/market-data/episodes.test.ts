import assert from "node:assert/strict";
import fc from "fast-check";
import type { AlertRule } from "../../../functions/market-data/domain/alert-rule";
import { type Advance, advance, type OpenEpisode } from "../../../functions/market-data/domain/episodes";
import type { Tick } from "../../../functions/market-data/domain/tick";
import { at, cancel, halt, quote, quotes, ticks, trade, trades } from "./support/details";
import { SERIES } from "./support/series";

const SETTINGS = { fastSpan: 3, slowSpan: 7, gapSettleEvents: 0, windowEvents: 5 };
type Condition = Omit<AlertRule, "id" | "severity">;
const rule = (condition: Condition): AlertRule => ({ id: "a-rule", severity: "info", ...condition });
const HIGH: Condition = { type: "price", above: "110", clear: "105" };

const advanced = (condition: Condition, recent: readonly Tick[], known?: OpenEpisode): Advance =>
  advance(rule(condition), recent, known, SETTINGS);

/** Each episode as `opened` or `opened-closed`, by the sequence numbers of its events. */
function episodes(condition: Condition, recent: readonly Tick[]): string[] {
  const sequenceOf = (position: string) => Number(position.split("#")[1]);
  return advanced(condition, recent).openings.map(({ episode, closedAt }) =>
    closedAt === undefined ? `${sequenceOf(episode)}` : `${sequenceOf(episode)}-${sequenceOf(closedAt)}`,
  );
}

describe("An episode", () => {
  it("opens at the element that reaches the level, with the measurements of its window", () => {
    const recent = trades("100", "109.99", "110", "120");
    const { openings, closing, lastPosition, met } = advanced(HIGH, recent);
    assert.equal(openings.length, 1);
    assert.equal(openings[0]!.episode, recent[2]!.position);
    assert.deepEqual([openings[0]!.measurements.price, openings[0]!.measurements.elements], ["110", "3"]);
    assert.deepEqual([closing, lastPosition, met], [undefined, recent[3]!.position, true]);
  });

  it("stays open between the level and its clear level, and closes there", () => {
    assert.deepEqual(episodes(HIGH, trades("110", "105.01", "110", "109")), ["1"]);
    assert.deepEqual(episodes(HIGH, trades("110", "106", "105", "109", "110")), ["1-3", "5"]);
  });

  it("closes right below its level when it has no clear level", () => {
    assert.deepEqual(episodes({ type: "price", above: "110" }, trades("110", "109.99", "110")), ["1-2", "3"]);
  });

  it("is mirrored for a rule about falling prices", () => {
    const low: Condition = { type: "price", below: "-90", clear: "-85.5" };
    assert.deepEqual(episodes(low, trades("-89", "-90", "-86", "-95", "-85.5", "-89")), ["2-5"]);
  });

  it("stays as it is while nothing is known", () => {
    const onlyQuotes = [...trades("110"), ...ticks(...[2, 3, 4, 5, 6, 7].map((sequence) => quote(sequence)))];
    assert.deepEqual(episodes(HIGH, onlyQuotes), ["1"]);
    assert.deepEqual(episodes(HIGH, []), []);
  });

  it("that is on record is closed, not opened again", () => {
    const recent = trades("110", "111", "104");
    const known = { episode: recent[0]!.position, lastPosition: recent[0]!.position };
    assert.deepEqual(advanced(HIGH, recent.slice(0, 2), known).openings, []);
    assert.ok(advanced(HIGH, recent.slice(0, 2), known).met);
    const { openings, closing, met } = advanced(HIGH, recent, known);
    assert.deepEqual([openings, met], [[], false]);
    assert.deepEqual(closing, { episode: known.episode, closedAt: recent[2]!.position });
  });

  it("that is on record may close and another open in one go", () => {
    const recent = trades("110", "104", "112");
    const known = { episode: recent[0]!.position, lastPosition: recent[0]!.position };
    const { openings, closing } = advanced(HIGH, recent, known);
    assert.equal(closing?.closedAt, recent[1]!.position);
    assert.deepEqual(
      openings.map(({ episode }) => episode),
      [recent[2]!.position],
    );
  });

  it("does not open for what was looked at before", () => {
    const recent = trades("110", "104", "109");
    const known = { episode: "0", lastPosition: recent[0]!.position, closedAt: recent[1]!.position };
    const { openings, lastPosition } = advanced(HIGH, recent, known);
    assert.deepEqual([openings, lastPosition], [[], recent[2]!.position]);
    assert.equal(advanced(HIGH, [], known).lastPosition, recent[1]!.position);
  });
});

describe("An episode of each type of rule", () => {
  it("is told by the move within so many seconds, the first of them included", () => {
    const moved = (milliseconds: number) =>
      ticks(trade(1, { eventTime: at(0) }), trade(2, { eventTime: at(milliseconds), price: "98" }));
    const move: Condition = { type: "move", percent: "2", windowSeconds: 1 };
    assert.deepEqual(episodes(move, moved(1000)), ["2"]);
    assert.deepEqual(episodes(move, moved(1001)), []);
  });

  it("is told by the volatility of the window", () => {
    const swings = trades("1", "2", "8", "16", "32", "64", "128", "256"); // the last uneven step leaves the window
    assert.deepEqual(episodes({ type: "volatility", above: "0.3" }, swings), ["3-7"]);
  });

  it("is told by the size against the mean before it", () => {
    const sizes = ["10", "10", "30", "10"].map((size, index) => trade(index + 1, { size }));
    assert.deepEqual(episodes({ type: "volume", multiple: "3" }, ticks(...sizes)), ["3-4"]);
  });

  it("is told by the spread of the latest quote", () => {
    const spread: Condition = { type: "spread", bps: "200", clear: "100" };
    assert.deepEqual(episodes(spread, quotes(["99", "101"], ["99.4", "100.6"], ["99.5", "100.5"])), ["1-3"]);
  });

  it("is told by the missing numbers, until none is missing", () => {
    const sequences = [1, 4, 5, 6, 7, 8, 9].map((sequence) => trade(sequence));
    assert.deepEqual(episodes({ type: "gap", missing: 2 }, ticks(...sequences)), ["4-8"]);
    assert.deepEqual(episodes({ type: "gap", missing: 3 }, ticks(...sequences)), []);
  });

  it("is told by a halt, until trading resumes or the halt is cancelled", () => {
    const quiet = [2, 3, 4, 5, 6, 7, 8].map((sequence) => trade(sequence));
    const stop: Condition = { type: "halt" };
    assert.deepEqual(episodes(stop, ticks(halt(1), ...quiet)), ["1"]); // the halt has left the window
    assert.deepEqual(episodes(stop, ticks(halt(1), ...quiet, halt(9, { state: "resumed" }))), ["1-9"]);
    assert.deepEqual(episodes(stop, ticks(halt(1), trade(2), cancel(3, 1))), ["1-3"]);
  });

  it("is each change of sides of the averages", () => {
    assert.deepEqual(episodes({ type: "cross" }, trades("100", "110", "80", "79")), ["3-4"]);
    assert.deepEqual(episodes({ type: "cross" }, trades("100", "110", "80", "120", "60")), ["3-4", "4-5", "5"]);
  });
});

const RULE = fc.constantFrom<Condition>(
  { type: "price", above: "5000", clear: "3000" },
  { type: "price", below: "2000" },
  { type: "move", percent: "50", clear: "10", windowSeconds: 1 },
  { type: "volatility", above: "1" },
  { type: "volume", multiple: "2", clear: "1" },
  { type: "cross" },
  { type: "spread", bps: "5000", clear: "1000" },
  { type: "gap", missing: 1 },
  { type: "halt" },
);

/** The book of a rule: what it has after these hands of events, each looked at with all that came before. */
function bookOf(condition: Condition, recent: readonly Tick[], ends: readonly number[]) {
  const book: OpenEpisode[] = [];
  for (const end of ends) {
    const { openings, closing, lastPosition } = advanced(condition, recent.slice(0, end), book.at(-1));
    if (closing) book.push({ ...book.pop()!, closedAt: closing.closedAt });
    book.push(...openings.map(({ measurements: _, ...opening }) => ({ ...opening, lastPosition })));
  }
  return book.map(({ episode, closedAt }) => ({ episode, closedAt }));
}

describe("The episodes of a rule", () => {
  const hands = SERIES.chain((recent) =>
    fc.tuple(fc.constant(recent), fc.array(fc.nat({ max: recent.length }), { maxLength: 6 })),
  );

  it("are the same, however the events are handed in and however often", () => {
    fc.assert(
      fc.property(RULE, hands, (condition, [recent, ends]) => {
        const steps = [...ends.sort((a, b) => a - b), recent.length, recent.length];
        assert.deepEqual(bookOf(condition, recent, steps), bookOf(condition, recent, [recent.length]));
      }),
      { numRuns: 1000 },
    );
  });

  it("follow one another: each closes before or when the next opens, and at most one opens per event", () => {
    fc.assert(
      fc.property(RULE, SERIES, (condition, recent) => {
        const { openings, met } = advanced(condition, recent);
        openings.forEach(({ episode, closedAt }, index) => {
          const next = openings[index + 1];
          if (next) assert.ok(closedAt !== undefined && episode < closedAt && closedAt <= next.episode);
        });
        assert.equal(met, openings.length > 0 && openings.at(-1)!.closedAt === undefined);
      }),
      { numRuns: 1000 },
    );
  });
});
