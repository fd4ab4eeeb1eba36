import assert from "node:assert/strict";
import fc from "fast-check";
import { MODELS, type ModelName } from "../../../../components/ad-exchange/edge-models";
import { GATEWAY, recordEdge } from "./sample";

interface Schema {
  readonly type?: string | readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minItems?: number;
}
const KEYWORDS = ["type", "required", "properties", "items", "minItems", "$schema", "title"];

const typeOf = (value: unknown): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
};

/** JSON Schema draft 4, of the keywords that the models use. */
function accepts(schema: Schema, value: unknown): boolean {
  for (const keyword of Object.keys(schema)) assert.equal(KEYWORDS.includes(keyword), true, keyword);
  if (schema.type !== undefined && ![schema.type].flat().includes(typeOf(value))) return false;
  if (Array.isArray(value)) {
    const { items, minItems = 0 } = schema;
    return value.length >= minItems && (items === undefined || value.every((item) => accepts(items, item)));
  }
  if (typeof value !== "object" || value === null) return true;
  const { required = [], properties = {} } = schema;
  const members = Object.entries(value);
  return (
    required.every((name) => Object.hasOwn(value, name)) &&
    members.every(([name, member]) => !Object.hasOwn(properties, name) || accepts(properties[name]!, member))
  );
}

const CAMPAIGN = {
  name: "Shoes in spring",
  status: "active",
  bid: "2.50",
  currency: "USD",
  budget: { total: "1000" },
  frequencyCap: { impressions: 3, seconds: 86_400 },
  flight: { start: "2026-01-05T00:00:00Z" },
  targeting: { geo: ["USA-CA"], deviceTypes: [4], daypart: { timeZone: "Europe/Berlin", hours: [0, 167] } },
  creatives: [{ id: "c1", type: 1, markup: "<script>1</script>", w: 300, h: 250 }],
};

describe("The models of bodies", () => {
  let schemas: Readonly<Record<ModelName, Schema>>;
  before(async () => {
    const models = (await recordEdge()).ofType(GATEWAY("Model"));
    schemas = Object.fromEntries(
      models.map(({ inputs }) => [String(inputs.name), JSON.parse(String(inputs.schema)) as Schema]),
    ) as Record<ModelName, Schema>;
    for (const { inputs } of models) assert.equal(inputs.contentType, "application/json");
  });

  it("are of JSON Schema draft 4, each by a name that the gateway takes", () => {
    assert.deepEqual(Object.keys(schemas).sort(), [...MODELS].sort());
    for (const name of MODELS) {
      assert.equal((schemas[name] as { $schema?: string }).$schema, "http://json-schema.org/draft-04/schema#");
      assert.match(name, /^[A-Za-z0-9]+$/);
    }
  });

  for (const [says, model, body, isTaken] of [
    ["an auction with an impression", "AuctionRequest", { id: "1", imp: [{ id: "1" }], ext: { new: true } }, true],
    ["an auction without an id", "AuctionRequest", { imp: [{ id: "1" }] }, false],
    ["an auction without impressions", "AuctionRequest", { id: "1", imp: [] }, false],
    ["an auction whose impression is text", "AuctionRequest", { id: "1", imp: ["1"] }, false],
    ["a list of auctions", "AuctionRequest", [{ id: "1", imp: [{}] }], false],
    ["a campaign", "Campaign", CAMPAIGN, true],
    ["a campaign with an unknown member", "Campaign", { ...CAMPAIGN, later: 1 }, true],
    ["a campaign whose bid is a number", "Campaign", { ...CAMPAIGN, bid: 2.5 }, false],
    ["a campaign without creatives", "Campaign", { ...CAMPAIGN, creatives: [] }, false],
    ["a campaign whose creative has no markup", "Campaign", { ...CAMPAIGN, creatives: [{ id: "1", type: 1 }] }, false],
    ["a campaign with hours as text", "Campaign", { ...CAMPAIGN, targeting: { daypart: { hours: ["1"] } } }, false],
    ["a patch of one member", "CampaignPatch", { status: "paused" }, true],
    ["a patch that takes a member away", "CampaignPatch", { frequencyCap: null }, true],
    ["a patch of a part of a member", "CampaignPatch", { targeting: { geo: null } }, true],
    ["a patch of nothing", "CampaignPatch", {}, true],
    ["a patch that is a list", "CampaignPatch", [], false],
    ["a patch with a number for a name", "CampaignPatch", { name: 1 }, false],
  ] as const)
    it(`${isTaken ? "take" : "refuse"} ${says}`, () => {
      assert.equal(accepts(schemas[model], body), isTaken);
    });

  it("refuse no campaign for lack of a member that a campaign may lack", () => {
    const needed = ["name", "bid", "currency", "budget", "flight", "creatives"];
    fc.assert(
      fc.property(fc.subarray(Object.keys(CAMPAIGN)), (members) => {
        const some = Object.fromEntries(Object.entries(CAMPAIGN).filter(([name]) => members.includes(name)));
        assert.equal(
          accepts(schemas.Campaign, some),
          needed.every((name) => members.includes(name)),
        );
      }),
    );
  });
});
