import assert from "node:assert/strict";
import { readBidRequest } from "../../../functions/ad-exchange/domain/openrtb/read-bid-request";
import { permittedIn } from "../../../functions/ad-exchange/domain/privacy/permitted";
import { VENDOR } from "../../../local/exchange/privacy-kinds";
import { traffic } from "../../../local/exchange/traffic";
import { NOW } from "./support/stand-in";

describe("The traffic of a market", () => {
  const session = traffic({ seed: 1, count: 1_500, now: NOW });

  it("is the same for a seed, and another for another", () => {
    const bodies = (seed: number) =>
      traffic({ seed, count: 60, now: NOW }).map(({ body, token }) => `${token} ${body}`);
    assert.deepEqual(bodies(7), bodies(7));
    assert.notDeepEqual(bodies(7), bodies(8));
  });

  it("is of hundreds of publishers, a few of whom send most", () => {
    const counts = new Map<string | undefined, number>();
    for (const { publisher } of session) counts.set(publisher, (counts.get(publisher) ?? 0) + 1);
    assert.equal(counts.size > 500, true);
    assert.equal(Math.max(...counts.values()) > 20, true);
  });

  it("has every channel, medium, currency and kind of wrong token", () => {
    const requests = session.flatMap(({ request }) => request ?? []);
    for (const channel of ["site", "app", "dooh"] as const)
      assert.equal(
        requests.some((one) => one[channel]),
        true,
        channel,
      );
    for (const medium of ["banner", "video", "audio", "native", "pmp"] as const)
      assert.equal(
        requests.some(({ imp }) => imp.some((one) => one[medium])),
        true,
        medium,
      );
    assert.equal(
      requests.some(({ device }) => device?.devicetype === 3),
      true,
    );
    assert.equal(
      requests.some(({ cur }) => cur?.[0] === "EUR"),
      true,
    );
    assert.equal(
      requests.some(({ imp }) => imp.length > 4),
      true,
    );
    assert.deepEqual([...new Set(session.map(({ token }) => token))].sort(), ["another's", "forged", "none", "own"]);
    assert.deepEqual([...new Set(session.flatMap(({ expects }) => expects))].sort(), [200, 204, 400, 401, 403, 413]);
  });

  it("is well formed where there is something to decide, and malformed where it is meant to be", () => {
    for (const { body, request, expects } of session) {
      const read = readBidRequest(body);
      if (request) assert.equal(read.ok, true, read.ok ? "" : read.problem);
      else if (expects[0] === 400 || expects[0] === 413)
        assert.equal(read.ok ? 200 : read.status, expects[0], body.slice(0, 200));
    }
  });

  it("knows what may be known of the user", () => {
    const kinds = new Set<string>();
    for (const { request, privacy } of session) {
      if (!request || !privacy) continue;
      kinds.add(privacy.name);
      const { segments, userKey } = permittedIn(request, { gvlId: VENDOR }, NOW.getTime());
      assert.deepEqual([segments, userKey], [privacy.segments, privacy.counting], privacy.name);
    }
    assert.equal(kinds.size, 9);
  });
});
