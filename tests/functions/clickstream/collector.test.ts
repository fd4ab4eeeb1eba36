import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { basic, Collecting, KEY, ORIGIN, type Sent, TRACK } from "./support/collecting";

const ONE = { batch: [TRACK] };
const TAKEN: readonly (readonly [what: string, sent: Sent])[] = [
  ["a batch", { body: ONE }],
  ["a single message", { path: "/v1/track", body: { ...TRACK, type: undefined } }],
  ["a key in the body", { body: { ...ONE, writeKey: KEY }, headers: { authorization: undefined } }],
  ["a key in the body beside a token", { body: { ...ONE, writeKey: KEY }, headers: { authorization: "Bearer x" } }],
  ["the older of two keys", { body: ONE, headers: { authorization: basic("an-older-key") } }],
  ["a scheme in capitals", { body: ONE, headers: { authorization: basic(KEY).replace("Basic", "BASIC") } }],
  ["gzip", { body: gzipSync(JSON.stringify(ONE)), headers: { "Content-Encoding": "GZIP" } }],
  [
    "a beacon",
    {
      body: { ...ONE, writeKey: KEY },
      headers: { authorization: undefined, "content-type": "text/plain;charset=UTF-8" },
    },
  ],
  ["no content type", { body: ONE, headers: { "content-type": undefined } }],
  ["base64", { body: Buffer.from(JSON.stringify(ONE)) }],
  ["an allowed origin", { body: ONE, headers: { origin: ORIGIN } }],
];

describe("The collector takes", () => {
  for (const [what, sent] of TAKEN)
    it(what, async () => {
      const collecting = new Collecting();
      const answer = await collecting.answer(sent);
      assert.deepEqual([answer.status, answer.body], [200, { success: true, accepted: 1 }]);
      const { receivedAt, source, message, version } = collecting.intake.envelopes[0]!;
      assert.deepEqual([version, receivedAt, source], [1, "2026-01-05T14:30:00.000Z", "web"]);
      assert.deepEqual(message, TRACK);
    });

  for (const [type, rest] of [
    ["track", { event: "Clicked" }],
    ["page", {}],
    ["identify", { traits: { plan: "free" } }],
    ["alias", { previousId: "a-1" }],
    ["screen", { name: "Home" }],
    ["group", { groupId: "g-1" }],
  ] as const)
    it(`${type} by its path`, async () => {
      const collecting = new Collecting();
      const sent = { messageId: "m", userId: "u", ...rest, writeKey: KEY };
      const { status } = await collecting.answer({
        path: `/v1/${type}`,
        body: sent,
        headers: { authorization: undefined },
      });
      assert.equal(status, 200);
      const { writeKey: _, ...kept } = sent;
      assert.deepEqual(collecting.intake.envelopes[0]?.message, { ...kept, type });
    });

  it("the good messages of a batch, and tells of the others one by one", async () => {
    const collecting = new Collecting();
    const { status, body } = await collecting.answer({
      body: { batch: [TRACK, 7, { ...TRACK, messageId: "m-2", event: "" }, { ...TRACK, messageId: "m-3" }] },
    });
    assert.equal(status, 200);
    assert.deepEqual(body, {
      success: false,
      accepted: 2,
      refused: [
        { index: 1, reason: "not_an_object", detail: "a message is a JSON object" },
        { index: 2, messageId: "m-2", reason: "missing_field", detail: "track needs event" },
      ],
    });
  });

  it("what stands around a batch into each message, and who called", async () => {
    const collecting = new Collecting();
    const sentAt = "2026-01-05T14:29:59.000Z";
    await collecting.answer({
      body: { batch: [TRACK], sentAt, context: { library: { name: "x" } } },
      headers: { "X-Forwarded-For": "10.0.0.1, 192.0.2.7", "User-Agent": "agent/1" },
    });
    const [envelope] = collecting.intake.envelopes;
    assert.deepEqual(envelope?.message, { ...TRACK, sentAt, context: { library: { name: "x" } } });
    assert.deepEqual([envelope?.address, envelope?.userAgent], ["192.0.2.7", "agent/1"]);
  });

  it("no message that fits alone and not with what stands around it, since that is what the processor would refuse", async () => {
    const collecting = new Collecting();
    const large = { ...TRACK, properties: { text: "x".repeat(32_000) } };
    assert.equal((await collecting.answer({ body: { batch: [large] } })).body.accepted, 1);
    const { status, body } = await collecting.answer({
      body: { batch: [large], context: { text: "x".repeat(1000) } },
    });
    assert.deepEqual([status, body.refused[0].reason], [413, "too_large"]);
  });

  it("a message without an id under the same id whenever it is sent again", async () => {
    const collecting = new Collecting();
    const { messageId: _, ...bare } = TRACK;
    for (const sentAt of ["2026-01-05T14:29:59.000Z", "2026-01-05T14:31:00.000Z"])
      await collecting.answer({ body: { batch: [bare], sentAt } });
    const [first, second] = collecting.intake.envelopes.map(({ message }) => message as { messageId: string });
    assert.match(first!.messageId, /^sha256-/);
    assert.equal(first!.messageId, second!.messageId);
  });
});

