import assert from "node:assert/strict";
import { deflateSync, gzipSync } from "node:zlib";
import type { Answer, Call, Refusal } from "../../../../functions/ad-exchange/bid-handler/call";
import { type BidEvent, handle } from "../../../../functions/ad-exchange/bid-handler/handler";
import { contextOf } from "../../../../functions/ad-exchange/domain/caller";
import { LARGEST_BODY } from "../../../../functions/ad-exchange/domain/openrtb/read-bid-request";
import { NOW, PUBLISHER, request } from "../support/exchange";

const BID: Answer = { status: 200, body: '{"id":"auction-1"}', outcome: "bid", bids: 1 };
const body = JSON.stringify(request());
const event = (more: Partial<BidEvent> = {}): BidEvent => ({
  body,
  headers: { "Content-Type": "application/json" },
  requestContext: { authorizer: contextOf(PUBLISHER), requestTimeEpoch: NOW - 7 },
  ...more,
});

describe("The bid handler, asked by the gateway", () => {
  const asked = async (given: BidEvent, answer: () => Answer | Promise<Answer> = () => BID) => {
    const calls: Call[] = [];
    const failures: unknown[] = [];
    const refusals: Refusal[] = [];
    const exchange = {
      answer: async (call: Call) => {
        calls.push(call);
        return answer();
      },
    };
    const result = await handle(given, exchange, () => NOW, {
      failed: (error) => failures.push(error),
      refused: (why) => refusals.push(why),
    });
    return { result, calls, failures, refusals };
  };

  it("hands on the body as it came, who sent it and when it came in", async () => {
    const { result, calls, refusals } = await asked(event());
    assert.deepEqual(refusals, []);
    assert.deepEqual(calls, [{ body, caller: PUBLISHER, receivedAt: NOW - 7 }]);
    assert.deepEqual(result, {
      statusCode: 200,
      headers: { "content-type": "application/json", "x-openrtb-version": "2.6" },
      body: BID.body,
    });
  });

  it("says no type of what has no content", async () => {
    const { result } = await asked(event(), () => ({ status: 204, body: "", outcome: "noDemand", bids: 0 }));
    assert.deepEqual(result, { statusCode: 204, headers: { "x-openrtb-version": "2.6" }, body: "" });
  });

  it("takes bytes where the gateway has encoded them", async () => {
    const { calls } = await asked(event({ body: Buffer.from(body).toString("base64"), isBase64Encoded: true }));
    assert.equal(Buffer.from(calls[0]?.body ?? "").toString(), body);
  });

  it("takes no body for an empty one", async () => {
    assert.equal((await asked(event({ body: null }))).calls[0]?.body, "");
  });

  for (const type of [
    "application/json",
    "application/json; charset=utf-8",
    "APPLICATION/JSON",
    "application/vnd.openrtb+json",
  ]) {
    it(`takes ${type}`, async () => {
      assert.equal((await asked(event({ headers: { "content-type": type } }))).result.statusCode, 200);
    });
  }

  for (const headers of [
    {},
    null,
    { "content-type": "text/plain" },
    { "content-type": "application/jsonx" },
    { "x-type": "application/json" },
  ]) {
    it(`answers 415 to ${JSON.stringify(headers)}`, async () => {
      const { result, calls, refusals } = await asked(event({ headers }));
      assert.deepEqual([result.statusCode, result.body, calls.length, refusals], [415, "", 0, ["unsupported"]]);
    });
  }

  const notPublisher = { principal: "token/x", may: ["campaigns:read"], advertiser: "adv-1" } as const;
  for (const [who, authorizer] of [
    ["nobody", undefined],
    ["an authorizer that says nothing", {}],
    ["who may do something else", contextOf(notPublisher)],
    ["a forged permission", { ...contextOf(PUBLISHER), may: "auction everything" }],
  ] as const) {
    it(`answers 403 to ${who}`, async () => {
      const context = authorizer === undefined ? {} : { authorizer };
      const { result, calls, refusals } = await asked(event({ requestContext: context }));
      assert.deepEqual([result.statusCode, calls.length, refusals], [403, 0, ["unauthorized"]]);
    });
  }

  describe("of a body with a content coding", () => {
    const coded = (coding: string, sent: string | Uint8Array) =>
      asked(
        event({
          headers: { "content-type": "application/json", "Content-Encoding": coding },
          ...(typeof sent === "string"
            ? { body: sent }
            : { body: Buffer.from(sent).toString("base64"), isBase64Encoded: true }),
        }),
      );

    for (const [what, coding, sent] of [
      ["text that the gateway has taken gzip off", "gzip", body],
      ["text that the gateway has taken deflate off", "deflate", body],
      ["bytes that another front has taken gzip off", "GZIP", Buffer.from(body)],
      ["bytes in gzip", "gzip", gzipSync(body)],
      ["bytes in gzip by its old name", " x-gzip ", gzipSync(body)],
      ["bytes in gzip in two members", "gzip", Buffer.concat([gzipSync(body.slice(0, 9)), gzipSync(body.slice(9))])],
      ["bytes without a coding, said so", "identity", Buffer.from(body)],
      ["text with an empty coding", "", body],
      ["what is no JSON, which the reader refuses", "gzip", "plain"],
      ["nothing, which the reader refuses", "gzip", ""],
    ] as const)
      it(`reads ${what}`, async () => {
        const { result, calls } = await coded(coding, sent);
        const read = typeof sent === "string" ? sent : body;
        assert.deepEqual([result.statusCode, Buffer.from(calls[0]?.body ?? "").toString()], [200, read]);
      });

    it("reads it though spaces and a byte order mark stand before it", async () => {
      const marked = `\ufeff \n${body}`;
      for (const sent of [marked, Buffer.from(marked), gzipSync(marked)])
        assert.equal(Buffer.from((await coded("gzip", sent)).calls[0]?.body ?? "").toString(), marked);
    });

    it("unpacks as much as a body may have and no more, however little was sent", async () => {
      const { calls } = await coded("gzip", gzipSync(Buffer.alloc(LARGEST_BODY, " ")));
      assert.equal(calls[0]?.body.length, LARGEST_BODY);
      for (const bytes of [LARGEST_BODY + 1, 400 * LARGEST_BODY]) {
        const { result, refusals, ...told } = await coded("gzip", gzipSync(Buffer.alloc(bytes)));
        assert.deepEqual([result.statusCode, refusals, told.calls.length], [413, ["tooLarge"], 0], `${bytes}`);
      }
    });

    const packed = gzipSync(body);
    const flipped = Buffer.from(packed);
    flipped[packed.length - 6]! ^= 1;
    for (const [what, sent] of [
      ["is cut off", packed.subarray(0, packed.length - 4)],
      ["ends after its first bytes", packed.subarray(0, 2)],
      ["has another check sum than its content", flipped],
    ] as const)
      it(`answers 400 to gzip that ${what}`, async () => {
        const { result, refusals, failures, calls } = await coded("gzip", sent);
        assert.deepEqual([result.statusCode, refusals, failures, calls], [400, ["malformed"], [], []]);
      });

    for (const [what, coding, sent] of [
      ["a coding that nobody here reads", "br", body],
      ["a coding that nobody here reads, as bytes", "zstd", Buffer.from(body)],
      ["two codings", "gzip, gzip", gzipSync(gzipSync(body))],
      ["deflate that nobody has taken off", "deflate", deflateSync(body)],
      ["deflate that somebody made a text of", "deflate", deflateSync(body).toString("latin1")],
      ["gzip that somebody made a text of", "gzip", gzipSync(body).toString("utf8")],
    ] as const)
      it(`answers 415 to ${what}`, async () => {
        const { result, refusals, calls } = await coded(coding, sent);
        assert.deepEqual([result.statusCode, refusals, calls], [415, ["unsupported"], []]);
      });
  });

  it("takes now for the time of receipt where the gateway's clock cannot be right", async () => {
    for (const requestTimeEpoch of [NOW + 1, NOW - 10_001]) {
      const { calls } = await asked(event({ requestContext: { authorizer: contextOf(PUBLISHER), requestTimeEpoch } }));
      assert.equal(calls[0]?.receivedAt, NOW);
    }
    assert.equal(
      (await asked(event({ requestContext: { authorizer: contextOf(PUBLISHER) } }))).calls[0]?.receivedAt,
      NOW,
    );
  });

  it("answers no bid where the exchange itself fails, and says so to who looks after it", async () => {
    const { result, failures } = await asked(event(), () => Promise.reject(new Error("broken")));
    assert.deepEqual([result.statusCode, result.body, failures.map(String)], [204, "", ["Error: broken"]]);
  });
});
