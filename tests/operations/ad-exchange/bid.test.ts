import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBidRequest } from "../../../functions/ad-exchange/domain/openrtb/read-bid-request";
import { startBidServer } from "../../../local/exchange/bid-server";
import { generateCampaigns } from "../../../local/exchange/campaigns";
import { exchangeInProcess } from "../../../local/exchange/in-process";
import { sampleSettings } from "../../../local/exchange/settings";
import { answerLines, bodyOf, placeOf } from "../../../operations/ad-exchange/bid";
import { bidView } from "../../../operations/ad-exchange/bid-view";

const ROOT = join(__dirname, "../../..");
const EXAMPLES = join(ROOT, "docs/examples/ad-exchange");
const NOW = new Date("2026-11-21T12:00:00Z");

const exchange = () =>
  exchangeInProcess({
    campaigns: generateCampaigns({ seed: 1, count: 500, now: NOW }),
    settings: sampleSettings(NOW),
    now: () => NOW.getTime(),
  }).exchange;
const decided = (body: string) => exchange().answer({ body, caller: undefined, receivedAt: NOW.getTime() });
const run = (args: string[], input = "") =>
  spawnSync(process.execPath, ["--require", "tsx/cjs", join(ROOT, "operations/ad-exchange/bid.ts"), ...args], {
    ...{ cwd: ROOT, input, encoding: "utf8" as const, env: { ...process.env, EXCHANGE_TOKEN: "" } },
  });

