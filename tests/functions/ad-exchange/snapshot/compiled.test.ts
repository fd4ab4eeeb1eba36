import assert from "node:assert/strict";
import { scanCampaigns } from "../../../../functions/ad-exchange/adapters/campaign-scan";
import { DynamoReads } from "../../../../functions/ad-exchange/adapters/dynamo-reads";
import { movePointer, snapshotPointer } from "../../../../functions/ad-exchange/adapters/snapshot-pointer";
import { compileSnapshot } from "../../../../functions/ad-exchange/domain/targeting/compile-snapshot";
import { loadSnapshot } from "../../../../functions/ad-exchange/domain/targeting/load-snapshot";
import { changeOf } from "../../../../functions/ad-exchange/indexer/record";
import { toMicrosBy } from "../../../../functions/ad-exchange/snapshot/rates";
import { build } from "../../../../functions/ad-exchange/snapshot/snapshot";
import { toItem } from "../../../../functions/shared/attribute-values";
import { FakeLog, FakeMetrics } from "../../handlers/support/fakes";
import { Serving, SHOES } from "../campaigns/support/serving";

const SETTINGS = JSON.stringify({ rates: [{ asOf: "2026-01-04", base: "USD", per: { EUR: "1.25" } }] });

describe("A campaign on its way into the index", () => {
  it("goes from the API through the table into a snapshot that loads, its bid converted, and its changes after it", async () => {
    const serving = new Serving();
    const { dynamo, clock } = serving;
    for (const change of [
      { id: "usd" },
      { id: "eur", currency: "EUR" },
      { id: "gbp", currency: "GBP" },
      { id: "off", status: "paused" },
    ])
      assert.equal((await serving.answer({ method: "POST", body: { ...SHOES, ...change } })).status, 201);
    const [log, metrics, files] = [new FakeLog(), new FakeMetrics(), new Map<string, Uint8Array>()];
    const toMicros = toMicrosBy(SETTINGS, clock.now());
    await build({
      scan: (take) => scanCampaigns(dynamo, "campaigns", take),
      toMicros: async () => toMicros,
      compile: compileSnapshot,
      put: async (key, file) => void files.set(key, file),
      pointer: () => snapshotPointer(new DynamoReads(dynamo), "changes"),
      move: (pointer) => movePointer(dynamo, "changes", pointer),
      ...{ clock, log, metrics },
    });
    assert.deepEqual([metrics.total("SnapshotCampaigns"), metrics.total("SnapshotRefused")], [3, 1]);
    const index = loadSnapshot([...files.values()][0]!);
    assert.equal(index.generation, clock.now());
    const { body } = await serving.answer({
      ...{ method: "PATCH", id: "eur", body: { bid: "9" }, headers: { "If-Match": '"1"' } },
    });
    const image = toItem(body) as never;
    const change = changeOf({ dynamodb: { NewImage: image } }, clock.now());
    assert.equal(index.applyChange(change, toMicros), "taken");
    assert.equal(index.applyChange(change, toMicros), "known");
  });
});
