import assert from "node:assert/strict";
import { settle } from "../../../local/clickstream/ledger";
import { isEven, render } from "../../../local/clickstream/report";
import { exitCodeOf } from "../../../local/interruption";
import { POLICY } from "../../functions/clickstream/support/memory-world";
import { soundAccount } from "./support/sound-account";

const facts = { title: "Clickstream: a run", sent: 151, planned: 151, seconds: 30, requests: [5, 10, 15], givenUp: [] };
/** The figure of a line. */
const figure = (text: string, label: string) => new RegExp(`^ *${label} +([\\d,]+)`, "m").exec(text)?.[1];

describe("The report of a clickstream run", () => {
  it("tells what was sent, what became of it, how fast, what struck, and that nothing is lost", async () => {
    const ledger = settle(await soundAccount(11, 150), POLICY);
    const inStream = { count: 3, mean: 1, p50: 100, p95: 200, p99: 300, max: 400 };
    const faults = new Map([["the function crashes", 7]]);
    const text = render(ledger, { ...facts, inStream, faults });
    const labels = ["sent", "acknowledged", "refused", "records in the stream", "stored", "duplicates", "quarantined"];
    assert.deepEqual(
      [...labels, "waiting", "the function crashes"].map((label) => figure(text, label)),
      ["151", "132", "9", "142", "111", "15", "15", "1", "7"],
    );
    assert.match(text, /302 a minute/);
    assert.match(text, /collector answers +10 ms +15 ms +15 ms/);
    assert.match(text, /stream to tables +100 ms +200 ms +300 ms/);
    assert.match(text, /\n {2}lost: 0$/);
    assert.equal(
      text.split("\n").every((line) => line.length <= 100),
      true,
    );
  });

  it("names what is lost and what nobody sent, and what clients gave up", async () => {
    const account = await soundAccount(11, 150);
    account.letters.splice(0, 1);
    account.links.push({ anonymousId: "strange", userId: "u", at: "2026" });
    const text = render(settle(account, POLICY), { ...facts, givenUp: ["[503] Service Unavailable"] });
    assert.match(text, /lost: 1\n/);
    assert.match(text, /record shardId-\d+:\d+ is neither stored/);
    assert.match(text, /unaccounted +1\n {4}the link of strange/);
    assert.match(text, /given up by a client +\[503\]/);
  });

  it("tells how far an interrupted run came", async () => {
    const ledger = settle(await soundAccount(11, 20), POLICY);
    assert.match(render(ledger, { ...facts, planned: 2_000 }), /interrupted after +151 {3}of 2,000\n/);
    assert.doesNotMatch(render(ledger, facts), /interrupted/);
  });
});

describe("A run", () => {
  it("is even only when nothing is lost, nothing is nobody's, and no client gave up", async () => {
    const ledger = settle(await soundAccount(11, 20), POLICY);
    const even = (more: Partial<typeof ledger>, givenUp: readonly string[] = []) =>
      isEven({ ...ledger, ...more }, { givenUp });
    const found = [even({}), even({ lost: ["one"] }), even({ unaccounted: ["one"] }), even({}, ["[503]"])];
    assert.deepEqual(found, [true, false, false, false]);
  });

  it("exits with 0, with 1 when it did not go well, and with 130 when it was interrupted", () => {
    const [running, interrupted] = [new AbortController().signal, AbortSignal.abort()];
    assert.deepEqual([exitCodeOf(true, running), exitCodeOf(false, running)], [0, 1]);
    assert.deepEqual([exitCodeOf(true, interrupted), exitCodeOf(false, interrupted)], [130, 130]);
  });
});
