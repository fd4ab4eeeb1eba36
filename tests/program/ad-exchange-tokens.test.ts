import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { Refused } from "../../functions/ad-exchange/domain/auth/refusal";
import { grantOfRecord } from "../../functions/ad-exchange/domain/auth/token-record";
import { fromItem } from "../../functions/shared/attribute-values";
import { ONLY, type RecordedProgram, recordProgram } from "../support/recorded-program";

describe("A tenant of the exchange", () => {
  const TENANTS = [
    { name: "acme", tier: "standard", publisher: "p-1", permissions: ["auction"] },
    {
      name: "shop",
      tier: "standard",
      advertiser: "a-1",
      seat: "s-1",
      permissions: ["campaigns:read", "campaigns:write"],
    },
  ];
  let program: RecordedProgram;
  before(async () => {
    const settings = { adExchangeTenants: JSON.stringify(TENANTS), adExchangeTokensExpire: "2027-06-30" };
    program = await recordProgram("dev", { ...ONLY.adExchange, ...settings });
  });
  const tokens = () => {
    const output = program.outputs.find(({ name }) => name === "adExchangeTenantTokens");
    assert.equal(output?.secret, true);
    return JSON.parse(String(output?.value)) as Record<string, string>;
  };
  const row = (tenant: string) =>
    JSON.parse(String(program.named(`ad-exchange-tenant-${tenant}-2027-06-30`).inputs.item));

  it("has a token that is told as a secret, and a row at its hash of what it opens", () => {
    for (const { name, publisher, advertiser, seat, permissions } of TENANTS) {
      const token = tokens()[name] ?? "";
      assert.match(token, /^slx_[A-Za-z0-9_-]{20,}$/);
      const texts = { principal: `token/${name}`, publisher, advertiser, seat };
      const said = Object.entries(texts).flatMap(([key, value]) => (value ? [[key, { S: value }]] : []));
      const { usageKey, ...rest } = row(name);
      assert.deepEqual(rest, {
        token: { S: createHash("sha256").update(token).digest("hex") },
        expires: { N: String(Date.UTC(2027, 5, 30) / 1_000) },
        may: { L: permissions.map((each) => ({ S: each })) },
        ...Object.fromEntries(said),
      });
      const [key] = program.ofType("aws:apigateway/apiKey:ApiKey").filter(({ name: of }) => of.includes(name));
      assert.deepEqual(usageKey, { S: key?.inputs.value });
    }
  });

  it("has the key that its tokens count under told as a secret, for tokens that operators issue", () => {
    const output = program.outputs.find(({ name }) => name === "adExchangeUsageKeys");
    assert.equal(output?.secret, true);
    const keys = JSON.parse(String(output?.value)) as Record<string, string>;
    assert.deepEqual(
      TENANTS.map(({ name }) => keys[name]),
      TENANTS.map(({ name }) => row(name).usageKey.S),
    );
  });

  it("has its token nowhere else: in no input, plain or as text", () => {
    const all = Object.values(tokens());
    for (const { name, inputs } of program.resources) {
      const text = JSON.stringify(inputs, (_, value) => (pulumi.asset.Archive.isInstance(value) ? "archive" : value));
      for (const token of all) assert.equal(text.includes(token), false, name);
    }
    assert.deepEqual(program.named("ad-exchange-tenant-acme-2027-06-30").secrets, ["item"]);
  });

  it("gets another token with another day of expiry", () => {
    const keepers = program.named("ad-exchange-token-acme-2027-06-30").inputs.keepers;
    assert.deepEqual(keepers, { expire: "2027-06-30" });
  });

  describe("whose token is replaced", () => {
    const NEXT = { adExchangeTenants: JSON.stringify(TENANTS), adExchangeTokensExpire: "2027-12-31" };
    const drawn = (of: RecordedProgram) =>
      of
        .ofType("random:index/randomPassword:RandomPassword")
        .filter(({ name }) => name.startsWith("ad-exchange-token-"))
        .map(({ name }) => name);
    const rows = (of: RecordedProgram) =>
      of
        .ofType("aws:dynamodb/tableItem:TableItem")
        .filter(({ name }) => name.startsWith("ad-exchange-tenant-acme"))
        .map(({ inputs }) => JSON.parse(String(inputs.item)));

    it("keeps the one before, under the same names, as long as its day is given", async () => {
      const next = await recordProgram("dev", {
        ...{ ...ONLY.adExchange, ...NEXT, adExchangeTokensBefore: '["2027-06-30"]' },
      });
      assert.deepEqual(
        drawn(next).sort(),
        ["acme", "shop"].flatMap((tenant) =>
          ["2027-06-30", "2027-12-31"].map((day) => `ad-exchange-token-${tenant}-${day}`),
        ),
      );
      for (const kind of ["token", "tenant"]) {
        const { name, inputs } = program.named(`ad-exchange-${kind}-acme-2027-06-30`);
        assert.deepEqual(Object.keys(next.named(name).inputs), Object.keys(inputs), name);
      }
      const [one, other] = rows(next).sort((a, b) => Number(a.expires.N) - Number(b.expires.N));
      assert.deepEqual(
        [one.expires.N, other.expires.N],
        [Date.UTC(2027, 5, 30), Date.UTC(2027, 11, 31)].map((time) => String(time / 1_000)),
      );
      const { token, expires, ...rest } = one;
      assert.deepEqual({ ...other, token, expires }, { ...rest, token, expires }, "they open the same");
      assert.notEqual(other.token.S, token.S);
      const told = next.outputs.find(({ name }) => name === "adExchangeTenantTokens")?.value;
      const { acme } = JSON.parse(String(told)) as Record<string, string>;
      assert.equal(createHash("sha256").update(String(acme)).digest("hex"), other.token.S, "the newest is told");
    });

    it("takes over what had no day in its name, for the oldest generation alone", async () => {
      const aliases = (of: RecordedProgram) =>
        Object.fromEntries(
          of.declared.flatMap(({ name, options: { aliases: before } }) =>
            /^ad-exchange-(token|tenant)-acme/.test(name) && before ? [[name, before]] : [],
          ),
        );
      const taken = {
        "ad-exchange-token-acme-2027-06-30": [{ name: "ad-exchange-token-acme" }],
        "ad-exchange-tenant-acme-2027-06-30": [{ name: "ad-exchange-tenant-acme" }],
      };
      assert.deepEqual(aliases(program), taken);
      const next = await recordProgram("dev", {
        ...{ ...ONLY.adExchange, ...NEXT, adExchangeTokensBefore: '["2027-06-30"]' },
      });
      assert.deepEqual(aliases(next), taken);
    });

    it("loses the one before at once where its day is not given", async () => {
      const next = await recordProgram("dev", { ...ONLY.adExchange, ...NEXT });
      assert.deepEqual(drawn(next), ["ad-exchange-token-acme-2027-12-31", "ad-exchange-token-shop-2027-12-31"]);
    });

    it("opens the exchange to both until the day of each, and to neither after it", async () => {
      const next = await recordProgram("dev", {
        ...{ ...ONLY.adExchange, ...NEXT, adExchangeTokensBefore: '["2027-06-30"]' },
      });
      const grants = (at: number) =>
        rows(next)
          .map((item) => fromItem(item))
          .map((record) => grantOfRecord(String(record.token), record, at / 1_000))
          .filter((grant) => !(grant instanceof Refused)).length;
      const [first, second] = [Date.UTC(2027, 5, 30), Date.UTC(2027, 11, 31)];
      assert.deepEqual(
        [first - 1_000, first, second - 1_000, second].map((at) => grants(at)),
        [2, 1, 1, 0],
      );
    });
  });
});
