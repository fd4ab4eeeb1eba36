import assert from "node:assert/strict";
import { clientOf, notPermitted, parseAccessKeys } from "../../../functions/clickstream/domain/access-keys";
import { Refusal } from "../../../functions/clickstream/domain/refusal";
import { basic, sha256 } from "./support/collecting";

const KEYS = { support: { hashes: [sha256("old"), sha256("new")], may: ["read", "erase"] } };
const parse = (value: unknown) => parseAccessKeys(JSON.stringify(value));

describe("Access keys", () => {
  it("are read from JSON, two for a client whose key is being changed", () => {
    assert.deepEqual(
      parse(KEYS).map(({ client, may }) => [client, may]),
      [
        ["support", ["read", "erase"]],
        ["support", ["read", "erase"]],
      ],
    );
  });

  const WRONG: readonly (readonly [what: string, value: unknown, mistake: RegExp])[] = [
    ["an array", [], /give a JSON object/],
    ["a name with a blank", { "a b": KEYS.support }, /"a b" is no name of a client/],
    ["a key in clear", { a: { hashes: ["key"], may: ["read"] } }, /hashes of a is no list of SHA-256/],
    ["hashes alone", { a: [sha256("x")] }, /hashes of a .*; may of a/],
    ["no rights", { a: { hashes: [], may: [] } }, /may of a is no list of rights; give some of read, erase/],
    ["another right", { a: { hashes: [], may: ["write"] } }, /may of a/],
    ["a setting too many", { a: { ...KEYS.support, until: 7 } }, /a has until, which is no setting/],
  ];
  for (const [what, value, mistake] of WRONG)
    it(`are refused: ${what}`, () => {
      assert.throws(
        () => parse(value),
        (error: Error) => {
          assert.match(error.message, mistake);
          assert.equal(error.message.includes(sha256("x")), false);
          return true;
        },
      );
    });

  it("open for who holds one, and for nobody who holds its hash", () => {
    const clients = parse(KEYS);
    const holds = (authorization: string | undefined) => {
      const client = clientOf(authorization, clients);
      return client instanceof Refusal ? client.error : client.client;
    };
    assert.deepEqual(
      [basic("old"), "Bearer new", `Bearer ${sha256("new")}`, "Bearer ", "Bearer a b", undefined].map(holds),
      ["support", "support", "unknown_key", "no_key", "no_key", "no_key"],
    );
  });

  it("open what they are for", () => {
    const [client] = parse({ a: { hashes: [sha256("x")], may: ["read"] } });
    assert.ok(client, "no client");
    assert.equal(notPermitted(client, "read"), undefined);
    assert.equal(notPermitted(client, "erase")?.error, "not_permitted");
  });
});
