import assert from "node:assert/strict";
import { beacon } from "../../../local/exchange/beacon";
import type { Target } from "../../../local/exchange/target";
import { untilItCeases, untilItWins } from "../../../local/exchange/watch-beacon";
import { NOW, standIn, tokenOf } from "./support/stand-in";

/** A clock that goes a tenth of a second with each look. */
const ticking = () => {
  let at = 0;
  return () => {
    at += 100;
    return at;
  };
};
const watch = (target: Target, now = ticking()) => ({
  ...{ target, publisher: "pub-1", token: tokenOf("pub-1"), abreast: 4, now, everyMilliseconds: 0 },
});

describe("A beacon among campaigns", () => {
  it("wins wherever it is asked for, until it is paused", async () => {
    const lit = beacon("shop-a", "seat-shop-a", NOW);
    const { target, pause } = standIn([lit]);
    assert.equal((await untilItWins(watch(target), 10))! > 0, true);
    pause(lit);
    const { seconds, probes, stillWins } = await untilItCeases(watch(target), 10);
    assert.deepEqual([seconds, stillWins], [0, false]);
    assert.equal(probes, 48);
  });

  it("that nobody knows never wins", async () => {
    assert.equal(await untilItWins(watch(standIn().target), 2), undefined);
  });

  /** Wins in some environments as long as the list says; in none behind its end. */
  const winning = (rounds: readonly number[]): Target => {
    let asked = 0;
    return {
      close: () => {},
      send: () => {
        const [round, place] = [Math.floor(asked / 4), asked++ % 4];
        return Promise.resolve({ status: 200, body: place < (rounds[round] ?? 0) ? '"crid":"beacon-1"' : "{}" });
      },
    };
  };

  it("has to win in every environment, for some time", async () => {
    assert.equal(await untilItWins(watch(winning([4, 4, 4, 3, 0, 4, 4, 4])), 5), undefined);
    assert.equal(typeof (await untilItWins(watch(winning([0, 1, 4, 4, 4, 4])), 5)), "number");
  });

  it("has ceased with its last bid anywhere", async () => {
    const { seconds, stillWins } = await untilItCeases(watch(winning([4, 4, 1, 0, 0, 1])), 60);
    assert.deepEqual([seconds, stillWins], [1.2, false]);
    const never = await untilItCeases(watch(winning(Array(1_000).fill(1))), 3);
    assert.equal(never.stillWins, true);
  });
});
