import assert from "node:assert/strict";
import fc from "fast-check";
import { requests } from "../../../../local/exchange/bid-requests";
import { generateCampaigns } from "../../../../local/exchange/campaigns";
import { type Asked, campaign, NOW, opened } from "../support/exchange";
import { validRequest } from "../support/requests";

const STATUSES = [200, 204, 400, 413];

describe("Any request at all", () => {
  const campaigns = [...generateCampaigns({ seed: 3, count: 2_000, now: new Date(NOW) }), campaign("any", "0.10")];
  const bids = new Map(campaigns.map(({ advertiser, id, ...one }) => [`${advertiser}#${id}`, one]));
  const { ask, ready } = opened({ campaigns });

  const holdsUp = ({ status, response, bids: won }: Asked, asked: ReturnType<typeof requests>[number]): void => {
    assert.equal(STATUSES.includes(status), true, String(status));
    if (status !== 200 || response === undefined) return;
    assert.equal(response.id, asked.id);
    if (won.length === 0) return;
    const taken = asked.cur === undefined || asked.cur.length === 0 ? ["USD"] : asked.cur;
    assert.equal(taken.includes(response.cur ?? "USD"), true, response.cur);
    assert.equal(new Set(won.map(({ id }) => id)).size, won.length, "ids of bids");
    assert.equal(new Set(won.map(({ impid }) => impid)).size, won.length, "one bid an impression");
    for (const { impid, price, cid, dealid } of won) {
      const imp = asked.imp.find(({ id }) => id === impid);
      assert.notEqual(imp, undefined, impid);
      const paid: number = ready.at(NOW)?.rates.toMicros(price, response.cur ?? "USD") ?? Number.NaN;
      const own = bids.get(cid ?? "");
      const most = ready.microsOf(own?.bid ?? "0", own?.currency ?? "USD", NOW) ?? Number.NaN;
      // A price in another currency is rounded to a micro of it.
      assert.equal(paid <= most + 200, true, `${cid} bids ${most} and pays ${paid}`);
      const floor = ready.at(NOW)?.rates.toMicros(imp?.bidfloor ?? 0, imp?.bidfloorcur ?? "USD") ?? Number.NaN;
      if (dealid === undefined && !imp?.video && !imp?.audio)
        assert.equal(paid >= floor - 200, true, `${paid} is under ${floor}`);
      if (asked.wseat && asked.wseat.length > 0) assert.equal(asked.wseat.includes(own?.seat ?? ""), true);
      if (asked.bseat) assert.equal(asked.bseat.includes(own?.seat ?? ""), false);
    }
  };

  it("that is valid is answered, and what the answer says holds up against request and campaigns", async () => {
    const property = fc.asyncProperty(validRequest(), async (asked) => {
      const sold = await ask(asked, null);
      assert.notEqual(sold.status, 400);
      holdsUp(sold, asked);
    });
    await fc.assert(property, { numRuns: 400 });
  });

  it("of the usual kinds mostly finds a bidder, by the same rules", async () => {
    let sold = 0;
    for (const asked of requests(7, 140)) {
      const answer = await ask(asked, null);
      holdsUp(answer, asked);
      if (answer.status === 200) sold++;
    }
    assert.equal(sold > 70, true, `${sold} of 140`);
  });

  it("is answered the same again", async () => {
    for (const asked of requests(9, 28)) {
      const [one, other] = [await ask(asked, null), await ask(asked, null)];
      assert.deepEqual(one.answer, other.answer);
    }
  });

  it("however mangled, is answered and harms nothing", async () => {
    const texts = requests(11, 14).map((one) => JSON.stringify(one));
    const mangled = fc
      .tuple(fc.constantFrom(...texts), fc.nat(), fc.string({ unit: "binary", maxLength: 6 }), fc.nat(40))
      .map(([text, at, by, cut]) => text.slice(0, at % text.length) + by + text.slice((at % text.length) + cut));
    const odd = fc.oneof(mangled, fc.json(), fc.string(), fc.uint8Array({ maxLength: 200 }));
    const property = fc.asyncProperty(odd, async (body) => {
      const { status } = await ask(body, null);
      assert.equal(STATUSES.includes(status), true, String(status));
    });
    await fc.assert(property, { numRuns: 1_500 });
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });

  it("that means harm is answered at once: depth, size, prototype keys, huge numbers, wrong types", async () => {
    const deep = `{"id":"1","imp":${"[".repeat(50_000)}${"]".repeat(50_000)}}`;
    const inside = (extra: string) => `{"id":"1","imp":[{"id":"1","banner":{"w":300,"h":250}${extra}}]}`;
    const bodies: readonly (readonly [string, number])[] = [
      [deep, 400],
      [
        `{"id":"1","ext":${"[".repeat(50_000)}${"]".repeat(50_000)},"imp":[{"id":"1","banner":{"w":300,"h":250}}]}`,
        400,
      ],
      [inside(',"bidfloor":1e400'), 400],
      [inside(',"bidfloor":-1'), 400],
      [inside(',"bidfloor":"1"'), 400],
      [inside(',"bidfloor":99999999999999999999'), 204],
      [inside(',"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}'), 200],
      [inside(',"pmp":{"deals":[{"id":"__proto__"},{"id":"constructor"}]}'), 200],
      [`{"id":"\\ud800","imp":[{"id":"1","banner":{"w":300,"h":250}}]}`, 200],
      [
        `{"id":"1","imp":${JSON.stringify(Array.from({ length: 101 }, (_, id) => ({ id: `${id}`, banner: {} })))}}`,
        400,
      ],
      [`{"__proto__":{"id":"1"},"imp":[{"id":"1","banner":{"w":300,"h":250}}]}`, 400],
    ];
    for (const [body, expected] of bodies) {
      const { status } = await ask(body, null);
      assert.equal(status, expected, body.slice(0, 120));
    }
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });
});
