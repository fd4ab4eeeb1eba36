import assert from "node:assert/strict";
import type { Answer, Call } from "../../../../functions/ad-exchange/bid-handler/call";
import { type BidEvent, handle } from "../../../../functions/ad-exchange/bid-handler/handler";
import { contextOf } from "../../../../functions/ad-exchange/domain/caller";
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
    const exchange = {
      answer: async (call: Call) => {
        calls.push(call);
        return answer();
      },
    };
    const result = await handle(
      given,
      exchange,
      () => NOW,
      (error) => failures.push(error),
    );
    return { result, calls, failures };
  };

  it("hands on the body as it came, who sent it and when it came in", async () => {
    const { result, calls } = await asked(event());
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
      const { result, calls } = await asked(event({ headers }));
      assert.deepEqual([result.statusCode, result.body, calls.length], [415, "", 0]);
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
      const { result, calls } = await asked(event({ requestContext: context }));
      assert.deepEqual([result.statusCode, calls.length], [403, 0]);
    });
  }

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
