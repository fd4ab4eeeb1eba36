import assert from "node:assert/strict";
import fc from "fast-check";
import type { Link } from "../../../functions/clickstream/domain/identity";
import type { ProcessedEvent } from "../../../functions/clickstream/domain/processed-event";
import type { Account } from "../../../local/clickstream/account";
import { settle } from "../../../local/clickstream/ledger";
import { linkProblems } from "../../../local/clickstream/links";
import { total } from "../../../local/figures";
import { POLICY } from "../../functions/clickstream/support/memory-world";
import { soundAccount } from "./support/sound-account";

const settled = (account: Account) => settle(account, POLICY);

describe("The ledger of a run with erasures", () => {
  it("is even when two users were erased meanwhile, whatever the seed, and names all that outlived it", async () => {
    let erased = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), async (seed) => {
        const account = await soundAccount(seed, 80, 2);
        const ledger = settled(account);
        assert.deepEqual([ledger.lost, ledger.unaccounted], [[], []]);
        const { stored, duplicates, quarantined, waiting } = ledger;
        assert.equal(stored + duplicates + ledger.erased + total(quarantined) + waiting, ledger.records);
        assert.equal(stored, account.events.length);
        const [era] = account.erased;
        const whole = await soundAccount(seed, 80);
        const outlived = whole.events.filter(
          ({ visitor, receivedAt }) => visitor === era?.visitor && receivedAt <= era.at,
        );
        erased += outlived.length;
        const again = settled({ ...account, events: [...account.events, ...outlived] });
        assert.equal(again.unaccounted.filter((one) => /outlived the erasure/.test(one)).length, outlived.length);
      }),
      { numRuns: 20 },
    );
    assert.equal(erased > 0, true);
  });

  it("finds an erasure that did not happen, and one that nobody asked for", async () => {
    const account = await soundAccount(11, 150, 1);
    const [asked, unasked] = [
      { ...account, erasures: [...account.erasures, "nobody"] },
      { ...account, erasures: [] },
    ];
    assert.deepEqual(settled(asked).unaccounted, ["user nobody was to be erased and is not"]);
    assert.deepEqual(
      settled(unasked).unaccounted,
      account.erased.map(({ visitor }) => `nobody asked to erase ${visitor}`),
    );
  });

  it("misses a message of an erased user that came after the erasure", async () => {
    const account = await soundAccount(11, 150, 1);
    const index = account.events.findIndex(({ visitor }) => visitor === `user#${account.erasures[0]}`);
    account.events.splice(index, 1);
    assert.equal(settled(account).lost.filter((one) => /^record/.test(one)).length > 0, true);
  });
});

describe("Links of an anonymous visitor who was erased", () => {
  const link: Link = { anonymousId: "a", userId: "u", at: "2026-03-01T12:00:00.000Z" };
  const erased = [{ visitor: "anonymous#a", at: "2026-03-01T12:30:00.000Z" }];
  const problems = (receivedAt: string, links: readonly Link[]) => {
    const event = { receivedAt, visitor: "user#v" } as ProcessedEvent;
    const { lost, unaccounted } = linkProblems([{ eventId: "1", data: Buffer.of(), event, link }], { links, erased });
    return [lost.length, unaccounted.length];
  };

  it("may be gone or be there, when they were said before", () => {
    const before = "2026-03-01T12:30:00.000Z";
    assert.deepEqual(
      [problems(before, []), problems(before, [link])],
      [
        [0, 0],
        [0, 0],
      ],
    );
  });

  it("are there, when they were said after, in whatever era of their user", () => {
    const after = "2026-03-01T12:30:00.001Z";
    assert.deepEqual(
      [problems(after, []), problems(after, [link]), problems(after, [{ ...link, era: "2026-03-01T12:29:00.000Z" }])],
      [
        [1, 0],
        [0, 0],
        [0, 0],
      ],
    );
  });
});
