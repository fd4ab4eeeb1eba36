import assert from "node:assert/strict";
import Ajv2020 from "ajv/dist/2020";
import addFormats from "ajv-formats";
import fc from "fast-check";
import schema from "../../../functions/market-data/domain/market-event.schema.json";
import { type RejectionReason, validate } from "../../../functions/market-data/domain/validation";
import { CONTEXT } from "./support/details";
import { ANY_DETAIL } from "./support/mutations";
import { REFUSALS } from "./support/refusals";

describe("The published schema", () => {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false });
  addFormats(ajv);
  const fitsSchema = ajv.compile(schema);

  it("agrees with validation, but for the rules that the description adds", () => {
    const counts = { fits: 0, not: 0 };
    fc.assert(
      fc.property(
        fc.oneof({ weight: 9, arbitrary: ANY_DETAIL }, { weight: 1, arbitrary: fc.jsonValue() }),
        (detail) => {
          const verdict = validate(detail, CONTEXT);
          const fits = fitsSchema(detail);
          counts[fits ? "fits" : "not"] += 1;
          assert.equal(verdict.accepted || isBeyondSchema(verdict), fits, JSON.stringify([verdict, fitsSchema.errors]));
        },
      ),
      { numRuns: 10_000 },
    );
    assert.ok(counts.fits > 1000 && counts.not > 1000, JSON.stringify(counts));
  });

  it("agrees with validation on every case of the table", () => {
    for (const [, because, detail] of REFUSALS.filter(([reason]) => reason !== "too_large")) {
      const verdict = validate(detail, CONTEXT);
      assert.equal(fitsSchema(detail), !verdict.accepted && isBeyondSchema(verdict), because);
    }
  });
});

function isBeyondSchema({ reason, detail }: { readonly reason: RejectionReason; readonly detail: string }): boolean {
  if (reason === "out_of_range") return detail.includes("before the correction's own");
  return ["inconsistent_prices", "future_event_time", "too_large"].includes(reason);
}
