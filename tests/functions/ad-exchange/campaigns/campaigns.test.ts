import assert from "node:assert/strict";
import { BANNER, Serving, SHOES } from "./support/serving";

const post = (body: unknown, headers = {}) => ({ method: "POST", body, headers });
const patch = (body: unknown, version: number, more = {}) => ({
  ...{ method: "PATCH", id: "shoes", body, headers: { "If-Match": `"${version}"` } },
  ...more,
});
const read = { method: "GET", id: "shoes" };
const OTHER = {
  principal: "other",
  advertiser: "other",
  seat: "seat-8",
  may: ["campaigns:read", "campaigns:write"] as const,
};

describe("The campaign API, making campaigns", () => {
  it("makes one, as version 1 of the caller's advertiser and seat, and says where it is", async () => {
    const serving = new Serving();
    const { status, headers, body } = await serving.answer(post(SHOES));
    assert.deepEqual([status, headers.location, headers.etag], [201, "/v1/campaigns/shoes", '"1"']);
    const kept = { advertiser: "acme", seat: "seat-7", version: 1, changedAt: "2026-01-05T14:30:00.000Z" };
    assert.deepEqual(body, { ...SHOES, ...kept });
    assert.deepEqual(serving.dynamo.all("campaigns"), [body]);
  });

  it("writes with it who made it, by which request, and all that it holds", async () => {
    const serving = new Serving();
    await serving.answer(post(SHOES));
    const [audit, ...rest] = serving.dynamo.all("audit");
    assert.equal(rest.length, 0);
    const { campaign, version, principal, action, requestId, at } = audit!;
    assert.deepEqual(
      [campaign, version, principal, action, requestId, at],
      ["acme#shoes", 1, "acme-key-1", "create", "request-1", "2026-01-05T14:30:00.000Z"],
    );
    const paths = (audit!.differences as { path: string; to: string }[]).map(({ path, to }) => `${path} ${to}`);
    assert.equal(paths.includes('/bid "2.50"'), true);
    assert.equal(paths.includes("/creatives/b1/w 300"), true);
  });

  it("gives it an id where none is given, lets it rest, and shows it to everybody", async () => {
    const { id: _, status: __, targeting: ___, ...least } = SHOES;
    const { body } = await new Serving().answer(post(least));
    assert.deepEqual([body.id, body.status, body.targeting], ["made-1", "paused", {}]);
  });

  it("takes the same request again for the same campaign, by its id or by a key", async () => {
    for (const [given, headers] of [
      [SHOES, {}],
      [{ ...SHOES, id: undefined }, { "Idempotency-Key": "abc" }],
    ]) {
      const serving = new Serving();
      const first = await serving.answer(post(given, headers));
      const again = await serving.answer(post(JSON.stringify(given, null, 2), headers));
      assert.deepEqual([again.status, again.body], [201, first.body]);
      assert.equal(serving.dynamo.all("audit").length, 1);
    }
  });

  it("shows the campaign as it has become, when the request that made it comes again", async () => {
    const serving = new Serving();
    await serving.answer(post(SHOES));
    await serving.answer(patch({ bid: "3" }, 1));
    const { status, headers, body } = await serving.answer(post(SHOES));
    assert.deepEqual([status, headers.etag, body.bid], [201, '"2"', "3"]);
  });

  it("refuses another campaign of the same id, and another request with the same key", async () => {
    const serving = new Serving();
    await serving.answer(post(SHOES));
    const other = await serving.answer(post({ ...SHOES, bid: "9" }));
    assert.deepEqual([other.status, other.body.type], [409, "urn:sluice:problem:exists"]);
    const { id: _, ...unnamed } = SHOES;
    await serving.answer(post(unnamed, { "idempotency-key": "k" }));
    const reused = await serving.answer(post({ ...unnamed, bid: "9" }, { "idempotency-key": "k" }));
    assert.deepEqual([reused.status, reused.body.type], [422, "urn:sluice:problem:key_reused"]);
  });

  it("keeps keys of advertisers apart", async () => {
    const serving = new Serving();
    const { id: _, ...unnamed } = SHOES;
    const first = await serving.answer(post(unnamed, { "idempotency-key": "k" }));
    const other = await serving.answer({ ...post(unnamed, { "idempotency-key": "k" }), caller: OTHER });
    assert.deepEqual([other.status, other.body.advertiser, other.body.seat], [201, "other", "seat-8"]);
    assert.notEqual(other.body.id, first.body.id);
  });

  it("does not give an id to another campaign once it was one's, even where its row is gone", async () => {
    const serving = new Serving();
    const { body } = await serving.answer(post(SHOES));
    serving.dynamo.delete("campaigns", body);
    assert.equal((await serving.answer(post({ ...SHOES, bid: "9" }))).status, 409);
    assert.equal(serving.dynamo.all("campaigns").length, 0);
  });

  it("lists every mistake at once, each with a pointer to it", async () => {
    const creatives = [
      { ...BANNER, w: 0, markup: `<img src=http://x.example> \${SLUICE_CLICK}` },
      { ...BANNER, h: 1.5 },
    ];
    const targeting = { geos: [], "a/b": 1 };
    const wrong = { ...SHOES, bid: "2.1234567", currency: undefined, targeting, creatives, seat: "another" };
    const { status, headers, body } = await new Serving().answer(post(wrong));
    assert.deepEqual([status, headers["content-type"], body.status], [422, "application/problem+json", 422]);
    assert.deepEqual(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort(), [
      ...["/bid", "/creatives/0/markup", "/creatives/0/w", "/creatives/1/h", "/currency", "/seat"],
      ...["/targeting/a~1b", "/targeting/geos"],
    ]);
    const { detail } = body.errors.find(({ pointer }: { pointer: string }) => pointer === "/currency");
    assert.equal(detail, "this is missing");
  });

  it("refuses what it cannot read, by a status of its own", async () => {
    const cases: readonly (readonly [number, object])[] = [
      [400, post("{")],
      [400, post(Buffer.from([0x7b, 0xff, 0x7d]))],
      [400, post("[".repeat(100_000) + "]".repeat(100_000))],
      [422, post("null")],
      [422, post('{"__proto__":{"bid":"1"}}')],
      [413, post({ ...SHOES, name: "x".repeat(262_144) })],
      [415, post(SHOES, { "Content-Type": "text/plain" })],
      [400, post(SHOES, { "Idempotency-Key": "é" })],
      [405, { method: "PUT", body: SHOES }],
      [405, { method: "POST", id: "shoes", body: SHOES }],
      [405, { method: "constructor" }],
    ];
    for (const [status, sent] of cases) {
      const answer = await new Serving().answer(sent as never);
      assert.equal(answer.status, status, JSON.stringify(answer.body).slice(0, 300));
    }
  });

  it("takes a body that the gateway handed over as base64", async () => {
    assert.equal((await new Serving().answer(post(Buffer.from(JSON.stringify(SHOES))))).status, 201);
  });
});

