import assert from "node:assert/strict";
import fc from "fast-check";
import { isPrivate16, subnetsOf } from "../../components/shared/subnets";

/** First and last address of a range, as numbers. */
function addressesIn(cidr: string): readonly [first: number, last: number] {
  const [address = "", bits] = cidr.split("/");
  const first = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - Number(bits));
  assert.equal(first % size, 0, `${cidr} does not begin where a range of its size can`);
  return [first, first + size - 1];
}

const octet = fc.integer({ min: 0, max: 255 });
const network = fc.oneof(
  octet.map((second) => `10.${second}.0.0/16`),
  fc.integer({ min: 16, max: 31 }).map((second) => `172.${second}.0.0/16`),
  fc.constant("192.168.0.0/16"),
);
const zones = fc.integer({ min: 1, max: 15 });

describe("Subnets of a network", () => {
  it("are as many of each kind as there are zones, /20 and /24", () => {
    fc.assert(
      fc.property(network, zones, (cidr, count) => {
        const subnets = subnetsOf(cidr, count);
        assert.equal(subnets.private.filter((each) => each.endsWith("/20")).length, count);
        assert.equal(subnets.nat.filter((each) => each.endsWith("/24")).length, count);
      }),
    );
  });

  it("lie inside the network and never overlap", () => {
    fc.assert(
      fc.property(network, zones, (cidr, count) => {
        const subnets = subnetsOf(cidr, count);
        const [least, most] = addressesIn(cidr);
        const ranges = [...subnets.private, ...subnets.nat].map(addressesIn).sort(([one], [other]) => one - other);
        let next = least;
        for (const [first, last] of ranges) {
          assert.ok(first >= next && last <= most, `${first} to ${last}`);
          next = last + 1;
        }
      }),
    );
  });

  it("stay where they are when zones are added", () => {
    fc.assert(
      fc.property(network, zones, zones, (cidr, one, other) => {
        const [few, many] = [Math.min(one, other), Math.max(one, other)];
        const [before, after] = [subnetsOf(cidr, few), subnetsOf(cidr, many)];
        assert.deepEqual(after.private.slice(0, few), before.private);
        assert.deepEqual(after.nat.slice(0, few), before.nat);
      }),
    );
  });

  it("are those of the network that is given", () => {
    assert.deepEqual(subnetsOf("172.31.0.0/16", 2), {
      private: ["172.31.0.0/20", "172.31.16.0/20"],
      nat: ["172.31.255.0/24", "172.31.254.0/24"],
    });
  });

  it("are refused for more zones than fit, for none, and for another size of network", () => {
    for (const count of [0, 16, 1.5]) {
      assert.throws(() => subnetsOf("10.0.0.0/16", count), {
        name: "RangeError",
        message: `there are ${count} zones; give 1 to 15.`,
      });
    }
    assert.throws(() => subnetsOf("10.0.0.0/8", 2), {
      name: "RangeError",
      message: "cidr is 10.0.0.0/8; give a private /16, for example 10.20.0.0/16.",
    });
  });

  it("need a /16 that is nobody's on the internet", () => {
    for (const cidr of ["10.0.0.0/16", "10.255.0.0/16", "172.16.0.0/16", "172.31.0.0/16", "192.168.0.0/16"])
      assert.equal(isPrivate16(cidr), true, cidr);
    const others = ["10.256.0.0/16", "10.0.1.0/16", "10.0.0.0/20", "172.15.0.0/16", "172.32.0.0/16", "192.169.0.0/16"];
    for (const cidr of [...others, "8.8.0.0/16", "x10.0.0.0/16", "10.0.0.0/165", ""])
      assert.equal(isPrivate16(cidr), false, cidr);
  });
});
