import assert from "node:assert/strict";
import type { Account } from "../../../local/exchange/account";
import { decisionFigures } from "../../../local/exchange/emf-figures";
import { isRight, type ReportFacts, render } from "../../../local/exchange/report";

const ACCOUNT: Account = {
  requests: 1_000,
  statuses: new Map([
    ["200 bids", 900],
    ["204 no bid", 100],
  ]),
  ...{ impressions: 2_000, bids: 1_500, decided: 1_000, stripped: 210 },
  prices: new Map([
    ["banner", [1, 2.5, 9.999]],
    ["audio", []],
  ]),
  privacy: new Map([["US, opted out", 210]]),
  wrong: [],
};
const FACTS: ReportFacts = {
  ...{ title: "A market", planned: 1_000, seconds: 5, publishers: 700, campaigns: 1_025 },
  figures: {
    requests: 1_000,
    noBids: new Map([
      ["noDemand", 95],
      ["insufficientTime", 5],
    ]),
    milliseconds: new Map([
      ["ReadMilliseconds", [0.1, 0.2, 3]],
      ["DecisionMilliseconds", [0.5, 1.25, 30.4]],
    ]),
  },
  ...{ answers: [20, 30, 40], firsts: [50], floor: [10, 10, 20] },
  pause: { seconds: 1.04, boundSeconds: 10, probes: 84 },
};

describe("The report of a market", () => {
  it("tells what became of requests, impressions, prices, users and time", () => {
    const text = render(ACCOUNT, FACTS);
    for (const expected of [
      /^ {2}bid requests +1,000 {3}of 700 publishers, 200 a second$/m,
      /^ {4}200 bids +900$/m,
      /^ {4}sold +1,500 {3}fill 75\.0 %$/m,
      /^ {2}requests without a bid +100 {3}noDemand 95, insufficientTime 5$/m,
      /^ {2}users not to be known +21\.0 % .*\n {4}US, opted out +210$/m,
      /^ {4}banner +2\.50 +10\.00 +3$/m,
      /^ {4}audio +– +– +0$/m,
      /^ {6}read +0\.200 ms +3\.00 ms +3\.00 ms$/m,
      /^ {6}match +– +– +–$/m,
      /^ {4}decision +1\.25 ms +30 ms +30 ms$/m,
      /^ {4}a token's first +50 ms +50 ms +50 ms$/m,
      /^ {4}GET \/health, without function +10 ms +20 ms +20 ms$/m,
      /^ {2}a bid over that floor +3\.0 × /m,
      /^ {2}paused, it bids no more +1\.0 s {3}after the API's answer; bound 10 s, 84 requests$/m,
      /^ {2}wrong: 0$/m,
    ])
      assert.match(text, expected);
    for (const each of text.split("\n")) assert.equal(each.length <= 100, true, each);
    assert.equal(isRight(ACCOUNT), true);
  });

  it("says where it was interrupted, and leaves out what was not looked at", () => {
    const { pause: _, ...facts } = FACTS;
    const text = render({ ...ACCOUNT, requests: 400 }, { ...facts, floor: [], answers: [] });
    assert.match(text, /^ {2}interrupted after +400 {3}of 1,000$/m);
    assert.match(text, /^ {2}a bid over that floor +– /m);
    assert.doesNotMatch(text, /paused/);
  });

  it("names the first ten things that are wrong, and is then not right", () => {
    const wrong = Array.from({ length: 12 }, (_, index) => `request ${index}: 500 instead of 200 or 204`);
    const text = render({ ...ACCOUNT, wrong }, FACTS);
    assert.match(text, /^ {2}wrong: 12\n {4}request 0: 500/m);
    assert.match(text, /request 9:/);
    assert.doesNotMatch(text, /request 10:/);
    assert.equal(isRight({ wrong }), false);
  });
});

describe("Figures in the bid handler's log", () => {
  const line = (Timestamp: number, fields: object) => JSON.stringify({ _aws: { Timestamp }, NoBids: 0, ...fields });
  const lines = [
    "START RequestId",
    '{"NoBids": broken',
    line(1_000, { BidRequests: 5, DecisionMilliseconds: [9] }),
    line(3_000, { BidRequests: 2, NoBids: 1, ReadMilliseconds: [0.1, 0.2], DecisionMilliseconds: [1, 2] }),
    line(3_000, { NoBids: 1, reason: "noDemand" }),
    line(4_000, { BidRequests: 3, NoBids: 3, DecisionMilliseconds: 4 }),
    line(4_000, { NoBids: 2, reason: "allRefused" }),
    line(4_000, { NoBids: 1, reason: "noDemand" }),
    JSON.stringify({ _aws: { Timestamp: 4_000 }, RefusedRequests: 3, reason: "forbidden" }),
    line(6_000, { BidRequests: 7, NoBids: 7, reason: "late" }),
  ];

  it("are those of the session's seconds, by reason and stage", () => {
    const { requests, noBids, milliseconds } = decisionFigures(lines, 2_500, 5_100);
    assert.equal(requests, 5);
    assert.deepEqual(
      [...noBids],
      [
        ["forbidden", 3],
        ["noDemand", 2],
        ["allRefused", 2],
      ],
    );
    assert.deepEqual(milliseconds.get("ReadMilliseconds"), [0.1, 0.2]);
    assert.deepEqual(milliseconds.get("DecisionMilliseconds"), [1, 2, 4]);
  });
});