describe("The campaign API, changing campaigns", () => {
  const made = async () => {
    const serving = new Serving();
    await serving.answer(post(SHOES));
    return serving;
  };

  it("changes what a patch says, and audits what was and what is", async () => {
    const serving = await made();
    const body = { bid: "3.00", flight: { end: null }, targeting: { geo: ["DEU"] } };
    const { status, headers, body: campaign } = await serving.answer(patch(body, 1));
    assert.deepEqual([status, headers.etag, campaign.version], [200, '"2"', 2]);
    const { start } = SHOES.flight;
    assert.deepEqual(
      [campaign.bid, campaign.flight, campaign.targeting],
      ["3.00", { start }, { geo: ["DEU"], deviceTypes: [4, 5] }],
    );
    const { differences, action } = serving.dynamo.all("audit")[1]!;
    assert.equal(action, "change");
    assert.deepEqual(differences, [
      { path: "/bid", from: '"2.50"', to: '"3.00"' },
      { path: "/flight/end", from: '"2026-12-31T00:00:00.000Z"' },
      { path: "/targeting/geo", from: '["USA","USA-CA"]', to: '["DEU"]' },
    ]);
  });

  it("asks which version is meant, and refuses one that is not current", async () => {
    const serving = await made();
    for (const ifMatch of [undefined, "*", 'W/"1"', '"1", "2"', "1", '"01"', '"x"']) {
      const headers = ifMatch === undefined ? {} : { "If-Match": ifMatch };
      assert.equal((await serving.answer({ ...patch({ bid: "3" }, 1), headers })).status, 428, ifMatch);
    }
    const { status, headers } = await serving.answer(patch({ bid: "3" }, 2));
    assert.deepEqual([status, headers.etag], [412, '"1"']);
    assert.equal(serving.dynamo.all("audit").length, 1);
  });

  it("lets one of two changes of a version win, and tells the other", async () => {
    const serving = await made();
    const answers = await Promise.all([serving.answer(patch({ bid: "3" }, 1)), serving.answer(patch({ bid: "4" }, 1))]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412]);
    const winner = answers.find(({ status }) => status === 200)!.body;
    assert.deepEqual(serving.dynamo.all("campaigns"), [winner]);
  });

  it("knows a change that it has made already, also when others came after", async () => {
    const serving = await made();
    const first = await serving.answer(patch({ bid: "3", name: "S" }, 1));
    const again = await serving.answer(patch({ name: "S", bid: "3" }, 1));
    assert.deepEqual([again.status, again.body], [200, first.body]);
    await serving.answer(patch({ bid: "4" }, 2));
    const later = await serving.answer(patch({ bid: "3", name: "S" }, 1));
    assert.deepEqual([later.status, later.headers.etag, later.body.bid], [200, '"3"', "4"]);
    const others = { ...OTHER, advertiser: "acme" };
    assert.equal((await serving.answer(patch({ bid: "3", name: "S" }, 1, { caller: others }))).status, 412);
  });

  it("writes nothing where nothing changes", async () => {
    const serving = await made();
    const { status, headers } = await serving.answer(patch({ bid: "2.50" }, 1));
    assert.deepEqual([status, headers.etag, serving.dynamo.all("audit").length], [200, '"1"', 1]);
  });

  it("refuses to change what is not the advertiser's, or to make what is no campaign", async () => {
    const serving = await made();
    const cases: readonly (readonly [unknown, readonly string[]])[] = [
      [{ id: "x", seat: "s", version: 9, advertiser: "other" }, ["/advertiser", "/id", "/seat", "/version"]],
      [{ status: "archived" }, ["/status"]],
      [{ creatives: null, bid: "0" }, ["/bid", "/creatives"]],
      [{ flight: { end: "2025-01-01T00:00:00Z" } }, ["/flight/end"]],
      [{ budget: { daily: "1000.01" } }, ["/budget/daily"]],
      [JSON.parse('{"targeting":{"__proto__":{"geo":["USA"]}}}'), ["/targeting/__proto__"]],
    ];
    for (const [body, pointers] of cases) {
      const answer = await serving.answer(patch(body, 1));
      const found = answer.body.errors?.map(({ pointer }: { pointer: string }) => pointer).sort();
      assert.deepEqual([answer.status, found], [422, pointers]);
    }
    assert.equal((await serving.answer(patch([], 1))).status, 400);
    const type = { "If-Match": '"1"', "Content-Type": "text/plain" };
    const { status, headers } = await serving.answer({ ...patch({}, 1), headers: type });
    assert.deepEqual([status, headers["accept-patch"]], [415, "application/merge-patch+json, application/json"]);
  });

  it("does not let patches add up to more than a row holds", async () => {
    const serving = await made();
    const creative = (id: string) => ({ ...BANNER, id, markup: `\${SLUICE_CLICK}${"x".repeat(60_000)}` });
    const { status } = await serving.answer(patch({ creatives: ["1", "2", "3", "4"].map(creative) }, 1));
    assert.equal(status, 200);
    const place = (index: number) => `${String(index).padStart(40, "a")}.example`;
    const large = { targeting: { allow: Array.from({ length: 500 }, (_, index) => place(index)) } };
    assert.equal((await serving.answer(patch(large, 2))).status, 413);
  });

  it("archives once and for all, keeps the row, and takes the same request again", async () => {
    const serving = await made();
    const archive = (version: number) => ({ method: "DELETE", id: "shoes", headers: { "If-Match": `"${version}"` } });
    assert.equal((await serving.answer({ method: "DELETE", id: "shoes" })).status, 428);
    const { status, headers, body } = await serving.answer(archive(1));
    assert.deepEqual([status, headers.etag, body], [204, '"2"', undefined]);
    assert.deepEqual((await serving.answer(archive(1))).status, 204);
    assert.deepEqual((await serving.answer(archive(2))).status, 204);
    assert.deepEqual((await serving.answer(archive(3))).status, 412);
    assert.deepEqual((await serving.answer(patch({ status: "active" }, 2))).status, 409);
    const [row] = serving.dynamo.all("campaigns");
    assert.deepEqual([row!.status, row!.version, serving.dynamo.all("audit").length], ["archived", 2, 2]);
  });
});

