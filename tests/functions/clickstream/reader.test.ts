import assert from "node:assert/strict";
import { forLoadBalancer } from "../../../functions/clickstream/adapters/for-load-balancer";
import { cursorAt } from "../../../functions/clickstream/domain/cursor";
import { cursorQuery } from "../../../functions/clickstream/domain/listing-query";
import { serve } from "../../../functions/clickstream/reader/reader";
import { basic, sha256 } from "./support/collecting";
import { MemoryTables } from "./support/memory-world";
import { type Asked, asked, bearer, ERASE_KEY, READ_KEY, Reading } from "./support/reading";

const at = (minutes: number) => new Date(Date.parse("2026-01-05T10:00:00.000Z") + minutes * 60_000).toISOString();
const track = (messageId: string, minutes: number, who: object, rest: object = {}) => ({
  ...{ type: "track", messageId, event: "Clicked", timestamp: at(minutes) },
  ...who,
  ...rest,
});

async function filled() {
  const reading = new Reading();
  await reading.take(
    track("m1", 0, { anonymousId: "a1" }),
    track(
      "m2",
      20,
      { userId: "u/1", anonymousId: "a1" },
      { properties: { n: [1e300, null] }, traits: { plan: "free" } },
    ),
    track("m3", 100, { userId: "u/1" }, { event: "Bought" }),
    track("m4", 110, { userId: "u2" }),
    track("m5", 120, { anonymousId: "a2" }),
  );
  return reading;
}

const ids = ({ body }: { body: { events: { messageId: string }[] } }) => body.events.map(({ messageId }) => messageId);

describe("The reader gives", () => {
  it("a user's events by time, those from before the user was known too", async () => {
    const { status, body, headers } = await (await filled()).answer({ path: "/v1/users/u%2F1/events" });
    assert.deepEqual([status, ids({ body }), body.cursor], [200, ["m1", "m2", "m3"], undefined]);
    assert.deepEqual(body.events[0].userId, undefined);
    const { properties, traits, userId, anonymousId } = body.events[1];
    assert.deepEqual([userId, anonymousId], ["u/1", "a1"]);
    assert.deepEqual([properties, traits], [{ n: [1e300, null] }, { plan: "free" }]);
    for (const kept of ["fingerprint", "typeShard", "era", "visitor", "at"])
      assert.equal(kept in body.events[1], false, kept);
    assert.equal(headers["cache-control"], "no-store");
  });

  it("an anonymous visitor's own events", async () => {
    const reading = await filled();
    assert.deepEqual(ids(await reading.answer({ path: "/v1/anonymous/a1/events" })), ["m1"]);
    assert.deepEqual(ids(await reading.answer({ path: "/v1/users/a1/events" })), []);
  });

  it("events of one type, of all visitors", async () => {
    const reading = await filled();
    assert.deepEqual(ids(await reading.answer({ path: "/v1/event-types/Clicked/events" })), ["m1", "m2", "m4", "m5"]);
    assert.deepEqual(ids(await reading.answer({ path: "/v1/event-types/Bought/events" })), ["m3"]);
  });

  it("a session that began anonymously and went on after login as one", async () => {
    const { body } = await (await filled()).answer({ path: "/v1/users/u%2F1/sessions" });
    assert.deepEqual(
      body.sessions.map((each: { events: number; first: object; last: object }) => each),
      [
        {
          ...{ events: 2, pages: 0 },
          ...{ first: { messageId: "m1", timestamp: at(0) }, last: { messageId: "m2", timestamp: at(20) } },
        },
        {
          ...{ events: 1, pages: 0 },
          ...{ first: { messageId: "m3", timestamp: at(100) }, last: { messageId: "m3", timestamp: at(100) } },
        },
      ],
    );
  });

  it("sessions that overlap a range, whole", async () => {
    const { body } = await (await filled()).answer({ path: `/v1/users/u%2F1/sessions?from=${at(10)}&to=${at(100)}` });
    assert.deepEqual(
      body.sessions.map(({ first, events }: { first: { messageId: string }; events: number }) => [
        first.messageId,
        events,
      ]),
      [["m1", 2]],
    );
  });

  const RANGES: readonly (readonly [query: string, ids: readonly string[]])[] = [
    [`from=${at(20)}`, ["m2", "m3"]],
    [`to=${at(20)}`, ["m1"]],
    [`from=${at(20)}&to=${at(100)}`, ["m2"]],
    ["order=desc", ["m3", "m2", "m1"]],
    ["limit=2&order=desc", ["m3", "m2"]],
    ["from=2026-01-05T12:20:00%2B02:00", ["m2", "m3"]],
    ["from=2026-01-05T12:20:00+02:00", ["m2", "m3"]],
    ["fr%6Fm=2026-01-05T10%3A20%3A00Z", ["m2", "m3"]],
  ];
  for (const [query, expected] of RANGES)
    it(`events as asked for by ${query}`, async () =>
      assert.deepEqual(ids(await (await filled()).answer({ path: `/v1/users/u%2F1/events?${query}` })), expected));

  it("the load balancer that it is well, without a key, and the others too while nobody answers whether the tables do", async () => {
    const reading = new Reading();
    const health: Asked = { path: "/health", headers: { authorization: undefined } };
    const { status, body } = await reading.answer(health);
    assert.deepEqual([status, body], [200, { status: "ok", tables: "ok" }]);
    reading.condition = { state: "unknown", why: "throttled" };
    assert.deepEqual((await reading.answer(health)).body, { status: "ok", tables: "unknown" });
    reading.condition = { state: "broken", why: "no table secret-name" };
    const broken = await reading.answer(health);
    assert.deepEqual([broken.status, broken.body.error], [503, "unavailable"]);
    assert.equal(JSON.stringify(broken.body).includes("secret"), false);
    assert.equal(reading.log.lines.at(-1)?.tables, "no table secret-name");
  });
});

