import assert from "node:assert/strict";
import { parseLetter } from "../../operations/market-data/letters";

const EVENT = {
  id: "e-1",
  source: "exchange.xnas",
  "detail-type": "MarketData.Raw",
  time: "2026-01-05T14:30:00Z",
  detail: { symbol: "A" },
};

describe("a letter in a failure queue", () => {
  it("is read from a Lambda failure record, with condition and error", () => {
    const record = {
      version: "1.0",
      requestContext: { condition: "RetriesExhausted" },
      requestPayload: EVENT,
      responsePayload: { errorMessage: "table denied" },
    };
    const letter = parseLetter({ Body: JSON.stringify(record) });
    assert.deepEqual(letter, { event: EVENT, reason: "RetriesExhausted: table denied" });
  });

  it("is read from an event that could not be delivered, with its reason from the attributes", () => {
    const letter = parseLetter({
      Body: JSON.stringify(EVENT),
      MessageAttributes: {
        ERROR_CODE: { StringValue: "NO_PERMISSIONS" },
        ERROR_MESSAGE: { StringValue: "not allowed" },
      },
    });
    assert.deepEqual(letter, { event: EVENT, reason: "NO_PERMISSIONS: not allowed" });
  });

  for (const body of ["null", '"text"', '{"a":1}', "[]"]) {
    it(`is refused when the body is ${body}`, () => {
      assert.throws(() => parseLetter({ Body: body }), /neither a Lambda failure record nor an undelivered event/);
    });
  }
});
