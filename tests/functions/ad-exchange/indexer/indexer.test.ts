import assert from "node:assert/strict";
import type { AttributeValue, DynamoDBRecord } from "aws-lambda";
import { ChangesTable, changeIn, rowOf } from "../../../../functions/ad-exchange/adapters/changes";
import type { CampaignChange } from "../../../../functions/ad-exchange/domain/changes/change";
import { slotsBetween } from "../../../../functions/ad-exchange/domain/changes/slots";
import { index } from "../../../../functions/ad-exchange/indexer/indexer";
import { toItem } from "../../../../functions/shared/attribute-values";
import { FakeLog, FakeMetrics, ManualClock } from "../../handlers/support/fakes";
import { FakeDynamo } from "../campaigns/support/fake-dynamo";
import { KEYS, SHOES } from "../campaigns/support/serving";

const campaign = (id: string, version: number, more = {}) => ({
  ...{ ...SHOES, id, advertiser: "acme", seat: "acme", version, changedAt: "2026-01-05T14:29:58.000Z" },
  ...more,
});

let sequence = 0;
function record(image: object | undefined, old?: object): DynamoDBRecord {
  const imageOf = (row: object) => toItem(row as never) as Record<string, AttributeValue>;
  return {
    eventName: image === undefined ? "REMOVE" : old === undefined ? "INSERT" : "MODIFY",
    dynamodb: {
      ...{
        SequenceNumber: String(++sequence),
        ApproximateCreationDateTime: Date.parse("2026-01-05T14:29:58Z") / 1_000,
      },
      ...(image ? { NewImage: imageOf(image) } : {}),
      ...(old ? { OldImage: imageOf(old) } : {}),
    },
  };
}

const withoutInstant = ({ at: _, ...change }: CampaignChange) => change;

function world() {
  const [dynamo, clock, log, metrics] = [new FakeDynamo(KEYS), new ManualClock(), new FakeLog(), new FakeMetrics()];
  const table = new ChangesTable(dynamo, "changes");
  const write = (change: CampaignChange, at: number) => table.write(change, at);
  const changes = () => dynamo.all("changes").map((row) => withoutInstant(changeIn(row)!));
  return { dynamo, clock, log, metrics, write, changes };
}

describe("The indexer", () => {
  it("writes each change into the minute of its writing, with the campaign and a time to live", async () => {
    const all = world();
    const shoes = campaign("shoes", 3);
    assert.deepEqual(await index({ Records: [record(shoes, campaign("shoes", 2))] }, all), { batchItemFailures: [] });
    const [row] = all.dynamo.all("changes");
    const { slot, at, expires, body } = row!;
    assert.deepEqual([slot, at], ["minute#29460390", "2026-01-05T14:30:00.000Z#acme#shoes#3"]);
    assert.equal(expires, Date.parse("2026-01-07T14:30:00Z") / 1_000);
    assert.deepEqual(JSON.parse(String(body)), shoes);
    assert.deepEqual(slotsBetween(all.clock.now() - 60_000, all.clock.now()), ["minute#29460389", "minute#29460390"]);
    assert.equal(all.metrics.records[0]?.milliseconds.ChangeLag, 2_000);
  });

  it("tells of what does not bid by version alone, and of a row that is gone by the version after", async () => {
    const all = world();
    const ended = { flight: { start: "2025-01-01T00:00:00.000Z", end: "2026-01-05T14:30:00.000Z" } };
    const Records = [
      record(campaign("archived", 2, { status: "archived" })),
      record(campaign("ended", 3, ended)),
      record(undefined, campaign("gone", 4)),
      record(campaign("paused", 5, { status: "paused" })),
    ];
    await index({ Records }, all);
    assert.deepEqual(
      all.changes(),
      [
        ["archived", 2],
        ["ended", 3],
        ["gone", 5],
        ["paused", 5],
      ].map(([id, version]) => ({ advertiser: "acme", id, version })),
    );
  });

  it("lets a record that cannot be read fail alone", async () => {
    const all = world();
    const poison = record({ ...campaign("poison", 1), creatives: "none" });
    const Records = [record(campaign("a", 1)), poison, record(campaign("b", 1)), record(undefined)];
    const { batchItemFailures } = await index({ Records }, all);
    const failed = [poison, Records[3]!].map(({ dynamodb }) => ({ itemIdentifier: dynamodb?.SequenceNumber }));
    assert.deepEqual(batchItemFailures, failed);
    assert.deepEqual(
      all.changes().map(({ id }) => id),
      ["a", "b"],
    );
    assert.deepEqual([all.metrics.total("Changes"), all.metrics.total("ChangesFailed")], [2, 2]);
  });

  it("tries a write again with an instant of its own, and gives a record up that cannot be written", async () => {
    const all = world();
    all.dynamo.fail(new Error("throttled"), new Error("throttled"));
    await index({ Records: [record(campaign("a", 1))] }, all);
    const [row] = all.dynamo.all("changes");
    assert.equal(all.clock.pauses.length, 2);
    assert.equal(String(row!.at).slice(0, 24), new Date(all.clock.now()).toISOString());
    const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });
    all.dynamo.fail(denied);
    assert.equal((await index({ Records: [record(campaign("b", 1))] }, all)).batchItemFailures.length, 1);
    assert.equal(all.dynamo.calls.length, 4);
    all.dynamo.fail(...Array.from({ length: 4 }, () => new Error("throttled")));
    assert.equal((await index({ Records: [record(campaign("c", 1))] }, all)).batchItemFailures.length, 1);
  });

  it("writes a batch that comes again with the same versions", async () => {
    const all = world();
    const Records = [record(campaign("a", 1)), record(campaign("a", 2))];
    await index({ Records }, all);
    const first = all.changes();
    all.clock.pass(70_000);
    await index({ Records }, all);
    assert.deepEqual(all.changes(), [...first, ...first]);
  });
});

describe("A change as a row", () => {
  it("comes back as it was, and is nothing where it cannot be read", () => {
    const change = { advertiser: "acme", id: "a", version: 2, campaign: campaign("a", 2) } as unknown as CampaignChange;
    const row = rowOf(change, 0);
    assert.deepEqual(changeIn(row), { ...change, at: 0 });
    for (const wrong of [
      { body: "{" },
      { body: "[]" },
      { body: 1 },
      { body: "{}" },
      { version: "2" },
      { id: 1 },
      { at: "soon#a" },
    ])
      assert.equal(changeIn({ ...row, ...wrong }), undefined, JSON.stringify(wrong));
  });
});