describe("The campaign API, showing campaigns", () => {
  it("shows one with its tag and how long that holds", async () => {
    const serving = new Serving();
    const { body: made } = await serving.answer(post(SHOES));
    const { status, headers, body } = await serving.answer(read);
    assert.deepEqual([status, headers.etag, headers["cache-control"]], [200, '"1"', "private, max-age=60"]);
    assert.deepEqual(body, made);
    for (const known of ['"1"', 'W/"1"', '"7", "1"', "*"]) {
      const again = await serving.answer({ ...read, headers: { "If-None-Match": known } });
      assert.deepEqual([again.status, again.body, again.headers.etag], [304, undefined, '"1"'], known);
    }
    assert.equal((await serving.answer({ ...read, headers: { "If-None-Match": '"2"' } })).status, 200);
    serving.world = { ...serving.world, cacheSeconds: 0 };
    assert.equal((await serving.answer(read)).headers["cache-control"], "no-cache");
  });

  it("shows what is in the table to who asks for no cached answer", async () => {
    const serving = new Serving();
    await serving.answer(post(SHOES));
    const old = { one: async () => ({ ...SHOES, name: "Old", version: 1 }) as never };
    serving.world = { ...serving.world, reads: old };
    assert.equal((await serving.answer(read)).body.name, "Old");
    for (const control of ["no-cache", "max-age=0", "No-Cache, no-store"])
      assert.equal((await serving.answer({ ...read, headers: { "Cache-Control": control } })).body.name, "Shoes");
    assert.equal((await serving.answer({ ...read, headers: { "Cache-Control": "max-age=05" } })).body.name, "Old");
  });

  it("finds only the caller's own: another's, and none, are answered alike", async () => {
    const serving = new Serving();
    await serving.answer(post(SHOES));
    const requests = [read, patch({ bid: "3" }, 1), { method: "DELETE", id: "shoes", headers: { "If-Match": '"1"' } }];
    for (const request of requests) {
      const other = await serving.answer({ ...request, caller: OTHER });
      const none = await serving.answer({ ...request, id: "none" });
      const odd = await serving.answer({ ...request, id: "acme#shoes" });
      assert.equal(other.status, 404);
      assert.deepEqual([none.body, odd.body], [other.body, other.body]);
    }
    assert.deepEqual((await serving.answer({ method: "GET", caller: OTHER })).body, { campaigns: [] });
  });

  it("asks for the permission of each method, for an advertiser, and for a seat to write", async () => {
    const serving = new Serving();
    await serving.answer(post(SHOES));
    const reader = { ...OTHER, advertiser: "acme", may: ["campaigns:read"] as const };
    const writer = { ...OTHER, advertiser: "acme", may: ["campaigns:write"] as const };
    const publisher = { principal: "p", publisher: "p", may: ["auction"] as const };
    const statuses = async (caller: object | null) =>
      Promise.all(
        [read, { method: "GET" }, post(SHOES), patch({ bid: "2.50" }, 1), { method: "DELETE", id: "shoes" }].map(
          async (request) => (await serving.answer({ ...request, caller: caller as never })).status,
        ),
      );
    assert.deepEqual(await statuses(reader), [200, 200, 403, 403, 403]);
    assert.deepEqual(await statuses(writer), [403, 403, 409, 200, 428]);
    const { seat: _, ...seatless } = writer;
    assert.deepEqual(await statuses(seatless), [403, 403, 403, 403, 403], "its campaigns would be of no seat");
    assert.deepEqual(await statuses(publisher), [403, 403, 403, 403, 403]);
    assert.deepEqual(await statuses(null), [403, 403, 403, 403, 403]);
  });

  it("lists a page at a time, by id, without creatives", async () => {
    const serving = new Serving();
    const ids = Array.from({ length: 7 }, (_, index) => `c${index}`);
    for (const id of ids) await serving.answer(post({ ...SHOES, id, status: id > "c3" ? "paused" : "active" }));
    serving.dynamo.pageSize = 2;
    const listed: string[] = [];
    const list = async (query: Record<string, string>) => (await serving.answer({ method: "GET", query })).body;
    for (let cursor = ""; ; ) {
      const page = await list({ limit: "3", ...(cursor ? { cursor } : {}) });
      listed.push(...page.campaigns.map(({ id }: { id: string }) => id));
      cursor = page.cursor;
      if (cursor === undefined) break;
    }
    assert.deepEqual(listed, ids);
    const paused = await list({ status: "paused" });
    assert.deepEqual(
      paused.campaigns.map(({ id }: { id: string }) => id),
      ["c4", "c5", "c6"],
    );
    assert.equal("creatives" in paused.campaigns[0], false);
  });

  it("refuses a query that it cannot read, and a cursor of another", async () => {
    const serving = new Serving();
    for (const id of ["a", "b"]) await serving.answer(post({ ...SHOES, id }));
    const { cursor } = (await serving.answer({ method: "GET", query: { limit: "1" } })).body;
    const wrong: readonly Record<string, string | string[]>[] = [
      ...[
        { limit: "0" },
        { limit: "101" },
        { limit: "1e1" },
        { status: "all" },
        { order: "asc" },
        { status: ["active", "paused"] },
      ],
      ...[{ cursor: "x" }, { cursor: `${cursor}=` }, { cursor, status: "active" }],
    ];
    for (const query of wrong)
      assert.equal((await serving.answer({ method: "GET", query })).status, 400, JSON.stringify(query));
    assert.equal((await serving.answer({ method: "GET", query: { cursor } })).status, 200);
    assert.equal((await serving.answer({ method: "GET", query: { cursor }, caller: OTHER })).status, 400);
  });

  it("answers 503 where tables cannot be reached, and says why in the log alone", async () => {
    const serving = new Serving();
    serving.dynamo.fail(new Error("secret cause"), new Error("secret cause"));
    const { status, headers, body } = await serving.answer(read);
    assert.deepEqual([status, headers["retry-after"]], [503, "2"]);
    assert.match(body.detail, /with "Cache-Control: max-age=0"/, "what the edge keeps is not what it gets");
    assert.equal(JSON.stringify(body).includes("secret"), false);
    assert.equal(JSON.stringify(serving.log.lines).includes("secret cause"), true);
    assert.equal(serving.metrics.records.at(-1)?.reason, "unavailable");
    serving.dynamo.fail(new Error("secret cause"));
    assert.equal((await serving.answer(post(SHOES))).body.detail, "send the request again");
  });
});
