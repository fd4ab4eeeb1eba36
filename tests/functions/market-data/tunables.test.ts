import assert from "node:assert/strict";
import { DEFAULT_TUNABLES, parseTunables } from "../../../functions/market-data/domain/tunables";

const { candidates, storm } = DEFAULT_TUNABLES;
const read = (changes: object) => parseTunables(JSON.stringify({ ...DEFAULT_TUNABLES, ...changes }));

/** [the changes to the defaults, the whole message after `tunables: `] */
const REFUSED: readonly (readonly [changes: object, says: string])[] = [
  [{ latenessSeconds: 0 }, "latenessSeconds is 0; give a number above 0"],
  [{ futureSkewSeconds: "2" }, 'futureSkewSeconds is "2"; give a number above 0'],
  [{ windowEvents: 1 }, "windowEvents is 1; give a whole number from 2 to 50"],
  [{ windowEvents: 51 }, "windowEvents is 51; give a whole number from 2 to 50"],
  [{ windowEvents: 2.5 }, "windowEvents is 2.5; give a whole number from 2 to 50"],
  [{ fastSpan: 0 }, "fastSpan is 0; give a whole number from 1 to 50"],
  [{ fastSpan: 15 }, "fastSpan is 15; give less than slowSpan"],
  [{ gapSettleEvents: -1 }, "gapSettleEvents is -1; give a whole number from 0 to 50"],
  [{ seriesRetentionDays: 366 }, "seriesRetentionDays is 366; give a whole number from 1 to 365"],
  [{ recentEvents: 1001 }, "recentEvents is 1001; give a whole number from 1 to 1000"],
  [{ parameterTtlSeconds: null }, "parameterTtlSeconds is null; give a whole number from 1 to 3600"],
  [{ allowedSources: [] }, "allowedSources is an object; give a list of at least one source"],
  [{ allowedSources: "exchange.*" }, 'allowedSources is "exchange.*"; give a list of at least one source'],
  [{ storm: 5 }, "storm is 5; give an object with limit and windowSeconds"],
  [{ storm: { ...storm, limit: 0 } }, "storm.limit is 0; give a whole number from 1 to 1000"],
  [{ storm: { limit: 5 } }, "storm.windowSeconds is undefined; give a whole number from 1 to 86400"],
  [{ candidates: [] }, "candidates is an object; give an object of thresholds"],
  [
    { candidates: { ...candidates, movePercent: 2 } },
    'candidates.movePercent is 2; give a decimal as text, for example "0.5"',
  ],
  [{ candidates: { ...candidates, missing: 0 } }, "candidates.missing is 0; give a whole number from 1 to 1000"],
];

describe("The tunables", () => {
  for (const [changes, says] of REFUSED) {
    it(`are refused when ${says.split(";")[0]}, in a message that says what to give instead`, () => {
      assert.throws(() => read(changes), { name: "Error", message: `tunables: ${says}.` });
    });
  }

  it("have defaults that are right, and are read as they were written", () => {
    assert.deepEqual(read({}), DEFAULT_TUNABLES);
    const changes = { latenessSeconds: 0.5, windowEvents: 50, gapSettleEvents: 0, fastSpan: 1, slowSpan: 2 };
    assert.deepEqual(read(changes), { ...DEFAULT_TUNABLES, ...changes });
  });

  it("are refused in one message that lists every mistake", () => {
    assert.throws(() => read({ latenessSeconds: -1, windowEvents: 0, storm: null }), {
      message: [
        "tunables: latenessSeconds is -1; give a number above 0",
        "windowEvents is 0; give a whole number from 2 to 50",
        "storm is null; give an object with limit and windowSeconds.",
      ].join("; "),
    });
  });

  it("are refused when they are no object, or no JSON", () => {
    assert.throws(() => parseTunables("[]"), { message: "tunables: value is an object; give a JSON object." });
    assert.throws(() => parseTunables("null"), { message: "tunables: value is null; give a JSON object." });
    assert.throws(() => parseTunables(""), { message: /^tunables: not JSON: .+\.$/ });
  });
});