describe("The collector tells", () => {
  it("503 with what was not stored, so that the client sends again", async () => {
    const collecting = new Collecting();
    collecting.intake.loses = ({ message }) => (message as typeof TRACK).messageId === "m-2";
    const { status, headers, body } = await collecting.answer({
      body: { batch: [TRACK, { ...TRACK, messageId: "m-2" }, 0] },
    });
    assert.deepEqual([status, headers["retry-after"], body.error, body.accepted], [503, "2", "not_stored", 1]);
    assert.deepEqual(body.notStored, [
      { index: 1, messageId: "m-2", reason: "not_stored", detail: "not known to be stored" },
    ]);
    assert.equal(body.refused[0].index, 2);
    const [line] = collecting.log.lines;
    assert.deepEqual([line?.level, line?.codes], ["error", { ProvisionedThroughputExceededException: 1 }]);
    assert.equal(collecting.metrics.total("EventsNotStored"), 1);
  });

  it("503 while it has no settings, health too, and keeps the reason to its log", async () => {
    const collecting = new Collecting();
    collecting.settings = () => Promise.reject(new Error("parameter /secret/name is gone"));
    for (const sent of [{ body: ONE }, { method: "GET", path: "/health" }]) {
      const { status, headers, body } = await collecting.answer(sent);
      assert.deepEqual([status, headers["retry-after"], body.error], [503, "2", "unavailable"]);
      assert.ok(!JSON.stringify(body).includes("secret"));
    }
    assert.match(String(collecting.log.lines[0]?.failure), /parameter/);
  });

  it("the load balancer that it is well", async () => {
    const { status, body } = await new Collecting().answer({
      method: "GET",
      path: "/health",
      headers: { authorization: undefined },
    });
    assert.deepEqual([status, body], [200, { status: "ok", stream: "ok" }]);
  });

  it("its log neither keys nor content", async () => {
    const collecting = new Collecting();
    await collecting.answer({ body: ONE });
    await collecting.answer({ body: ONE, headers: { authorization: basic("another-secret") } });
    const text = JSON.stringify(collecting.log.lines);
    for (const secret of [KEY, "another-secret", "u-1", "Order"]) assert.ok(!text.includes(secret), secret);
    assert.equal(collecting.log.lines[0]?.source, "web");
  });
});

describe("A browser", () => {
  it("is told before it sends that it may, and never that credentials may come along", async () => {
    for (const [origins, allowed] of [
      [[ORIGIN], ORIGIN],
      [["*"], "*"],
    ] as const) {
      const { status, headers, body } = await new Collecting(origins).answer({
        method: "OPTIONS",
        headers: { origin: ORIGIN, authorization: undefined, "access-control-request-method": "POST" },
      });
      assert.deepEqual([status, body, headers["access-control-allow-origin"]], [204, undefined, allowed]);
      assert.match(headers["access-control-allow-headers"] ?? "", /authorization/);
      assert.equal(headers["access-control-allow-credentials"], undefined);
      assert.equal(headers.vary, allowed === "*" ? undefined : "origin");
    }
  });

  it("of another origin is told nothing", async () => {
    const { status, headers } = await new Collecting().answer({
      method: "OPTIONS",
      headers: { origin: "https://evil.test" },
    });
    assert.deepEqual([status, headers["access-control-allow-origin"]], [403, undefined]);
  });

  it("may read that there are no settings, and so whose pages may send, and when to come again", async () => {
    const collecting = new Collecting();
    collecting.settings = () => Promise.reject(new Error("gone"));
    const { status, headers } = await collecting.answer({ body: ONE, headers: { origin: ORIGIN } });
    const told = ["allow-origin", "expose-headers"].map((name) => headers[`access-control-${name}`]);
    assert.deepEqual([status, headers["retry-after"], ...told], [503, "2", "*", "retry-after"]);
    assert.equal(headers["access-control-allow-credentials"], undefined);
  });

  it("may read a refusal too", async () => {
    const { headers } = await new Collecting().answer({ body: "{", headers: { origin: ORIGIN } });
    assert.equal(headers["access-control-allow-origin"], ORIGIN);
  });
});
