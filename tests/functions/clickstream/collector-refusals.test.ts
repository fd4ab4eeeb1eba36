import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { LARGEST_BATCH, LARGEST_REQUEST, MOST_MESSAGES } from "../../../functions/clickstream/domain/body";
import { LARGEST_MESSAGE } from "../../../functions/clickstream/domain/message";
import { basic, Collecting, KEY, ORIGIN, type Sent, TRACK } from "./support/collecting";

const ONE = { batch: [TRACK] };
const nest = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

type Row = readonly [what: string, sent: Sent, status: number, error: string, detail: RegExp];

const REFUSED: readonly Row[] = [
  ["no JSON", { body: "{" }, 400, "malformed", /no JSON in UTF-8/],
  ["nothing", { body: "" }, 400, "malformed", /empty/],
  ["bytes that are no UTF-8", { body: Buffer.from([0x22, 0xff, 0x22]) }, 400, "malformed", /UTF-8/],
  ["a JSON array", { body: [TRACK] }, 400, "malformed", /no object/],
  ["nesting without end", { body: nest(200_000) }, 400, "malformed", /./],
  ["no batch", { body: { messages: [TRACK] } }, 400, "malformed", /batch is a JSON array/],
  ["a context that is none", { body: { ...ONE, context: "web" } }, 400, "malformed", /context is a JSON object/],
  ["an empty batch", { body: { batch: [] } }, 400, "no_messages", /empty/],
  ["no good message", { body: { batch: [1, {}] } }, 400, "all_refused", /why of each/],
  ["gzip that is none", { body: "{}", headers: { "content-encoding": "gzip" } }, 400, "malformed", /gzip and is not/],
  ["no key", { body: ONE, headers: { authorization: undefined } }, 401, "no_key", /writeKey in the body/],
  ["an empty key", { body: ONE, headers: { authorization: basic("") } }, 401, "no_key", /user name/],
  ["a password", { body: ONE, headers: { authorization: basic(KEY, "x") } }, 401, "no_key", /empty password/],
  ["two keys", { body: ONE, headers: { authorization: [basic(KEY), basic(KEY)] } }, 401, "no_key", /basic/],
  ["an unknown key", { body: ONE, headers: { authorization: basic("x") } }, 403, "unknown_key", /not known/],
  [
    "an unknown key in the body",
    { body: { ...ONE, writeKey: "x" }, headers: { authorization: undefined } },
    ...([403, "unknown_key", /not known/] as const),
  ],
  ["another origin", { body: ONE, headers: { origin: "https://evil.test" } }, 403, "origin_not_allowed", /origin/],
  ["the null origin", { body: ONE, headers: { origin: "null" } }, 403, "origin_not_allowed", /origin/],
  ["two origins", { body: ONE, headers: { origin: [ORIGIN, ORIGIN] } }, 403, "origin_not_allowed", /origin/],
  ["another path", { path: "/v2/batch", body: ONE }, 404, "not_found", /\/v1\/batch/],
  ["a path of every object", { path: "/v1/__proto__", body: ONE }, 404, "not_found", /no such path/],
  ["a GET", { method: "GET" }, 405, "method_not_allowed", /POST/],
  ["a POST of health", { path: "/health" }, 405, "method_not_allowed", /GET/],
  ["over 1 MB", { body: " ".repeat(LARGEST_REQUEST + 1) }, 413, "too_large", /1048576/],
  ["over 500 KB", { body: " ".repeat(LARGEST_BATCH + 1) }, 413, "too_large", /512000/],
  [
    "a bomb",
    { body: gzipSync(Buffer.alloc(200_000_000)), headers: { "content-encoding": "gzip" } },
    ...([413, "too_large", /512000/] as const),
  ],
  ["too many messages", { body: { batch: Array(MOST_MESSAGES + 1).fill(1) } }, 413, "too_large", /2501 messages/],
  [
    "a context that multiplies",
    { body: { context: { text: "x".repeat(30_000) }, batch: Array(MOST_MESSAGES).fill(TRACK) } },
    ...([413, "too_large", /send fewer/] as const),
  ],
  [
    "a context that multiplies what is refused",
    { body: { context: { text: "x".repeat(30_000) }, batch: Array(MOST_MESSAGES).fill({}) } },
    ...([413, "too_large", /send fewer/] as const),
  ],
  [
    "a context that is nested without end",
    { body: `{"context":{"a":${nest(5_000)}},"batch":[{}]}` },
    ...([413, "too_large", /the context .* 100 levels/] as const),
  ],
  [
    "a message that is nested without end",
    { body: `{"batch":[{"type":"page","userId":"u","properties":{"a":${nest(4_000)}}}]}` },
    ...([413, "too_large", /why of each/] as const),
  ],
  [
    "a context that no message may have",
    { body: { context: { text: "x".repeat(LARGEST_MESSAGE) }, batch: [TRACK] } },
    ...([413, "too_large", /the context .* 32768/] as const),
  ],
  [
    "one message over 32 KB",
    { path: "/v1/track", body: { ...TRACK, properties: { text: "x".repeat(33_000) } } },
    ...([413, "too_large", /why of each/] as const),
  ],
  [
    "a form",
    { body: "a=1", headers: { "content-type": "application/x-www-form-urlencoded" } },
    415,
    "unsupported_media_type",
    /json/,
  ],
  [
    "Latin-1",
    { body: ONE, headers: { "content-type": "text/plain; charset=latin1" } },
    415,
    "unsupported_media_type",
    /UTF-8/,
  ],
  ["brotli", { body: "x", headers: { "content-encoding": "br" } }, 415, "unsupported_encoding", /gzip/],
  ["gzip in gzip", { body: "x", headers: { "content-encoding": "gzip, gzip" } }, 415, "unsupported_encoding", /gzip/],
];

describe("The collector refuses", () => {
  for (const [what, sent, status, error, detail] of REFUSED)
    it(`${what}: ${status}`, async () => {
      const collecting = new Collecting();
      const answer = await collecting.answer(sent);
      assert.deepEqual([answer.status, answer.body.error, answer.body.success], [status, error, false]);
      assert.match(answer.body.detail, detail);
      assert.equal(collecting.intake.stored.length, 0);
      assert.equal(collecting.metrics.records[0]?.reason, error);
    });

  it("with headers that say what to do instead", async () => {
    const collecting = new Collecting();
    assert.equal((await collecting.answer({ method: "PUT" })).headers.allow, "POST, OPTIONS");
    const { headers } = await collecting.answer({ body: ONE, headers: { authorization: undefined } });
    assert.match(headers["www-authenticate"] ?? "", /^Basic/);
  });
});
