import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Estate, openEstate } from "../../../local/estate";
import { exchangeOverrides, hasExchange } from "../../../local/exchange/deployed";
import { httpTarget } from "../../../local/exchange/http-target";
import { runSession } from "../../../local/exchange/run";
import { exchangeShow, runningExchange } from "../../../local/exchange/show";
import { answerLines, bodyOf } from "../../../operations/ad-exchange/bid";

const BANNER = join(__dirname, "../../../docs/examples/ad-exchange/banner.json");

describe("The ad exchange on the embedded cloud", () => {
  let estate: Estate;
  const problems: string[] = [];

  before(async function () {
    this.timeout(180_000);
    const only = JSON.stringify({ marketData: false, clickstream: false, adExchange: true });
    estate = await openEstate({
      name: "exchange-session",
      overrides: { ...exchangeOverrides(new Date()), systems: only },
      sources: { onProblem: (problem) => problems.push(problem) },
      apis: { onProblem: (problem) => problems.push(problem) },
    });
  });
  after(() => estate?.stop());

  it("sells a market's impressions, every answer right, and a paused campaign bids no more", async () => {
    const session = await runSession(estate, {
      ...{ auctions: 300, seed: 2, campaigns: 300, signal: new AbortController().signal },
      step: () => {},
      onSent: () => {},
    });
    const { account, facts } = session!;
    assert.deepEqual(account.wrong, []);
    assert.equal(account.requests, 300);
    assert.equal(account.bids > 100, true, `${account.bids} bids`);
    assert.equal(facts.figures.requests > 200, true, `the function counted ${facts.figures.requests} requests`);
    assert.equal(facts.figures.milliseconds.get("DecisionMilliseconds")!.length, facts.figures.requests);
    assert.equal(facts.pause!.seconds < facts.pause!.boundSeconds, true);
    assert.deepEqual(problems, []);
  });

  it("is kept with a publisher's token, with which a request is decided and explained", async () => {
    assert.equal(hasExchange(estate), true);
    const { url, token } = runningExchange(estate)!;
    const target = httpTarget(url);
    const body = bodyOf(readFileSync(BANNER, "utf8"), "banner.json", false);
    const lines = answerLines(body, await target.send(body, token));
    target.close();
    assert.match(lines.join("\n"), /of 2 impressions sold\n├─ answer[\s\S]*└─ trace[\s\S]*auction of imp 1/);
    const said = exchangeShow({ auctions: 1, seed: 1 }).keepText(estate);
    assert.equal(said.includes(url) && said.includes(token), true);
  });
});
