import assert from "node:assert/strict";
import type { CampaignIndex } from "../../../../functions/ad-exchange/domain/targeting/campaign-index";
import { IndexHolder } from "../../../../functions/ad-exchange/domain/targeting/index-holder";
import { Matches } from "../../../../functions/ad-exchange/domain/targeting/matches";
import { OVERLAY_CAPACITY } from "../../../../functions/ad-exchange/domain/targeting/overlay-segment";
import { centsToMicros } from "./support/brute-force";
import { BANNER, campaign, indexOf, NOW, TRAITS } from "./support/samples";

const MINUTE = 60_000;

function idsIn(index: CampaignIndex | undefined): string[] {
  const into = new Matches(16, 16);
  const count = index!.match(TRAITS, BANNER, into);
  return Array.from({ length: count }, (_, at) => index!.campaign(into.ordinal[at]!).id).sort();
}

const change = (number: number, version: number, rest: object = {}, at = NOW) => ({
  ...{ advertiser: "adv", id: `c${number}`, version, at, campaign: campaign(number, { version, ...rest }) },
});
const gone = (number: number, version: number, at = NOW) => ({ advertiser: "adv", id: `c${number}`, version, at });

describe("The holder of the index", () => {
  it("has none at first, and remembers what it is told before one comes", () => {
    const holder = new IndexHolder(centsToMicros);
    assert.equal(holder.current, undefined);
    assert.equal(holder.age(NOW), Number.POSITIVE_INFINITY);
    assert.equal(holder.apply(change(2, 1)), undefined);
    holder.setLive("adv", "c1", false);
    holder.adopt(indexOf([campaign(1), campaign(3)]));
    while (holder.work()) assert.equal(holder.current, undefined);
    assert.deepEqual(idsIn(holder.current), ["c2", "c3"]);
  });

  it("remembers of several changes the latest, in whatever order they come", () => {
    const holder = new IndexHolder(centsToMicros);
    for (const told of [change(1, 2), gone(1, 3), gone(2, 2), change(2, 3), change(2, 1)]) holder.apply(told);
    holder.adopt(indexOf([campaign(1)]));
    while (holder.work());
    assert.deepEqual(idsIn(holder.current), ["c2"]);
  });

  it("changes over when the next index knows all that was changed, and not before", () => {
    const holder = new IndexHolder(centsToMicros);
    holder.adopt(indexOf([campaign(1), campaign(2)]));
    holder.apply(gone(1, 2, NOW + 1));
    holder.apply(change(3, 1, {}, NOW + 2));
    const first = holder.current;
    holder.adopt(indexOf([campaign(1), campaign(2)], 2, NOW));
    assert.equal(holder.work(1), true);
    holder.apply(change(4, 1, {}, NOW + 3));
    assert.equal(holder.current, first);
    assert.deepEqual(idsIn(first), ["c2", "c3", "c4"]);
    while (holder.work(1));
    assert.notEqual(holder.current, first);
    assert.deepEqual(idsIn(holder.current), ["c2", "c3", "c4"]);
    assert.equal(holder.isPreparing, false);
  });

  it("says what the next index made of each change that it is told", () => {
    const told: string[] = [];
    const holder = new IndexHolder(centsToMicros, ({ id }, applied) => told.push(`${id} ${applied}`));
    holder.adopt(indexOf([campaign(1)]));
    assert.equal(holder.apply(change(2, 2, { currency: "XXX" })), "refused");
    assert.equal(holder.apply(change(3, 2)), "taken");
    assert.deepEqual(told, []);
    holder.adopt(indexOf([campaign(1), campaign(3, { version: 2 })], 2, NOW));
    while (holder.work());
    assert.deepEqual(told, ["c2 refused", "c3 known"]);
  });

  it("takes no older index, and forgets changes that a newer one has long had", () => {
    const holder = new IndexHolder(centsToMicros);
    holder.adopt(indexOf([campaign(1)], 5));
    holder.adopt(indexOf([campaign(2)], 4));
    holder.apply(change(3, 1));
    holder.adopt(indexOf([campaign(4)], 6, NOW + 5 * MINUTE));
    while (holder.work());
    assert.deepEqual(idsIn(holder.current), ["c3", "c4"]);
    holder.adopt(indexOf([campaign(4)], 7, NOW + 6 * MINUTE));
    assert.deepEqual(idsIn(holder.current), ["c4"]);
  });

  it("keeps a stopped campaign from bidding through changes and newer snapshots", () => {
    const holder = new IndexHolder(centsToMicros);
    holder.adopt(indexOf([campaign(1), campaign(2)]));
    holder.setLive("adv", "c1", false);
    holder.apply(change(1, 2));
    assert.deepEqual(idsIn(holder.current), ["c2"]);
    holder.adopt(indexOf([campaign(1, { version: 3 }), campaign(2)], 2));
    while (holder.work());
    assert.deepEqual(idsIn(holder.current), ["c2"]);
    holder.setLive("adv", "c1", true);
    assert.deepEqual(idsIn(holder.current), ["c1", "c2"]);
  });

  it("says how old what it knows is", () => {
    const holder = new IndexHolder(centsToMicros);
    holder.adopt(indexOf([campaign(1)]));
    assert.equal(holder.age(NOW + 500), 500);
    holder.apply(change(2, 1, {}, NOW + 300));
    assert.equal(holder.age(NOW + 500), 200);
  });
});

