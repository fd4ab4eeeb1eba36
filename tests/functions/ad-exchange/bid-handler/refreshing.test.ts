import assert from "node:assert/strict";
import { Readiness } from "../../../../functions/ad-exchange/bid-handler/readiness";
import { refreshing } from "../../../../functions/ad-exchange/bid-handler/refreshing";
import type { Campaign } from "../../../../functions/ad-exchange/domain/campaign";
import { microsOfText } from "../../../../functions/ad-exchange/domain/price";
import { compileSnapshot } from "../../../../functions/ad-exchange/domain/targeting/compile-snapshot";
import { traitsOf } from "../../../../functions/ad-exchange/domain/traits-of";
import { campaign, NOW, request } from "../support/exchange";
import { SETTINGS } from "../support/settings";

const KEY = JSON.stringify({
  keys: [{ id: "k1", secret: Buffer.alloc(32, 1).toString("base64"), createdAt: "2026-11-01T00:00:00Z" }],
});

describe("What refreshing brings", () => {
  const brought = () => {
    const ready = new Readiness();
    const told: string[] = [];
    const handlers = refreshing(
      ready,
      () => NOW,
      (message, fields) => told.push(`${message} ${JSON.stringify(fields)}`),
    );
    const snapshot = (generation: number, ...campaigns: Campaign[]) => {
      const toMicros = (amount: string) => microsOfText(amount);
      const file = compileSnapshot(campaigns, { generation, builtAt: NOW + generation, toMicros });
      handlers.snapshot(new Uint8Array(file).buffer, undefined as never);
    };
    const settings = (more = {}) => handlers.settings(JSON.stringify({ ...SETTINGS, ...more }));
    const changed = (one: Campaign, version: number) =>
      handlers.change({ advertiser: one.advertiser, id: one.id, version, campaign: { ...one, version }, at: NOW });
    const bids = () => {
      const { index } = ready.at(NOW) ?? {};
      return index?.explain(traits, slot, 10).map(({ id }) => id);
    };
    return { ready, told, handlers, snapshot, settings, changed, bids };
  };
  const nothing = { ids: false, preciseGeo: false, segments: false, userKey: false };
  const traits = traitsOf(request(), nothing, NOW);
  const imp = { id: "1", banner: { w: 300, h: 250 } };
  const slot = { index: 0, imp, floorMicros: 0, privateOnly: false, deals: [] };

  it("is ready when index, settings and keys are there, in whatever order they come", () => {
    const parts = ["snapshot", "settings", "keys"] as const;
    for (const first of parts) {
      for (const second of parts.filter((part) => part !== first)) {
        const { ready, handlers, snapshot, settings } = brought();
        const bring = {
          snapshot: () => snapshot(1, campaign("a", "1.00")),
          settings,
          keys: () => handlers.keys(KEY, undefined),
        };
        const last = parts.find((part) => part !== first && part !== second) ?? "keys";
        bring[first]();
        bring[second]();
        assert.equal(ready.at(NOW), undefined, `${first}, ${second}`);
        bring[last]();
        assert.notEqual(ready.at(NOW), undefined, `${first}, ${second}, ${last}`);
      }
    }
  });

  it("keeps what was there where something cannot be used", () => {
    const { ready, handlers, snapshot, settings } = brought();
    snapshot(1, campaign("a", "1.00"));
    settings();
    handlers.keys(KEY, undefined);
    const before = ready.at(NOW);
    assert.throws(() => handlers.settings("{}"), /asi/);
    assert.throws(() => handlers.keys("{}", undefined), /signing keys/);
    const secret = "QUJDREVGR0hJSktM";
    assert.throws(
      () => handlers.keys(secret, undefined),
      (error: Error) => !error.message.includes(secret.slice(0, 4)),
      "what is said goes to a log",
    );
    assert.throws(() => handlers.snapshot(new ArrayBuffer(64), undefined as never));
    assert.equal(ready.at(NOW), before);
  });

  it("takes changes before settings are there, once it knows what currencies are worth", () => {
    const { handlers, snapshot, settings, changed, told, bids } = brought();
    snapshot(1, campaign("a", "1.00"));
    changed(campaign("euro", "1.00", { currency: "EUR" }), 2);
    handlers.keys(KEY, undefined);
    settings();
    assert.deepEqual([bids()?.sort(), told], [["a", "euro"], []]);
  });

  it("keeps only the newest of snapshots that wait for settings", () => {
    const { ready, handlers, snapshot, settings, bids } = brought();
    handlers.keys(KEY, undefined);
    for (let generation = 1; generation <= 3; generation++) snapshot(generation, campaign(`c${generation}`, "1.00"));
    settings();
    assert.deepEqual([ready.at(NOW)?.index.generation, bids()], [3, ["c3"]]);
  });

  it("takes rates of the day, also while campaigns ask what their currency is worth", () => {
    const { ready, handlers, snapshot, settings } = brought();
    settings();
    handlers.keys(KEY, undefined);
    snapshot(1);
    assert.equal(ready.at(NOW)?.rates.asOf, "2026-11-20");
    const later = NOW + 30 * 86_400_000;
    assert.equal(ready.microsOf("1", "EUR", later), undefined, "older than seven days");
    assert.equal(ready.at(later)?.rates.asOf, undefined);
  });

  it("tells a newer snapshot what has changed since it was built", async () => {
    const { ready, handlers, snapshot, settings, changed, bids } = brought();
    settings();
    handlers.keys(KEY, undefined);
    snapshot(1);
    const many = Array.from({ length: 50 }, (_, place) => campaign(`c${place}`, "1.00"));
    for (const one of many) changed(one, 2);
    snapshot(2, campaign("new", "9.00"));
    assert.equal(ready.at(NOW)?.index.generation, 1, "not before it knows them all");
    while (ready.at(NOW)?.index.generation === 1) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(bids()?.[0], "new");
    assert.equal(ready.at(NOW)?.index.size.changed, 50);
  });

  it("says which change does not bid, and why", () => {
    const { handlers, snapshot, settings, changed, told } = brought();
    settings();
    handlers.keys(KEY, undefined);
    snapshot(1);
    changed(campaign("odd", "1.00", { currency: "XXX" }), 2);
    assert.deepEqual(told, [
      'a change of a campaign is refused: it does not bid until a newer snapshot {"advertiser":"adv-odd","id":"odd","version":2}',
    ]);
    snapshot(2);
    assert.deepEqual(told, [told[0], told[0]], "nor in the next one, which was told of it too");
  });
});
