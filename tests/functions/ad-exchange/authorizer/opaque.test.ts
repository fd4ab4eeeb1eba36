import assert from "node:assert/strict";
import fc from "fast-check";
import { ACCESS_LOG_FORMAT } from "../../../../components/ad-exchange/access-logs";
import { DynamoTokens, type TokenRecord } from "../../../../functions/ad-exchange/adapters/tokens";
import { credentialIn, HEADER_FORM } from "../../../../functions/ad-exchange/domain/auth/credential";
import { Refused } from "../../../../functions/ad-exchange/domain/auth/refusal";
import { grantOfRecord, hashOf } from "../../../../functions/ad-exchange/domain/auth/token-record";
import { type IssueRequest, issued, revoke } from "../../../../operations/ad-exchange/token";
import { ACME, Authorizing, STAGE, USAGE_KEY } from "./support/authorizing";
import { signedJwt } from "./support/issuing";

const DAY = 86_400;

describe("An opaque token", () => {
  let world: Authorizing;
  beforeEach(() => {
    world = new Authorizing();
  });
  const issue = async (request: Partial<IssueRequest> = {}, changes: Partial<TokenRecord> = {}) => {
    const { token, record } = issued({ publisher: "p1", usageKey: USAGE_KEY, days: 90, ...request }, world.now);
    await world.book.add({ ...record, ...changes });
    return token;
  };

  it("opens what it was issued for, and counts under its usage key", async () => {
    const token = await issue({ advertiser: "a1", seat: "s1", usageKey: USAGE_KEY, holder: "p1-server" });
    assert.deepEqual(await world.answer(`Bearer ${token}`), {
      principalId: "token/p1-server",
      policyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            ...{ Action: "execute-api:Invoke", Effect: "Allow" },
            Resource: [
              `${STAGE}/POST/openrtb2/auction`,
              `${STAGE}/GET/v1/campaigns`,
              `${STAGE}/GET/v1/campaigns/*`,
              `${STAGE}/POST/v1/campaigns`,
              `${STAGE}/PATCH/v1/campaigns/*`,
              `${STAGE}/DELETE/v1/campaigns/*`,
            ],
          },
        ],
      },
      context: {
        ...{ principal: "token/p1-server", may: "auction campaigns:read campaigns:write" },
        ...{ publisher: "p1", advertiser: "a1", seat: "s1" },
      },
      usageIdentifierKey: USAGE_KEY,
    });
  });

  it("cannot write into the access log by its holder's name, which functions are still told as it is", async () => {
    const principal = 'token/a","error":"AUTHORIZER_FAILURE\\';
    const token = await issue({ holder: principal.slice(6) });
    const { principalId, context } = await world.answer(`Bearer ${token}`);
    const line = ACCESS_LOG_FORMAT.replace("$context.authorizer.principalId", () => principalId);
    assert.deepEqual(JSON.parse(line), { ...JSON.parse(ACCESS_LOG_FORMAT), principal: principalId });
    assert.equal(context?.principal, principal);
    assert.equal(decodeURIComponent(principalId), principal);
  });

  it("is kept as a hash alone, that the table deletes when it has expired", async () => {
    const token = await issue({ days: 3 });
    const [row, ...others] = world.dynamo.rows("tokens");
    assert.deepEqual(row, {
      ...{ token: hashOf(token), principal: "token/p1", may: ["auction"], publisher: "p1", usageKey: USAGE_KEY },
      expires: world.now + 3 * DAY,
    });
    assert.deepEqual([others.length, JSON.stringify(row).includes(token.slice(4, 12))], [0, false]);
  });

  it("needs neither the issuers nor their keys", async () => {
    const token = await issue();
    world.source.fail(new Error("throttled"));
    world.down = true;
    assert.equal(await world.outcome(token), "p1");
    assert.deepEqual([world.source.reads, world.fetched], [0, []]);
  });

  it("is not known before it is issued, nor with a letter changed", async () => {
    const token = await issue();
    const other = token.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    assert.equal(await world.outcome(other), "401 unknown");
  });

  it("has expired by the clock, though the table has not deleted it", async () => {
    const token = await issue({ days: 1 });
    world.clock.pass((DAY - 1) * 1_000);
    assert.equal(await world.outcome(token), "p1");
    world.clock.pass(1_000);
    assert.equal(await world.outcome(token), "401 expired");
  });

  it("is revoked by itself or by its id, at once", async () => {
    for (const handle of [(token: string) => token, hashOf]) {
      const token = await issue();
      assert.equal(await revoke(handle(token), world.book), hashOf(token));
      assert.equal(await world.outcome(token), "401 revoked");
    }
  });

  it("is not revoked where there is none", async () => {
    await assert.rejects(revoke(hashOf("other"), world.book), /no such token/);
    for (const given of [undefined, "", "p1", `${hashOf("x")}0`, hashOf("x").toUpperCase()])
      await assert.rejects(revoke(given, world.book), /64 hexadecimal digits/);
    assert.deepEqual(world.dynamo.rows("tokens"), []);
  });

  const records: Record<string, [object, string]> = {
    "revoked with a word": [{ revoked: "yes" }, "401 revoked"],
    "not revoked": [{ revoked: false }, "p1"],
    "without an end": [{ expires: undefined }, "401 expired"],
    "that ends in a text": [{ expires: "9999999999" }, "401 expired"],
    "without a holder": [{ principal: undefined }, "403"],
    "without a permission": [{ may: [] }, "403"],
    "with an unknown permission": [{ may: ["auction", "everything"] }, "403"],
    "without its publisher": [{ publisher: undefined }, "403"],
    "with an empty advertiser": [{ advertiser: "" }, "403"],
    "with a usage key that is none": [{ usageKey: "short" }, "403"],
  };
  for (const [what, [changes, expected]] of Object.entries(records))
    it(`with a record ${what}: ${expected}`, async () => {
      const token = await issue({}, changes);
      assert.equal(await world.outcome(token), expected);
    });

  it("counts until its last second, not in it", () => {
    const { record } = issued({ publisher: "p1", usageKey: USAGE_KEY, days: 1 }, 0);
    assert.equal("caller" in grantOfRecord(record.token, { ...record }, DAY - 0.001), true);
    assert.deepEqual({ ...grantOfRecord(record.token, { ...record }, DAY) }, { reason: "expired" });
  });

  it("is not taken for another whose record a lookup gave", () => {
    const { record } = issued({ publisher: "p1", usageKey: USAGE_KEY, days: 1 }, 0);
    const opened = (hash: string, found: object | undefined) => grantOfRecord(hash, { ...found }, 1);
    assert.equal("caller" in opened(record.token, record), true);
    for (const token of [hashOf("other"), undefined, "", "00", record.token.slice(0, 62), 7])
      assert.deepEqual({ ...opened(hashOf("mine"), { ...record, token }) }, { reason: "unknown" });
  });

  it("opens nothing while the table cannot be read, and that is counted", async () => {
    const token = await issue();
    world.dynamo.faults.push({ command: "GetItemCommand", error: new Error("socket hang up") });
    await assert.rejects(world.answer(`Bearer ${token}`), { name: "RetryableFailure", message: /socket hang up/ });
    assert.deepEqual(
      [world.metrics.total("AuthorizerFailures"), world.metrics.total("Authorized"), world.log.lines.at(-1)?.level],
      [1, 0, "error"],
    );
  });

  it("opens nothing where the gateway's own word is strange", async () => {
    const token = await issue();
    await assert.rejects(world.answer(`Bearer ${token}`, "*"), { name: "RetryableFailure" });
    assert.equal(world.metrics.total("Authorized"), 0);
  });

  it("never comes twice", async () => {
    const { record } = issued({ publisher: "p1", usageKey: USAGE_KEY, days: 1 }, world.now);
    await world.book.add(record);
    await assert.rejects(world.book.add({ ...record, publisher: "p2" }), { name: "ConditionalCheckFailedException" });
  });

  it("is asked for where the table says what is so now", async () => {
    const inputs: unknown[] = [];
    const client = { send: async ({ input }: { input: unknown }) => inputs.push(input) && {} };
    await new DynamoTokens(client as never, "tokens").find("abc");
    assert.deepEqual(inputs, [{ TableName: "tokens", Key: { token: { S: "abc" } }, ConsistentRead: true }]);
  });

  describe("is not issued", () => {
    const wrong: Record<string, [Partial<IssueRequest>, RegExp]> = {
      "to nobody": [{ publisher: undefined }, /would open nothing/],
      "to a name with a space": [{ publisher: "p 1" }, /would open nothing/],
      "for auctions without a publisher": [
        { publisher: undefined, advertiser: "a1", permissions: ["auction"] },
        /would open nothing/,
      ],
      "for an unknown permission": [{ permissions: ["auction", "all"] }, /--permission all: give some of auction,/],
      "for longer than anybody remembers": [{ days: 401 }, /--days 401: give 400 at most/],
      "with a short usage key": [{ usageKey: "short" }, /20 to 128/],
      "without a usage key, for the gateway would refuse it": [{ usageKey: undefined }, /adExchangeUsageKeys/],
    };
    for (const [what, [request, problem]] of Object.entries(wrong))
      it(what, () =>
        assert.throws(() => issued({ publisher: "p1", usageKey: USAGE_KEY, days: 1, ...request }, 0), problem),
      );
  });

  it("is issued for what is asked, each permission once", () => {
    const permissions = ["campaigns:read", "campaigns:read"];
    const { record, token } = issued(
      { publisher: "p1", advertiser: "a1", permissions, usageKey: USAGE_KEY, days: 1 },
      100,
    );
    assert.deepEqual([record.may, record.expires], [["campaigns:read"], 100 + DAY]);
    assert.notEqual(token, issued({ publisher: "p1", usageKey: USAGE_KEY, days: 1 }, 100).token);
  });
});

