import assert from "node:assert/strict";
import fc from "fast-check";
import { storedAddress } from "../../../functions/clickstream/domain/address";
import { agentOf } from "../../../functions/clickstream/domain/agent";
import type { Message } from "../../../functions/clickstream/domain/message";
import { originOf } from "../../../functions/clickstream/domain/origin";
import { processedEvent, sessionEventOf } from "../../../functions/clickstream/domain/processed-event";
import { sessionOf } from "../../../functions/clickstream/domain/sessions";

describe("A visitor's address", () => {
  const TABLE: readonly (readonly [given: unknown, stored: string | undefined])[] = [
    ["192.0.2.77", "192.0.2.0"],
    [" 192.0.2.77 ", "192.0.2.0"],
    ["::ffff:192.0.2.77", "192.0.2.0"],
    ["2001:db8:85a3:8d3:1319:8a2e:370:7348", "2001:db8:85a3::"],
    ["2001:0DB8:85A3::7348", "2001:db8:85a3::"],
    ["fe80::1%eth0", "fe80:0:0::"],
    ["::1", "0:0:0::"],
    ["192.0.2", undefined],
    ["http://192.0.2.77", undefined],
    ["", undefined],
    [undefined, undefined],
    [7, undefined],
  ];
  for (const [given, stored] of TABLE)
    it(`${JSON.stringify(given)} is stored as its network ${stored}`, () =>
      assert.equal(storedAddress(given, { kind: "truncate" }), stored));

  it("is hashed to the same text however it is written, and to another with another key", () => {
    const hash = (address: string, key = "k") => storedAddress(address, { kind: "hash", key });
    assert.equal(hash("2001:db8::1"), hash("2001:0DB8:0:0::0001"));
    assert.notEqual(hash("2001:db8::1"), hash("2001:db8::2"));
    assert.notEqual(hash("192.0.2.1"), hash("192.0.2.1", "another"));
    assert.match(hash("192.0.2.1")!, /^[0-9a-f]{32}$/);
  });

  it("is nowhere in what is stored", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.constantFrom("truncate", "hash", "drop"), (address, kind) => {
        const stored = storedAddress(address, kind === "hash" ? { kind, key: "k" } : { kind: kind as "drop" });
        const host = address.includes(":")
          ? !/^[0:]*$/.test(address.split(":").slice(3).join(":"))
          : !address.endsWith(".0");
        if (host && stored !== undefined) assert.notEqual(stored, address);
      }),
    );
  });
});

describe("Where a visitor is, and how they came there", () => {
  const URL = "https://shop.example/cart?utm_source=news&utm_campaign=spring&card=4111#pay";

  it("is read off the page, without its query", () => {
    assert.deepEqual(originOf({ page: { url: URL, title: "Cart" } }).page, {
      ...{ url: "https://shop.example/cart", host: "shop.example" },
      ...{ path: "/cart", title: "Cart" },
    });
  });

  it("is read off the properties of a page call before its context", () => {
    const { page } = originOf({ page: { path: "/old", title: "Old" } }, { path: "/new" });
    assert.deepEqual(page, { path: "/new", title: "Old" });
  });

  it("tells a page of the same site from another site", () => {
    const from = (referrer: unknown) => originOf({ page: { url: URL, referrer } }).referrer;
    assert.deepEqual(from("https://shop.example/home"), { host: "shop.example", kind: "internal" });
    assert.deepEqual(from("https://search.example/?q=x"), { host: "search.example", kind: "external" });
    assert.equal(from("android-app://com.example"), undefined);
    assert.equal(from("javascript:alert(1)"), undefined);
    assert.equal(from(""), undefined);
  });

  it("takes the campaign from the client, then from the address, then from the query alone", () => {
    assert.deepEqual(originOf({ page: { url: URL } }).campaign, { name: "spring", source: "news" });
    const said = originOf({ page: { url: URL }, campaign: { name: "summer", medium: "mail" } }).campaign;
    assert.deepEqual(said, { name: "summer", source: "news", medium: "mail" });
    assert.deepEqual(originOf({ page: { search: "utm_term=shoes" } }).campaign, { term: "shoes" });
    assert.equal(originOf({ page: { url: "https://shop.example/" } }).campaign, undefined);
    assert.deepEqual(originOf({}), {});
  });

  it("is read off whatever JSON comes, and never longer than it may be", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (page, campaign, url) => {
        const origin = originOf({ page: page as never, campaign, referrer: { url } }, { url, title: "t".repeat(1000) });
        assert.ok((origin.page?.title?.length ?? 0) <= 512);
      }),
    );
  });
});

describe("Texts of an event that are kept in part", () => {
  const ENVELOPE = { version: 1, receivedAt: "2026-03-01T12:00:00.000Z", source: "web", message: {} } as const;
  const processed = (said: Partial<Message>) =>
    processedEvent(
      ENVELOPE,
      { ...{ type: "screen", messageId: "m", userId: "u", properties: {}, traits: {}, context: {} }, ...said },
      { futureSkewSeconds: 60, freshnessDays: 30, typeShards: 4, address: { kind: "drop" } },
    );

  it("are at most 512 letters of a name in a session, at both of its ends", () => {
    const event = processed({ name: "n".repeat(30_000) });
    const { first, last } = sessionOf(sessionEventOf(event));
    assert.deepEqual([first.page, last.page, event.name?.length], ["n".repeat(512), "n".repeat(512), 30_000]);
  });

  it("are at most 512 letters of an address, too", () => {
    const host = `${"h".repeat(600)}.example`;
    const page = { url: `https://${host}/${"p".repeat(600)}`, referrer: `https://from.${host}/` };
    const event = processed({ context: { page } });
    const { origin } = event;
    const { page: at, source } = sessionEventOf(event);
    const texts = [origin.page?.url, origin.page?.host, origin.page?.path, origin.referrer?.host, at, source];
    assert.deepEqual(
      texts.map((text) => text?.length),
      texts.map(() => 512),
    );
  });

  it("hold no half of a pair, wherever they were cut and whatever came", () => {
    const long = `${"t".repeat(511)}😀`;
    const page = { title: long, path: long, url: "https://shop.example/" };
    for (const name of [long, "\ud800"]) {
      const event = processed({ name, context: { page, campaign: { name: long }, userAgent: long } });
      const { origin, userAgent } = event;
      const texts = [event.name, sessionEventOf({ ...event, origin: {} }).page, origin.page?.title, origin.page?.path];
      for (const text of [...texts, origin.campaign?.name, userAgent])
        assert.equal(text?.isWellFormed(), true, JSON.stringify(text));
    }
  });
});

describe("A user agent", () => {
  const IPHONE =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";

  it("tells browser, system and device", () =>
    assert.deepEqual(agentOf(IPHONE), {
      bot: false,
      browser: "Safari",
      browserVersion: "17",
      os: "iOS",
      device: "mobile",
    }));

  it("is tagged when it says that it is no person", () => {
    assert.equal(agentOf("Googlebot/2.1 (+http://www.google.com/bot.html)")?.bot, true);
    assert.equal(agentOf("curl/8.5.0")?.bot, true);
  });

  it("is read whatever it is, and quickly however long", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const agent = agentOf(text);
        assert.equal(agent === undefined, text === "");
      }),
    );
    assert.ok(agentOf("Mozilla/5.0 ".repeat(100_000)) !== undefined);
    assert.equal(agentOf(`${IPHONE.padEnd(512)} Googlebot/2.1`)?.bot, false);
    assert.equal(agentOf(undefined), undefined);
  });
});
