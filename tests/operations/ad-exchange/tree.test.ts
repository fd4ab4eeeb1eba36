import assert from "node:assert/strict";
import fc from "fast-check";
import { treeOf } from "../../../operations/ad-exchange/tree";

describe("A tree", () => {
  it("has a line for each value, and branches for objects and lists of them", () => {
    const value = {
      a: 1,
      bids: [{ seat: "s-1", price: 2.5 }, { price: 3 }],
      none: [],
      some: ["x", 2],
      empty: {},
      last: { deep: { text: "t" } },
    };
    assert.deepEqual(treeOf("title", value), [
      "title",
      "├─ a: 1",
      "├─ bids",
      "│  ├─ s-1",
      "│  │  └─ price: 2.5",
      "│  └─ 2",
      "│     └─ price: 3",
      "├─ none: none",
      "├─ some: x, 2",
      "├─ empty: {}",
      "└─ last",
      "   └─ deep",
      "      └─ text: t",
    ]);
  });

  it("cuts what is longer than a line", () => {
    const [, line] = treeOf("title", { markup: "x".repeat(500) });
    assert.equal(line, `└─ markup: ${"x".repeat(97)}...`);
  });

  it("is one line a branch, whatever others wrote: nothing writes over the terminal", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const line of treeOf("title", { value })) assert.equal(/\p{Cc}/u.test(line), false);
      }),
    );
    assert.deepEqual(treeOf("t", { "a\nb": "\u001b[2Jx", of: [{ id: "\u001b]0;y\u0007", price: 1 }] }), [
      "t",
      "├─ a b:  [2Jx",
      "└─ of",
      "   └─  ]0;y ",
      "      └─ price: 1",
    ]);
  });
});
