import assert from "node:assert/strict";
import fc from "fast-check";
import { jsonString, jsonText } from "../../../functions/ad-exchange/domain/json-text";

describe("a text as JSON", () => {
  it("is what JSON.stringify writes, whatever is in it", () => {
    const ascii = fc.string({ unit: "binary-ascii", maxLength: 8 });
    fc.assert(
      fc.property(fc.oneof(ascii, fc.string({ unit: "binary", maxLength: 8 })), (text) => {
        assert.equal(jsonString(text), JSON.stringify(text));
        assert.equal(`"${jsonText(text)}"`, JSON.stringify(text));
      }),
      { numRuns: 1_000 },
    );
    for (let code = 0; code < 0x200; code++) {
      const letter = String.fromCharCode(code);
      assert.equal(jsonString(letter), JSON.stringify(letter), `U+${code.toString(16)}`);
      assert.equal(jsonText(`a${letter}\n`), JSON.stringify(`a${letter}\n`).slice(1, -1), `U+${code.toString(16)}`);
    }
  });
});
