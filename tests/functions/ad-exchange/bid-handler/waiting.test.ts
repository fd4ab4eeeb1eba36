import assert from "node:assert/strict";
import { openPorts } from "../../../../functions/ad-exchange/adapters/open-ports";
import { Exchange } from "../../../../functions/ad-exchange/bid-handler/exchange";
import type { Measured } from "../../../../functions/ad-exchange/bid-handler/meter";
import { Sale } from "../../../../functions/ad-exchange/bid-handler/sale";
import { noticeAddresses } from "../../../../functions/ad-exchange/domain/auction/notice-addresses";
import type { Ports } from "../../../../functions/ad-exchange/domain/ports";
import { campaign, NOW, opened, PUBLISHER, request } from "../support/exchange";
import { SETTINGS } from "../support/settings";

/** Moves the clocks by so many milliseconds while it is worked on an answer, then by more until the answer is there. */
type Takes = <T>(working: number, waiting: number, answer: T) => Promise<T>;

/** An exchange whose clocks only move when a port moves them. */
function timed(ports: (takes: Takes) => Partial<Ports>) {
  let passed = 0;
  const measured: Measured[] = [];
  const takes: Takes = async (working, waiting, answer) => {
    passed += working;
    await undefined;
    passed += waiting;
    return answer;
  };
  const exchange = new Exchange({
    Sale,
    ready: opened({ campaigns: [campaign("a", "4.00")] }).ready,
    ports: { ...openPorts(), ...ports(takes) },
    testDemand: { ask: () => [] },
    meter: { record: (one) => measured.push(one) },
    ...{ now: () => NOW + passed, clock: () => passed, addresses: noticeAddresses("https://exchange.example") },
  });
  const call = { body: JSON.stringify(request({ tmax: 400 })), caller: PUBLISHER, receivedAt: NOW };
  return { answer: () => exchange.answer(call), measured };
}

const PASS = { verdict: "pass" } as const;

describe("A decision", () => {
  it("is there at once where every port answers at once", () => {
    const { answer, measured } = timed(() => ({}));
    const decided = answer();
    assert.equal(decided instanceof Promise, false);
    assert.deepEqual([(decided as Awaited<typeof decided>).outcome, measured.length], ["bid", 1]);
  });

  it("gives ports that come after one that was waited for their time from then on", async () => {
    let until = 0;
    const { answer } = timed((takes) => ({
      fraud: { check: () => takes(0, 3, PASS) },
      demand: {
        ask(_body, _traits, deadline) {
          until = deadline;
          return [];
        },
      },
    }));
    await answer();
    assert.equal(until, NOW + 3 + SETTINGS.deadlines.ports.demand);
  });

  it("tells what was waited for from what was worked on", async () => {
    const { answer, measured } = timed((takes) => ({
      fraud: { check: () => takes(1, 3, PASS) },
      budgets: {
        hold: (holds) =>
          takes(
            0.5,
            2,
            holds.map(() => true),
          ),
        release: () => {},
      },
    }));
    await answer();
    assert.deepEqual(measured[0]?.stages, [0, 1, 5, 0.5]);
  });
});