describe("The reader refuses", () => {
  const EVENTS = "/v1/users/u1/events";
  const TABLE: readonly (readonly [what: string, asked: Asked, status: number, error: string, detail: RegExp])[] = [
    ["a request without a key", { path: EVENTS, headers: { authorization: undefined } }, 401, "no_key", /access key/],
    ["another scheme", { path: EVENTS, headers: { authorization: "Digest x" } }, 401, "no_key", /bearer/],
    ["a password", { path: EVENTS, headers: { authorization: basic(READ_KEY, "x") } }, 401, "no_key", /empty/],
    [
      "a key that it does not know",
      { path: EVENTS, headers: { authorization: bearer("x") } },
      403,
      "unknown_key",
      /not known/,
    ],
    [
      ...([
        "an erasure by who may read",
        { method: "DELETE", path: "/v1/users/u1", headers: { authorization: bearer(READ_KEY) } },
      ] as const),
      ...([403, "not_permitted", /analytics may read, not erase/] as const),
    ],
    ["another path", { path: "/v1/user/u1/events" }, 404, "not_found", /GET \/v1\/users\/\{id\}\/events/],
    ["a path of an object's", { path: "/v1/constructor/u1/events" }, 404, "not_found", /no such path/],
    ["a path that goes on", { path: `${EVENTS}/1` }, 404, "not_found", /no such path/],
    [
      "a preflight",
      { method: "OPTIONS", path: EVENTS, headers: { origin: "https://a.example" } },
      405,
      "method_not_allowed",
      /give GET/,
    ],
    ["to write", { method: "POST", path: EVENTS }, 405, "method_not_allowed", /give GET/],
    ["to erase events alone", { method: "DELETE", path: EVENTS }, 405, "method_not_allowed", /give GET/],
    ["to read a user", { path: "/v1/users/u1" }, 405, "method_not_allowed", /give DELETE/],
    ["to erase a part", { method: "DELETE", path: `/v1/users/u1?from=${at(0)}` }, 400, "malformed", /not a part/],
    ["an empty id", { path: "/v1/users//events" }, 400, "malformed", /the id has 0 letters; give 1 to 256/],
    ["a long id", { path: `/v1/users/${"u".repeat(257)}/events` }, 400, "malformed", /257 letters/],
    ["a broken id", { path: "/v1/users/%FF/events" }, 400, "malformed", /the id in the path is no percent-encoded/],
    ["a broken type", { path: "/v1/event-types/%/events" }, 400, "malformed", /the event type in the path/],
    [
      "a day for a time",
      { path: `${EVENTS}?from=2026-01-05` },
      400,
      "malformed",
      /from is "2026-01-05"; give RFC 3339/,
    ],
    ["a day that is none", { path: `${EVENTS}?to=2026-02-30T00:00:00Z` }, 400, "malformed", /to is/],
    [
      "a range that ends before it begins",
      { path: `${EVENTS}?from=${at(1)}&to=${at(1)}` },
      400,
      "malformed",
      /before to/,
    ],
    ["no items", { path: `${EVENTS}?limit=0` }, 400, "malformed", /limit is "0"; give a whole number from 1 to 1000/],
    ["too many", { path: `${EVENTS}?limit=1001` }, 400, "malformed", /limit is "1001"/],
    ["half of one", { path: `${EVENTS}?limit=1.5` }, 400, "malformed", /limit/],
    ["an empty limit", { path: `${EVENTS}?limit=` }, 400, "malformed", /limit is ""/],
    ["another order", { path: `${EVENTS}?order=up` }, 400, "malformed", /order is "up"; give asc or desc/],
    ["what it does not know", { path: `${EVENTS}?form=${at(0)}` }, 400, "malformed", /"form" is no parameter/],
    ["a parameter twice", { path: `${EVENTS}?limit=1&limit=2` }, 400, "malformed", /limit is given twice/],
    ["a broken value", { path: `${EVENTS}?from=%FF` }, 400, "malformed", /from is no percent-encoded/],
    ["a cursor of nobody", { path: `${EVENTS}?cursor=abc` }, 400, "malformed", /cursor is none that was given out/],
    ["an empty cursor", { path: `${EVENTS}?cursor=` }, 400, "malformed", /cursor is none/],
  ];
  for (const [what, request, status, error, detail] of TABLE)
    it(what, async () => {
      const { body, headers, ...answer } = await new Reading().answer(request);
      assert.deepEqual([answer.status, body.error], [status, error]);
      assert.match(body.detail, detail);
      assert.equal(headers["access-control-allow-origin"], undefined);
      assert.equal("www-authenticate" in headers, status === 401);
      assert.equal("allow" in headers, status === 405);
    });

  it("several mistakes with all of them in one answer", async () => {
    const { body } = await new Reading().answer({ path: `${EVENTS}?limit=no&order=up&from=now` });
    assert.equal(body.detail.split("; give").length, 4, body.detail);
  });

  it("a cursor of another query, and takes that of the same one with another limit", async () => {
    const reading = await filled();
    const path = "/v1/users/u%2F1/events?limit=1";
    const { cursor } = (await reading.answer({ path })).body;
    assert.deepEqual(ids(await reading.answer({ path: `${path.replace("limit=1", "limit=2")}&cursor=${cursor}` })), [
      "m2",
      "m3",
    ]);
    for (const other of [
      `/v1/users/u2/events?cursor=${cursor}`,
      `/v1/anonymous/u%2F1/events?cursor=${cursor}`,
      `/v1/users/u%2F1/sessions?cursor=${cursor}`,
      `/v1/event-types/u%2F1/events?cursor=${cursor}`,
      `${path}&order=desc&cursor=${cursor}`,
      `${path}&from=${at(0)}&cursor=${cursor}`,
      `${path}&to=${at(500)}&cursor=${cursor}`,
    ]) {
      const { status, body } = await reading.answer({ path: other });
      assert.equal(status, 400, other);
      assert.match(body.detail, /another query/);
    }
  });

  it("a cursor that somebody made, of an event beyond the range", async () => {
    const subject = { kind: "user", id: "u1" } as const;
    const times = { from: at(10), to: at(20), order: "asc" } as const;
    const status = async (minutes: number) => {
      const cursor = cursorAt(cursorQuery({ kind: "events", subject }, times), `${at(minutes)}#m1`);
      const path = `${EVENTS}?from=${times.from}&to=${times.to}&cursor=${cursor}`;
      return (await new Reading().answer({ path })).status;
    };
    assert.deepEqual([await status(9), await status(10), await status(19), await status(20)], [400, 200, 200, 400]);
  });

  it("a user with more anonymous ids than a person has", async () => {
    const reading = new Reading();
    for (let n = 0; n <= 500; n++) reading.tables.links.set(`a${n}`, { anonymousId: `a${n}`, userId: "u1", at: at(0) });
    const { status, body } = await reading.answer({ path: EVENTS });
    assert.deepEqual([status, body.error], [422, "too_many_visitors"]);
    reading.tables.links.delete("a0");
    assert.equal((await reading.answer({ path: EVENTS })).status, 200);
  });

  it("a listing that takes too long, while there is still time to say so", async () => {
    const reading = new Reading();
    const archive = { ...reading.world.archive, anonymousIds: () => new Promise<never>(() => undefined) };
    const context = { awsRequestId: "r", getRemainingTimeInMillis: () => 5_010 };
    assert.equal((await serve(asked({ path: EVENTS }), context, { ...reading.world, archive })).status, 503);
    assert.match(String(reading.log.lines[0]?.failure), /timeout: a listing/);
  });

  it("everything while it has no settings or tables, and keeps the reason to its log", async () => {
    const reading = new Reading();
    const { settings } = reading;
    reading.settings = () => Promise.reject(new Error("parameter /secret/name is gone"));
    const first = await reading.answer({ path: EVENTS });
    assert.deepEqual([first.status, first.headers["retry-after"], first.body.error], [503, "2", "unavailable"]);
    assert.equal(JSON.stringify(first.body).includes("secret"), false);
    assert.match(String(reading.log.lines[0]?.failure), /parameter/);
    reading.settings = settings;
    const archive = { ...reading.world.archive, anonymousIds: () => Promise.reject(new Error("throttled")) };
    const context = { awsRequestId: "r", getRemainingTimeInMillis: () => 30_000 };
    assert.equal((await serve(asked({ path: EVENTS }), context, { ...reading.world, archive })).status, 503);
  });
});