describe("An Authorization header", () => {
  const TOKEN = `slx_${"a".repeat(43)}`;
  const jwt = () => signedJwt(ACME, new Authorizing().claims());
  const malformed: Record<string, unknown> = {
    "is absent": undefined,
    "is null": null,
    "is empty": "",
    "has no scheme": TOKEN,
    "has another scheme": `Basic ${TOKEN}`,
    "has a scheme alone": "Bearer ",
    "has two tokens": `Bearer ${TOKEN}, Bearer ${TOKEN}`,
    "has two schemes": `Bearer Bearer ${TOKEN}`,
    "has something behind the token": `Bearer ${TOKEN} x`,
    "has a line behind the token": `Bearer ${TOKEN}\n`,
    "has a short token": `Bearer ${TOKEN.slice(0, -1)}`,
    "has a long token": `Bearer ${TOKEN}a`,
    "has the prefix in other case": `Bearer ${TOKEN.replace("slx", "SLX")}`,
    "has letters that look alike": `Bearer ${TOKEN.replace("a", "а")}`,
    "has an emoji": `Bearer ${TOKEN.replace("aa", "😀")}`,
    "has a NUL": `Bearer ${TOKEN.replace("a", "\0")}`,
    "has a JWT of two parts": `Bearer ${jwt().split(".").slice(0, 2).join(".")}`,
    "has a JWT of four parts": `Bearer ${jwt()}.x`,
    "has an encrypted JWT's five parts": "Bearer a.b.c.d.e",
    "has more than 8 KB": `Bearer ${jwt()}${"A".repeat(8_192)}`,
    "has a megabyte": `Bearer ${"a.".repeat(500_000)}`,
    "is a list": [`Bearer ${TOKEN}`],
  };
  for (const [what, header] of Object.entries(malformed))
    it(`opens nothing when it ${what}, and nobody is asked`, async () => {
      const world = new Authorizing();
      await assert.rejects(world.answer(header), { message: "Unauthorized" });
      assert.deepEqual(
        [world.metrics.records.at(-1)?.reason, world.dynamo.calls, world.fetched],
        ["malformed", [], []],
      );
    });

  it("passes the gateway's own check whenever a token is found in it", () => {
    const form = new RegExp(HEADER_FORM);
    for (const header of [`Bearer ${TOKEN}`, `bEARER  ${TOKEN}`, `Bearer ${jwt()}`])
      assert.equal(form.test(header), true, header);
    for (const header of [TOKEN, `Basic ${TOKEN}`, `Bearer ${TOKEN}, Bearer ${TOKEN}`, "Bearer "])
      assert.equal(form.test(header), false, header);
  });

  it("passes that check for nothing that costs an invocation and has not the form of a token", () => {
    const form = new RegExp(HEADER_FORM);
    const [header, payload, signature] = jwt().split(".");
    const others = [
      TOKEN.slice(0, -1),
      `${TOKEN}a`,
      TOKEN.replace("slx", "SLX"),
      "token",
      "a.b.c",
      `${header}.${payload}`,
    ];
    for (const token of [...others, `${header}..${signature}`, `${jwt()}.x`, `x${jwt()}`])
      assert.equal(form.test(`Bearer ${token}`), false, token);
    const letters = fc.stringMatching(/^[A-Za-z0-9._-]{1,80}$/);
    fc.assert(
      fc.property(letters, (token) => {
        const isFound = !(credentialIn(`Bearer ${token}`) instanceof Refused);
        assert.equal(form.test(`Bearer ${token}`), isFound);
      }),
    );
  });

  it("may hold a JWT whose header is written with spaces or lines", () => {
    for (const header of [
      '{"alg":"RS256"}',
      '{ "alg": "RS256" }',
      '{\n"alg":"RS256"}',
      '{\r\n\t"alg":"RS256"}',
      '{\t"alg":"RS256"}',
    ]) {
      const token = `${Buffer.from(header).toString("base64url")}.e30.x`;
      assert.deepEqual(credentialIn(`Bearer ${token}`), { kind: "jwt", token });
    }
  });

  it("opens nothing, whatever stands in it", async () => {
    const world = new Authorizing();
    const header = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }).map((text) => `Bearer ${text}`),
      fc.anything(),
    );
    const parts = fc.array(fc.base64String({ maxLength: 40 }), { minLength: 3, maxLength: 3 });
    const anything = fc.oneof(
      header,
      parts.map((three) => `Bearer ${three.join(".").replaceAll("=", "")}`),
    );
    await fc.assert(
      fc.asyncProperty(anything, (given) => assert.rejects(world.answer(given), { message: "Unauthorized" })),
    );
    assert.equal(world.metrics.total("AuthorizerFailures"), 0);
  });
});