describe("npm run bid", () => {
  it("sends a test unless it is told otherwise, and then what is in the file", () => {
    const text = '{"id":"a","imp":[],"price":2.50}';
    assert.deepEqual(JSON.parse(bodyOf(text, "f", false)), { id: "a", imp: [], price: 2.5, test: 1 });
    assert.equal(bodyOf(text, "f", true), text);
  });

  it("says in one line what is no request", () => {
    assert.throws(() => bodyOf('{"id":', "r.json", false), /^Error: r\.json is no JSON: /);
    assert.throws(() => bodyOf("[]", "r.json", false), /r\.json holds no bid request/);
  });

  for (const file of readdirSync(EXAMPLES)) {
    it(`shows ${file} of the examples, which is sold`, async () => {
      const body = bodyOf(readFileSync(join(EXAMPLES, file), "utf8"), file, false);
      assert.equal(readBidRequest(body).ok, true);
      const lines = answerLines(body, await decided(body));
      assert.match(lines[0]!, /^\d of \d impressions sold$/);
      assert.match(lines.join("\n"), /auction of imp 1 at [\d.]+ ms: \S+ wins and pays \d+\.\d\d+ USD of /);
    });
  }

  it("shows who is out and why, who lost and to what, and what may be known of the user", async () => {
    const file = join(EXAMPLES, "child-directed.json");
    const body = bodyOf(readFileSync(file, "utf8"), file, false);
    const text = answerLines(body, await decided(body)).join("\n");
    assert.match(text, /not used: ids, preciseGeo, segments, userKey\n.*because: regs\.coppa: /);
    assert.match(text, /└─ best-paying that do not\n.* geo \(\d+\): adv-\d+#cmp-\d+ \d+\.\d\d, /);
    assert.match(text, /test-seat-b\/test-seat-b-1: \d+\.\d\d+ USD, lostTo/);
  });

  it("says why nothing is sold", () => {
    const lines = bidView(
      { imp: [{ id: "1" }] },
      { nbr: 500, ext: { trace: [{ stage: "answer", at: 1, reason: "noDemand" }] } },
    );
    assert.deepEqual(lines, ["no bid: noDemand (500)", "└─ trace", "   └─ answer at 1 ms: no bid: noDemand"]);
  });

  it("shows what caps leave of a campaign, and whom they leave out", () => {
    const trace = [
      { stage: "caps", at: 1, out: [], left: { "adv-a#a": 1 } },
      { stage: "caps", at: 2, out: ["adv-b#b"] },
    ];
    assert.deepEqual(bidView({}, { nbr: 9, ext: { trace } }).slice(1), [
      "└─ trace",
      "   ├─ caps at 1 ms",
      "   │  └─ impressions that are left",
      "   │     └─ adv-a#a: 1",
      "   └─ caps at 2 ms",
      "      └─ out by their frequency caps: adv-b#b",
    ]);
  });

  it("shows stages and codes it does not know as they are", () => {
    const trace = [{ stage: "later", at: 2, colour: "blue" }, { stage: "toString", at: 3 }, { at: 4 }];
    assert.deepEqual(bidView({}, { nbr: 77, ext: { trace } }), [
      "no bid: 77",
      "└─ trace",
      "   ├─ later at 2 ms",
      "   │  └─ colour: blue",
      "   ├─ toString at 3 ms",
      "   └─ nothing at 4 ms",
    ]);
  });

  it("finds out what is wrong with a malformed request, which the answer does not say", () => {
    const body = JSON.stringify({ id: "1", imp: [{ id: "1", bidfloor: "2" }] });
    assert.throws(() => answerLines(body, { status: 400, body: "" }), /^Error: 400: malformed: request\.imp/);
  });

  for (const [status, says] of [
    [401, /^Error: 401: the token is missing/],
    [403, /^Error: 403: the token opens no auction/],
    [429, /^Error: 429: too many/],
    [502, /^Error: 502: the exchange failed/],
    [418, /^Error: 418: the exchange refused/],
  ] as const)
    it(`says ${status} in words`, () => {
      assert.throws(() => answerLines("{}", { status, body: "<html>" }), says);
    });

  it("wants the address of a stack it cannot know, and one that is one", () => {
    const none = { campaigns: 1 };
    assert.throws(() => placeOf({ ...none, stack: "prod" }), /Give --url: .*--stack prod/);
    assert.throws(() => placeOf({ ...none, stack: "local", url: "exchange" }), /--url exchange: give one/);
  });

  it("reaches a served exchange, with its token or not, and leaves no stack trace", async () => {
    const server = await startBidServer({
      ...{ exchange: exchange(), port: 0, host: "127.0.0.1", token: "a-token-of-some-length" },
      failed: (error) => assert.fail(String(error)),
    });
    try {
      const body = bodyOf(readFileSync(join(EXAMPLES, "banner.json"), "utf8"), "banner.json", false);
      for (const url of [server.url, `${server.url}/`, `${server.url}/openrtb2/auction`]) {
        const { target, token } = placeOf({ stack: "local", url, token: "a-token-of-some-length", campaigns: 1 });
        assert.equal((await target.send(body, token)).status, 200);
        assert.equal((await target.send(body, "another-token-of-that-length")).status, 401);
        target.close();
      }
    } finally {
      await server.stop();
    }
  });

  it("reads standard input and decides in its own process where nothing runs", function () {
    this.timeout(60_000);
    const input = readFileSync(join(EXAMPLES, "banner.json"), "utf8");
    const { stdout, status, stderr } = run(["-", "--campaigns", "100"], input);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /Decided by (this process, over 100 made-up campaigns|the embedded cloud)/);
    assert.match(stdout, /\d of 2 impressions sold\n├─ answer/);
  });

  it("tells mistakes in one line and ends with 1", function () {
    this.timeout(60_000);
    const folder = mkdtempSync(join(tmpdir(), "sluice-bid-"));
    try {
      const broken = join(folder, "broken.json");
      writeFileSync(broken, "{");
      for (const [args, says] of [
        [[join(folder, "nowhere.json")], /^There is no file .*nowhere\.json\.$/],
        [[broken], /^.*broken\.json is no JSON: .*\.$/],
        [[join(EXAMPLES, "banner.json"), "--url", "http://127.0.0.1:1"], /does not answer: ECONNREFUSED\.$/],
      ] as const) {
        const { stderr, status } = run([...args]);
        assert.equal(status, 1);
        assert.match(stderr.trimEnd(), says);
        assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