describe("A key", () => {
  it("is presented as bearer or as user name, in its older and in its newer form", async () => {
    for (const authorization of [
      ...[bearer(READ_KEY), basic(READ_KEY), bearer(ERASE_KEY), basic("an-older-key")],
      ...[bearer(READ_KEY).replace("Bearer", "BEARER"), basic(READ_KEY).replace("Basic", "basic")],
    ])
      assert.equal(
        (await new Reading().answer({ path: "/v1/users/u1/events", headers: { authorization } })).status,
        200,
        authorization,
      );
  });
});

describe("An answer", () => {
  it("is cut where it would be too large for the load balancer, and its cursor gives the rest", async () => {
    const reading = new Reading();
    const text = '"\\\u0001€'.repeat(2_400);
    await reading.take(
      ...Array.from({ length: 40 }, (_, n) => track(`m${n}`, n, { userId: "u1" }, { properties: { text } })),
    );
    const context = { awsRequestId: "r", getRemainingTimeInMillis: () => 30_000 };
    const seen: string[] = [];
    let pages = 0;
    for (let cursor = ""; cursor !== undefined; pages++) {
      const path = `/v1/users/u1/events?limit=1000${cursor && `&cursor=${cursor}`}`;
      const answer = await serve(asked({ path }), context, reading.world);
      const bytes = Buffer.byteLength(JSON.stringify(forLoadBalancer(answer)));
      assert.equal(bytes < 1_000_000, true, `${bytes} bytes`);
      const body = JSON.parse(answer.body);
      seen.push(...ids({ body }));
      cursor = body.cursor;
    }
    assert.equal(pages > 1, true);
    assert.deepEqual(
      seen,
      Array.from({ length: 40 }, (_, n) => `m${n}`),
    );
  });
});

