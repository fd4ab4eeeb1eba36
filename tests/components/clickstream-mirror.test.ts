import assert from "node:assert/strict";
import fc from "fast-check";
import { clickstreamKeys } from "../../components/clickstream/config";
import { parseAccessKeys } from "../../functions/clickstream/domain/access-keys";
import { parseOrigins } from "../../functions/clickstream/domain/origins";
import { parsePolicy } from "../../functions/clickstream/domain/policy";
import { parseWriteKeys } from "../../functions/clickstream/domain/write-keys";
import { recordProgram } from "../support/recorded-program";

const hash = fc.constantFrom("a".repeat(64), "0123456789abcdef".repeat(4), "A".repeat(64), "a".repeat(63), "");
const name = fc.constantFrom("web", "i-o.s_1", "", "a b", "x".repeat(64), "x".repeat(65), "ä");
const number = fc.constantFrom(0, 1, 30, 100, 101, 365, 366, 3_600, 3_601, -1, 1.5);

/** Key of the configuration → how the functions read it, and values that are often right. */
const MIRRORED = {
  clickstreamWriteKeys: { parse: parseWriteKeys, values: fc.dictionary(name, fc.array(hash, { maxLength: 2 })) },
  clickstreamAccessKeys: {
    parse: parseAccessKeys,
    values: fc.dictionary(
      name,
      fc.record({
        hashes: fc.array(hash, { maxLength: 2 }),
        may: fc.array(fc.constantFrom("read", "erase", "write"), { maxLength: 2 }),
      }),
    ),
  },
  clickstreamOrigins: {
    parse: parseOrigins,
    values: fc.array(
      fc.constantFrom("*", "https://www.example.com", "http://localhost:3000", "example.com", "https://a.b/c", "null"),
      { maxLength: 2 },
    ),
  },
  clickstreamPolicy: {
    parse: (text: string) => parsePolicy(JSON.stringify({ ...JSON.parse(text), address: { kind: "truncate" } })),
    values: fc.record({
      ...{ futureSkewSeconds: number, freshnessDays: number, typeShards: number, idDays: number },
      parameterTtlSeconds: number,
    }),
  },
} as const;

describe("The configuration's schema of clickstream", () => {
  for (const [key, { parse, values }] of Object.entries(MIRRORED)) {
    it(`lets nothing through as ${key} that the functions would refuse`, () => {
      let passed = 0;
      fc.assert(
        fc.property(values as fc.Arbitrary<unknown>, (value) => {
          const text = JSON.stringify(value);
          if (!clickstreamKeys[key as keyof typeof MIRRORED].safeParse(text).success) return;
          passed += 1;
          parse(text);
        }),
        { numRuns: 3_000, seed: 1 },
      );
      assert.equal(passed > 20, true, `${passed} values passed`);
    });
  }

  it("deploys parameters that the functions can read, in every stack and of every kind of address", async () => {
    for (const [stack, more] of [
      ["dev", {}],
      ["prod", { clickstreamAddresses: "drop" }],
      ["local", {}],
    ] as const) {
      const program = await recordProgram(stack, more);
      const inputs = (key: string) => program.named(`clickstream-${key}-parameter`).inputs;
      parseWriteKeys(String(inputs("write-keys").insecureValue));
      parseAccessKeys(String(inputs("access-keys").insecureValue));
      parseOrigins(String(inputs("origins").insecureValue));
      assert.equal(parsePolicy(String(inputs("policy").value)).typeShards, 4);
    }
  });
});
