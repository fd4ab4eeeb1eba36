import assert from "node:assert/strict";
import type { BidRequest } from "../../../../functions/ad-exchange/domain/openrtb/bid-request";
import type { Ports } from "../../../../functions/ad-exchange/domain/ports";
import { consentString } from "../../../../local/exchange/consent";
import { campaign, creative, NOW, opened, request } from "../support/exchange";

/** Everything in it that says who somebody is has a mark. */
const MARK = "MARKED";
const user: BidRequest["user"] = {
  ...{ id: `${MARK}-id`, buyeruid: `${MARK}-buyer`, customdata: MARK, keywords: MARK, gender: "F", yob: 1987 },
  eids: [{ source: "id.example", uids: [{ id: `${MARK}-eid` }] }],
  ext: { eids: [{ source: "id.example", uids: [{ id: `${MARK}-eid` }] }] },
  data: [{ id: "crm", segment: [{ id: MARK }] }],
};
const device: BidRequest["device"] = {
  ...{ ifa: `${MARK}-ifa`, didsha1: MARK, dpidmd5: MARK, macsha1: MARK, ip: "203.0.113.57", ipv6: "2001:db8:1:2::57" },
  geo: { lat: 52.520008, lon: 13.404954, zip: MARK, country: "DEU" },
};
const PRIVATE = [MARK.toLowerCase(), "203.0.113.57", "2:57", "52.520008", "13.404954"];

/** All that the exchange hands to anybody: ports, what is measured, the answer with its trace and what its URLs say. */
async function handedOut(asked: BidRequest): Promise<string> {
  const handed: unknown[] = [];
  const take = <T>(answer: T, ...all: unknown[]): T => {
    handed.push(...all);
    return answer;
  };
  const ports: Partial<Ports> = {
    segments: { of: (traits) => take([], { asked: "segments", traits }) },
    fraud: { check: (traits) => take({ verdict: "pass" as const }, traits) },
    caps: {
      left: (userKey, all) =>
        take(
          all.map(() => 9),
          { asked: "caps", userKey },
        ),
    },
    demand: { ask: (body, traits) => take([], body(), traits) },
    budgets: {
      hold: (holds) =>
        take(
          holds.map(() => true),
          ...holds.map(({ offer: _offer, ...hold }) => hold),
        ),
      release: (holds) => take(undefined, ...holds.map(({ offer: _offer, ...hold }) => hold)),
    },
  };
  const markup = `<a href="\${SLUICE_CLICK}"><img src="\${SLUICE_VIEW}"></a>`;
  const own = creative("cr", { markup, clickTarget: "https://shop.example/" });
  const capped = { frequencyCap: { impressions: 3, seconds: 3_600 }, creatives: [own] };
  const { ask, measured } = opened({
    campaigns: [campaign("a", "3.00", capped), campaign("b", "2.00", { creatives: [own] })],
    ports,
  });
  const { answer, bids } = await ask(asked);
  assert.equal(bids.length, 1);
  const payloads = [...answer.body.matchAll(/\/n\/[a-z]+\/([A-Za-z0-9_-]+)\./g)];
  handed.push(answer, measured, ...payloads.map(([, payload = ""]) => Buffer.from(payload, "base64url").toString()));
  return JSON.stringify(handed).toLowerCase();
}

describe("What may not be known of somebody", () => {
  const REFUSED: Readonly<Record<string, Partial<BidRequest>>> = {
    COPPA: { regs: { coppa: 1 } },
    "limited tracking": { device: { ...device, lmt: 1 } },
    "the GDPR without consent": { regs: { gdpr: 1 } },
    "a US opt-out": { regs: { us_privacy: "1YYN" } },
    "a GPP string that cannot be read": { regs: { gpp: "nonsense", gpp_sid: [7] } },
  };
  for (const [why, more] of Object.entries(REFUSED)) {
    for (const test of [0, 1] as const) {
      it(`by ${why} reaches no port, measure, answer or URL${test === 1 ? ", nor a trace" : ""}`, async () => {
        const handed = await handedOut(request({ user, device, test, ...more }));
        for (const text of PRIVATE) assert.equal(handed.includes(text), false, text);
        assert.equal(handed.includes('"asked":'), false, "neither segments nor caps are asked");
      });
    }
  }

  it("is known of everybody else, so that the marks above would be found", async () => {
    const handed = await handedOut(request({ user, device }));
    for (const text of PRIVATE.filter((each) => each !== "2:57")) assert.equal(handed.includes(text), true, text);
    assert.equal(handed.includes('"asked":"segments"') && handed.includes('"asked":"caps"'), true);
  });

  it("but may be counted by: caps are asked and segments are not, and no campaign is chosen by them", async () => {
    // Purposes 1, 2 and 7 without 3 and 4, and a vendor's consent.
    const consent = consentString({ purposes: [1, 2, 7], vendors: [42], preciseGeo: false }, new Date(NOW));
    const handed = await handedOut(request({ user: { ...user, consent }, device, regs: { gdpr: 1 } }));
    assert.equal(handed.includes('"asked":"caps"'), true);
    assert.equal(handed.includes('"asked":"segments"'), false);
    assert.equal(handed.includes("crm:"), false);
  });
});