describe("An erasure over HTTP", () => {
  it("says what it erased, and writes down who asked and for whom, but for the id", async () => {
    const reading = await filled();
    const { status, body } = await reading.answer({ method: "DELETE", path: "/v1/users/u%2F1" });
    assert.deepEqual(
      [status, body],
      [200, { erased: { events: 3, sessions: 3, quarantined: 0, links: 1 }, done: true }],
    );
    assert.deepEqual(ids(await reading.answer({ path: "/v1/users/u%2F1/events" })), []);
    const line = reading.log.lines.find(({ message }) => message === "erasure");
    assert.ok(line, "no line about the erasure");
    const { client, visitorHash, erased, done } = line;
    assert.deepEqual([client, visitorHash, erased, done], ["support", sha256("user#u/1"), body.erased, true]);
    assert.equal(JSON.stringify(reading.log.lines).includes("u/1"), false);
    assert.equal(reading.metrics.total("EventsErased"), 3);
  });

  it("is 202 as long as something may be left", async () => {
    const { status, body } = await (await filled()).answer({ method: "DELETE", path: "/v1/users/u%2F1" }, 7_000);
    assert.deepEqual([status, body.done, body.erased.events], [202, false, 3]);
  });

  it("is 503 with what it erased when a table fails, written down too", async () => {
    let clears = 0;
    const reading = new Reading(
      new MemoryTables((call) => {
        if (call === "clear" && ++clears === 2) throw new Error("throttled by name");
      }),
    );
    await reading.take(...[0, 1, 2].map((n) => track(`m${n}`, n, { userId: "u1" })));
    const { status, body } = await reading.answer({ method: "DELETE", path: "/v1/users/u1" });
    assert.deepEqual([status, body.error, body.done, body.erased.events], [503, "unavailable", false, 2]);
    const [line] = reading.log.lines;
    assert.deepEqual([line?.level, line?.message, line?.client], ["error", "erasure", "support"]);
    assert.match(String(line?.failure), /throttled/);
  });

  it("is 503 where a call hangs, while there is still time to say so", async () => {
    const reading = await filled();
    const { settings } = reading;
    reading.settings = async () => {
      const { value } = await settings();
      return { value: { ...value, graves: { ...value.graves, bury: () => new Promise<never>(() => undefined) } } };
    };
    const { status, body } = await reading.answer({ method: "DELETE", path: "/v1/users/u1" }, 2_010);
    assert.deepEqual([status, body.done], [503, false]);
    assert.match(String(reading.log.lines[0]?.failure), /timeout: the erasure/);
  });

  it("takes an anonymous visitor too", async () => {
    const reading = await filled();
    const { body } = await reading.answer({ method: "DELETE", path: "/v1/anonymous/a2" });
    assert.deepEqual([body.done, body.erased.events], [true, 1]);
  });
});