describe("A change", () => {
  it("is taken once, and never after a later one, also of campaigns that the snapshot has as paused", () => {
    const index = indexOf([campaign(1, { version: 4 }), campaign(2, { version: 4, status: "paused" })]);
    assert.equal(index.applyChange(change(1, 4), centsToMicros), "known");
    assert.equal(index.applyChange(change(2, 3), centsToMicros), "known");
    assert.equal(index.applyChange(change(2, 5), centsToMicros), "taken");
    assert.equal(index.applyChange(change(2, 5), centsToMicros), "known");
    assert.equal(index.applyChange(gone(1, 6), centsToMicros), "taken");
    assert.equal(index.applyChange(change(1, 5), centsToMicros), "known");
    assert.deepEqual(idsIn(index), ["c2"]);
    assert.deepEqual(index.size, { snapshot: 1, changed: 1 });
  });

  it("to a campaign that can never bid takes out the one that could", () => {
    const index = indexOf([campaign(1)]);
    assert.equal(index.applyChange(change(1, 2, { currency: "XXX" }), centsToMicros), "refused");
    assert.deepEqual(idsIn(index), []);
  });

  it("that no longer fits is not matched as it was, either", () => {
    const index = indexOf([campaign(1)]);
    for (let version = 2; version < OVERLAY_CAPACITY + 2; version++)
      index.applyChange(change(2, version), centsToMicros);
    assert.deepEqual(idsIn(index), ["c1", "c2"]);
    assert.equal(index.applyChange(change(1, 2), centsToMicros), "full");
    assert.deepEqual(idsIn(index), ["c2"]);
  });

  it("leaves to a decision that is under way the campaign that it had found", () => {
    const index = indexOf([campaign(1)]);
    const into = new Matches();
    index.match(TRAITS, BANNER, into);
    index.applyChange(change(1, 2, { bid: "3.00" }), centsToMicros);
    const { version, bidMicros } = index.campaign(into.ordinal[0]!);
    assert.deepEqual({ version, bidMicros }, { version: 1, bidMicros: 1_000_000 });
    assert.equal(index.creative(into.creative[0]!).id, "cr1");
    index.match(TRAITS, BANNER, into);
    assert.equal(index.campaign(into.ordinal[0]!).version, 2);
  });

  it("is explained as it is now, and not as it was, too", () => {
    const index = indexOf([campaign(1, { bid: "2.00" }), campaign(2)]);
    index.applyChange(change(1, 2, { bid: "3.00" }), centsToMicros);
    const explained = index.explain(TRAITS, BANNER, 10).map(({ id, bidMicros, reason }) => [id, bidMicros, reason]);
    assert.deepEqual(explained[0], ["c1", 3_000_000, "fits"]);
    assert.deepEqual(
      explained.map(([id]) => id),
      ["c1", "c2"],
    );
  });

  it("of its live bit is found under its name only", () => {
    const index = indexOf([campaign(1), campaign(1, { advertiser: "other" })]);
    assert.equal(index.setLive("other", "c1", false), true);
    assert.equal(index.setLive("nobody", "c1", false), false);
    assert.deepEqual(idsIn(index), ["c1"]);
    assert.equal(index.setLive("other", "c1", true), true);
    assert.deepEqual(idsIn(index), ["c1", "c1"]);
  });
});
