import assert from "node:assert/strict";
import { bundleOf } from "../../../../components/shared/bundle";
import type { CampaignsEnv } from "../../../../functions/ad-exchange/campaigns/env";
import { toItem } from "../../../../functions/shared/attribute-values";
import { invokeBundle, jsonService } from "../../clickstream/support/bundle";
import { proxied, type Sent, SHOES } from "./support/serving";

const ENTRY = "functions/ad-exchange/campaigns/index.ts";
const ENV: CampaignsEnv = { CAMPAIGNS_TABLE: "campaigns", AUDIT_TABLE: "audit", DAX_ENDPOINT: "", CACHE_SECONDS: "60" };
const STORED = { ...SHOES, advertiser: "acme", seat: "acme", version: 1, changedAt: "2026-01-05T14:30:00.000Z" };
/** With the DAX client, 400 KB that are only run where there is a cluster. */
const BUDGET_KIB = 750;

async function invoked(sent: Sent, env: Partial<CampaignsEnv> = {}) {
  const calls: string[] = [];
  const { url, close } = await jsonService((target) => {
    calls.push(target.split(".").at(-1) ?? "");
    return target.endsWith("GetItem") ? { Item: toItem(STORED) } : {};
  });
  try {
    const answer = (await invokeBundle(ENTRY, { ...ENV, ...env }, proxied(sent) as never, url)) as unknown as {
      statusCode: number;
      body: string;
    };
    return { calls, status: answer.statusCode, body: JSON.parse(answer.body) };
  } finally {
    close();
  }
}

describe("The bundle of the campaign API", () => {
  it(`is at most ${BUDGET_KIB} KiB`, async () => {
    const { bytes, inputs } = await bundleOf(ENTRY);
    assert.equal(bytes <= BUDGET_KIB * 1024, true, `${bytes} bytes; largest inputs: ${inputs.slice(0, 5).join("; ")}`);
  });

  it("reads, writes, and tells mistakes as the code beside it does", async () => {
    const shown = await invoked({ method: "GET", id: "shoes" });
    assert.deepEqual([shown.status, shown.body, shown.calls], [200, STORED, ["GetItem"]]);
    const made = await invoked({ method: "POST", body: SHOES });
    assert.deepEqual([made.status, made.body.version, made.calls], [201, 1, ["TransactWriteItems"]]);
    const wrong = await invoked({ method: "POST", body: { ...SHOES, name: undefined, budget: 1 } });
    const told = wrong.body.errors.map(
      ({ pointer, detail }: { pointer: string; detail: string }) => `${pointer} ${detail}`,
    );
    assert.equal(wrong.status, 422);
    assert.equal(told.includes("/name this is missing"), true, told.join("; "));
    assert.equal(
      told.some((text: string) => /^\/budget .*object/.test(text)),
      true,
      told.join("; "),
    );
  });

  it("has the DAX client in it, and the table where no cluster answers", async () => {
    const { status, body, calls } = await invoked(
      { method: "GET", id: "shoes" },
      { DAX_ENDPOINT: "dax://127.0.0.1:1" },
    );
    assert.deepEqual([status, body, calls], [200, STORED, ["GetItem"]]);
  });
});
