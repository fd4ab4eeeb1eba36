import assert from "node:assert/strict";
import fc from "fast-check";
import type { Stage, UsagePlan } from "../../../local/api-gateway/model";
import { Usage } from "../../../local/api-gateway/usage";
import { AUTHORIZER_ARN, authorizer, bearer, letting, route, stage, World } from "./model";

const key = (name: string, enabled = true) => ({ id: name, value: `value-of-${name}`, enabled });
const plan = (over: Partial<UsagePlan> = {}): UsagePlan => ({
  ...{ id: "p1", methodLimits: {}, keys: [key("one"), key("two"), key("off", false)] },
  ...over,
});
const keyed = route({ authorizer: authorizer(), keyRequired: true });
const other = route({ method: "POST", path: "/v1/items", authorizer: authorizer(), keyRequired: true });
const slow = { rate: 1, burst: 2 };

describe("A usage plan", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
    world.functions.set(AUTHORIZER_ARN, ({ authorizationToken }) =>
      letting(["*"], { usageIdentifierKey: `value-of-${String(authorizationToken).slice(7)}` }),
    );
  });
  const get = (api: Stage, token: string) => world.said(api, bearer(token));
  const post = (api: Stage, token: string) =>
    world.said(api, { ...bearer(token), method: "POST", path: "/live/v1/items" });

  it("holds each key to its rate, which fills up again", async () => {
    const api = stage({ routes: [keyed], plans: [plan({ limit: slow })] });
    const statuses = [];
    for (const token of ["one", "one", "one", "two"]) statuses.push((await get(api, token))[0]);
    assert.deepEqual(statuses, [200, 200, 429, 200]);
    world.now += 999;
    assert.deepEqual(await get(api, "one"), [429, '{"message":"Too Many Requests"}']);
    world.now += 1;
    assert.equal((await get(api, "one"))[0], 200);
  });

  it("holds a method to its own rate, where it has one", async () => {
    const methodLimits = { "/v1/items/POST": { rate: 0.001, burst: 1 } };
    const api = stage({ routes: [keyed, other], plans: [plan({ limit: slow, methodLimits })] });
    const said = [await post(api, "one"), await post(api, "one"), await get(api, "one"), await get(api, "one")];
    assert.deepEqual(
      said.map(([status]) => status),
      [200, 429, 200, 200],
    );
  });

  it("counts a quota by its period", async () => {
    const api = stage({ routes: [keyed], plans: [plan({ quota: { limit: 1, period: "DAY" } })] });
    assert.equal((await get(api, "one"))[0], 200);
    assert.deepEqual(await get(api, "one"), [429, '{"message":"Limit Exceeded"}']);
    assert.equal((await get(api, "two"))[0], 200);
    world.now += 86_400_000;
    assert.equal((await get(api, "one"))[0], 200);
  });

  it("does not know keys that are off, unknown, or of no plan of the stage", async () => {
    const api = stage({ routes: [keyed], plans: [plan()] });
    for (const token of ["off", "unheard-of"])
      assert.deepEqual(await get(api, token), [403, '{"message":"Forbidden"}']);
    assert.equal((await get(stage({ routes: [keyed] }), "one"))[0], 403);
  });

  it("finds the key in its header only where the API says so", async () => {
    const open = route({ keyRequired: true });
    const sent = { headers: [["x-api-key", "value-of-one"]] } as const;
    const api = stage({ routes: [open], plans: [plan()], of: { keySource: "HEADER" } });
    assert.equal((await world.said(api, sent))[0], 200);
    assert.equal((await world.said(api))[0], 403);
    assert.equal((await world.said(stage({ routes: [open], plans: [plan()] }), sent))[0], 403);
  });

  it("does not concern a method that wants no key; the method's own limit holds for all", async () => {
    const api = stage({ routes: [route({ limit: slow })], plans: [plan({ limit: { rate: 0, burst: 0 } })] });
    const statuses = [];
    for (let asked = 0; asked < 3; asked++) statuses.push((await world.said(api))[0]);
    assert.deepEqual(statuses, [200, 200, 429]);
  });

  it("takes nothing of requests that the authorizer turns away", async () => {
    const api = stage({ routes: [{ ...keyed, limit: { rate: 0.001, burst: 1 } }], plans: [plan()] });
    assert.equal((await world.said(api))[0], 401);
    assert.equal((await get(api, "one"))[0], 200);
    assert.equal((await get(api, "one"))[0], 429);
    assert.equal((await world.said(api))[0], 401);
  });

  it("lets through its burst and what has filled up since, never more", () => {
    const waits = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 50 }), waits, (rate, burst, all) => {
        let [now, taken] = [0, 0];
        const usage = new Usage(() => now, 1);
        for (const wait of all) {
          now += wait;
          if (usage.takes("bucket", { rate, burst })) taken += 1;
        }
        assert.equal(taken <= burst + (now / 1000) * rate + 1e-6, true);
        assert.equal(taken >= Math.min(all.length, burst), true);
      }),
    );
  });
});
