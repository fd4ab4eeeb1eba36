import assert from "node:assert/strict";
import { fetchJwks, KeySets } from "../../../../functions/ad-exchange/adapters/jwks";
import { ManualClock } from "../../handlers/support/fakes";
import { ecPair, jwkOf } from "./support/issuing";

const URI = "https://acme.example/jwks";
const [K1, K2] = [jwkOf(ecPair("k1")), jwkOf(ecPair("k2"))];
const header = (kid: string) => ({ kid, alg: "ES256" });

/** An issuer whose keys are asked for. */
class Asked {
  readonly clock = new ManualClock();
  keys: object[] = [K1];
  down = false;
  fetches = 0;
  gate: Promise<unknown> = Promise.resolve();
  readonly sets = new KeySets(async () => {
    this.fetches += 1;
    await this.gate;
    if (this.down) throw new Error("down");
    return { keys: this.keys } as never;
  }, this.clock);

  /** Its id when it is found, else the error's name. */
  async key(kid: string): Promise<string> {
    try {
      return (await this.sets.keyFor(URI, header(kid))).kid;
    } catch (error) {
      return (error as Error).constructor.name;
    }
  }
}

describe("An issuer's keys", () => {
  let issuer: Asked;
  beforeEach(() => {
    issuer = new Asked();
  });

  it("are fetched once for all tokens of five minutes", async () => {
    for (const _ of [1, 2, 3]) assert.equal(await issuer.key("k1"), "k1");
    issuer.clock.pass(299_000);
    assert.deepEqual([await issuer.key("k1"), issuer.fetches], ["k1", 1]);
    issuer.clock.pass(1_000);
    assert.deepEqual([await issuer.key("k1"), issuer.fetches], ["k1", 2]);
  });

  it("are fetched again for a new one, but not more than twice a minute", async () => {
    assert.equal(await issuer.key("k1"), "k1");
    issuer.keys = [K2, K1];
    assert.deepEqual([await issuer.key("k2"), issuer.fetches], ["KidNotFoundInJwksError", 1]);
    issuer.clock.pass(30_000);
    assert.deepEqual([await issuer.key("k2"), issuer.fetches], ["k2", 2]);
    for (const _ of [1, 2, 3, 4]) {
      await issuer.key("forged");
      issuer.clock.pass(10_000);
    }
    assert.equal(issuer.fetches, 3);
  });

  it("count no longer once they are withdrawn", async () => {
    assert.equal(await issuer.key("k1"), "k1");
    issuer.keys = [K2];
    issuer.clock.pass(300_000);
    assert.equal(await issuer.key("k1"), "KidNotFoundInJwksError");
  });

  it("stay for an hour while the issuer is down, which is asked twice a minute", async () => {
    assert.equal(await issuer.key("k1"), "k1");
    issuer.down = true;
    for (let passed = 0; passed < 3_600; passed += 10) {
      issuer.clock.pass(10_000);
      assert.equal(await issuer.key("k1"), "k1", `after ${passed} s`);
    }
    assert.equal(issuer.fetches, 1 + 111);
    issuer.clock.pass(1_000);
    assert.equal(await issuer.key("k1"), "RetryableFailure");
    issuer.down = false;
    issuer.clock.pass(30_000);
    assert.equal(await issuer.key("k1"), "k1");
  });

  it("say that an unknown one is unknown while the issuer is down", async () => {
    assert.equal(await issuer.key("k1"), "k1");
    issuer.down = true;
    issuer.clock.pass(40_000);
    assert.equal(await issuer.key("k2"), "KidNotFoundInJwksError");
  });

  it("are not asked for again at once when they could not be had", async () => {
    issuer.down = true;
    assert.equal(await issuer.key("k1"), "RetryableFailure");
    issuer.down = false;
    assert.deepEqual([await issuer.key("k1"), issuer.fetches], ["RetryableFailure", 1]);
    issuer.clock.pass(30_000);
    assert.deepEqual([await issuer.key("k1"), issuer.fetches], ["k1", 2]);
  });

  it("are fetched once, however many wait", async () => {
    assert.deepEqual(await Promise.all([issuer.key("k1"), issuer.key("k1"), issuer.key("k2")]), [
      ...["k1", "k1", "KidNotFoundInJwksError"],
    ]);
    assert.equal(issuer.fetches, 1);
  });

  it("are each issuer's own", async () => {
    const sets = new KeySets(async (uri) => ({ keys: uri === URI ? [K1] : [K2] }) as never, issuer.clock);
    assert.equal((await sets.keyFor(URI, header("k1"))).kid, "k1");
    await assert.rejects(sets.keyFor("https://other.example/jwks", header("k1")), /no such key/);
  });
});

describe("A JWK set", () => {
  const given =
    (response: () => Response): typeof fetch =>
    async () =>
      response();
  const json = (value: unknown) => given(() => new Response(JSON.stringify(value)));

  it("is read as its issuer publishes it, from there alone", async () => {
    const asked: unknown[] = [];
    const get: typeof fetch = async (uri, { redirect, signal } = {}) => {
      asked.push(uri, redirect, signal instanceof AbortSignal);
      return new Response(JSON.stringify({ keys: [K1] }));
    };
    assert.deepEqual(await fetchJwks(URI, get), { keys: [K1] });
    assert.deepEqual(asked, [URI, "error", true]);
  });

  const wrong: Record<string, [typeof fetch, RegExp]> = {
    "with another status": [given(() => new Response("{}", { status: 503 })), /status is 503/],
    "without a body": [given(() => new Response(null)), /status is 200/],
    "that is no JSON": [given(() => new Response("<html>")), /JSON/],
    "that is a list": [json([K1]), /JWKS/],
    "without keys": [json({}), /keys/],
    "with a key that is none": [json({ keys: [{ kid: "k1" }] }), /kty/],
    "of 65,537 bytes": [given(() => new Response(" ".repeat(65_537))), /more than 65536 bytes/],
  };
  for (const [what, [get, problem]] of Object.entries(wrong))
    it(`is none ${what}`, () => assert.rejects(fetchJwks(URI, get), problem));

  it("of 65,536 bytes is read", async () => {
    const text = JSON.stringify({ keys: [K1] });
    const get = given(() => new Response(text.padEnd(65_536)));
    assert.deepEqual(await fetchJwks(URI, get), { keys: [K1] });
  });

  it("that never ends is left", async () => {
    let cancelled = false;
    const endless = () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(16_384)),
          cancel: () => {
            cancelled = true;
          },
        }),
      );
    await assert.rejects(fetchJwks(URI, given(endless)), /more than 65536 bytes/);
    assert.equal(cancelled, true);
  });

  it("that does not come is not waited for", async () => {
    const silent: typeof fetch = (_, { signal } = {}) =>
      new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    await assert.rejects(fetchJwks(URI, silent, 20), { name: "TimeoutError" });
  });
});
