import assert from "node:assert/strict";
import { isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import { redactedAddress, redactedGeo } from "../../../../functions/ad-exchange/domain/privacy/redaction";

/** The 128 bits, by way of the URL parser's one form of writing them. */
function bitsOf(address: string): bigint {
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

describe("An address that is redacted", () => {
  it("is the network's", () => {
    for (const [given, left] of [
      ["192.0.2.213", "192.0.2.0"],
      ["::ffff:192.0.2.213", "192.0.2.0"],
      ["2001:db8:85a3:8d3:1319:8a2e:370:7348", "2001:db8:85a3::"],
      ["2001:0DB8::1", "2001:db8::"],
      ["2001::85a3:0:0:0:0:1", "2001:0:85a3::"],
      ["1:2:3:4:5:6:192.0.2.1", "1:2:3::"],
      ["1::4:5:6:192.0.2.1", "1::"],
      ["fe80::1%eth0", "fe80::"],
      ["::1", "::"],
      ["::", "::"],
    ] as const) {
      assert.equal(redactedAddress(given), left, given);
    }
  });

  it("is nothing when it was none", () => {
    for (const text of [
      "",
      " 192.0.2.1",
      "192.0.2",
      "192.0.2.256",
      "1:2",
      "me@example.com",
      "::ffff:1.2.3.4.5",
      "1::2::3",
    ]) {
      assert.equal(redactedAddress(text), undefined, text);
    }
  });

  it("has the same first bits as before and none behind", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const left = redactedAddress(address)!;
        assert.equal(isIPv4(left), true);
        assert.deepEqual(left.split("."), [...address.split(".").slice(0, 3), "0"]);
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const left = redactedAddress(address)!;
        fc.pre(isIPv6(left));
        assert.equal(bitsOf(left), (bitsOf(address) >> 80n) << 80n, `${address} ${left}`);
      }),
    );
  });
});

describe("A place that is redacted", () => {
  it("is within about a kilometre, without what would find it again", () => {
    const geo = {
      lat: 52.520008,
      lon: -13.404954,
      zip: "10178",
      accuracy: 5,
      lastfix: 3,
      city: "Berlin",
      country: "DEU",
    };
    assert.deepEqual(redactedGeo(geo), { lat: 52.52, lon: -13.4, city: "Berlin", country: "DEU" });
    const coarse = { type: 2, region: "CA", metro: "803", utcoffset: -480 };
    assert.deepEqual(redactedGeo(coarse), coarse);
    assert.deepEqual(redactedGeo({}), {});
  });

  it("stays where it is the second time", () => {
    const degrees = fc.double({ min: -180, max: 180, noNaN: true });
    fc.assert(
      fc.property(degrees, degrees, (lat, lon) => {
        const once = redactedGeo({ lat, lon });
        assert.deepEqual(redactedGeo(once), once);
        assert.equal(Math.abs(once.lat! - lat) <= 0.0050001 && Math.abs(once.lon! - lon) <= 0.0050001, true);
        assert.match(JSON.stringify(once.lat), /^-?\d+(\.\d{1,2})?$/);
      }),
    );
  });
});
