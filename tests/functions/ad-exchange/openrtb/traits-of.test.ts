import assert from "node:assert/strict";
import fc from "fast-check";
import type { BidRequest } from "../../../../functions/ad-exchange/domain/openrtb/bid-request";
import { hostOf } from "../../../../functions/ad-exchange/domain/openrtb/host-of";
import { readBidRequest } from "../../../../functions/ad-exchange/domain/openrtb/read-bid-request";
import type { Permitted } from "../../../../functions/ad-exchange/domain/privacy/permitted";
import type { Traits } from "../../../../functions/ad-exchange/domain/traits";
import { traitsOf } from "../../../../functions/ad-exchange/domain/traits-of";
import { validRequest } from "../support/requests";
import { golden } from "./golden";

const ALL: Permitted = { ids: true, preciseGeo: true, segments: true, userKey: true };
const NONE: Permitted = { ids: false, preciseGeo: false, segments: false, userKey: false };
const NOW = 1_795_000_000_000;

const of = (request: Partial<BidRequest>, permitted = ALL) =>
  traitsOf({ id: "r", imp: [{ id: "1", banner: {} }], ...request }, permitted, NOW);

const NOTHING: Traits = {
  country: "",
  region: "",
  deviceType: 0,
  os: "",
  channel: "",
  domain: "",
  bundle: "",
  language: "",
  categories: [],
  cattax: 1,
  segments: [],
  blockedCategories: [],
  blockedCattax: 1,
  allowedCategories: [],
  blockedAdvertisers: [],
  blockedApps: [],
  creativeLanguages: [],
  allowedSeats: [],
  blockedSeats: [],
  userKey: "",
  isUncounted: false,
  now: NOW,
};

/** What differs from a request of which nothing is known. */
const GOLDEN: Readonly<Record<string, Partial<Traits>>> = {
  "app-interstitial": {
    channel: "app",
    country: "DEU",
    region: "BE",
    deviceType: 4,
    os: "android",
    bundle: "com.example.tileharbour",
    language: "de",
    categories: ["IAB9", "IAB9-30"],
    blockedCategories: ["IAB7-39", "IAB8-5", "IAB25-3"],
    blockedAdvertisers: ["casino.example", "loans.example"],
    blockedApps: ["com.rival.blocks"],
    userKey: "38400000-8cf0-11bd-b23e-10b96e40000d",
  },
  "banner-minimal": {},
  "banner-site": {
    channel: "site",
    country: "USA",
    region: "CA",
    deviceType: 2,
    os: "windows",
    domain: "harbourtimes.example",
    language: "en",
    categories: ["IAB12", "IAB12-2", "IAB12-2", "IAB3-1"],
    segments: ["dmp-7:auto-intender", "dmp-7:traveller"],
    blockedCategories: ["IAB25", "IAB26"],
    blockedAdvertisers: ["rivalnews.example"],
    userKey: "b1946ac92492d2347c6235b4d2611184",
  },
  "coppa-app": {
    channel: "app",
    country: "USA",
    region: "TX",
    deviceType: 5,
    os: "ios",
    bundle: "com.example.kidsdraw",
    categories: ["IAB9-20"],
    userKey: "kd-1",
  },
  "ctv-pod-dynamic": {
    channel: "app",
    country: "MEX",
    deviceType: 7,
    os: "linux",
    bundle: "com.example.livesports",
    language: "es-mx",
  },
  "dooh-mall": { channel: "dooh", country: "CAN", region: "ON", deviceType: 8, domain: "eastgate.example" },
  "spec-misplaced-user": { channel: "site", domain: "www.foobar.example", categories: ["IAB3-1"] },
  "test-mode": { channel: "site", domain: "preview.example.com" },
  "video-instream-durfloors": {
    channel: "site",
    country: "GBR",
    region: "LND",
    deviceType: 2,
    os: "macos",
    domain: "cooking.example",
    language: "en",
    categories: ["IAB8", "IAB8-9"],
    segments: ["ctx-1:recipes"],
    userKey: "4c2a",
  },
};

describe("Traits of a request", () => {
  for (const { name, body } of golden().filter((each) => each.name in GOLDEN))
    it(`are what it says: ${name}`, () => {
      const read = readBidRequest(body);
      if (!read.ok) assert.fail(read.problem);
      assert.deepEqual(traitsOf(read.request, ALL, NOW), { ...NOTHING, ...GOLDEN[name] });
    });

  it("have cases of their own: codes upper, names lower, ids as they are", () => {
    const traits = of({
      device: { os: "iOS", language: "pt_BR", geo: { country: "usa", region: "us-ca" } },
      site: { domain: "WWW.Shop.Example.", cat: ["iab1-2", "IAB2"] },
      user: { data: [{ id: "Dmp", segment: [{ id: "Seg" }] }] },
      bcat: ["iab25"],
      acat: ["IAB1"],
      badv: ["Ford.com", "b.example"],
      bapp: ["com.Example"],
      wlang: ["EN"],
      wseat: ["Seat-A"],
    });
    assert.deepEqual(traits, {
      ...NOTHING,
      country: "USA",
      region: "CA",
      os: "ios",
      channel: "site",
      domain: "www.shop.example",
      language: "pt-br",
      categories: ["IAB1-2", "IAB2"],
      segments: ["Dmp:Seg"],
      blockedCategories: ["IAB25"],
      allowedCategories: ["IAB1"],
      blockedAdvertisers: ["ford.com", "b.example"],
      blockedApps: ["com.example"],
      creativeLanguages: ["en"],
      allowedSeats: ["Seat-A"],
    });
  });

  it("are not copied where they are in the right case already", () => {
    const given = { bcat: ["IAB25"], badv: ["ford.com"], site: { cat: ["IAB1"] } };
    const traits = of(given);
    assert.equal(traits.blockedCategories, given.bcat);
    assert.equal(traits.blockedAdvertisers, given.badv);
    assert.equal(traits.categories, given.site.cat);
  });

  it("name the host of the page where the site's domain is not said", () => {
    assert.equal(of({ site: { domain: "", page: "https://Blog.Example:8443/a" } }).domain, "blog.example");
    assert.equal(of({ site: { page: "about:blank" } }).domain, "");
    assert.equal(of({ app: { domain: "game.example" } }).domain, "");
  });

  it("have the content's categories only where they are of the place's taxonomy", () => {
    const site = { cat: ["IAB1"], content: { cat: ["483"], cattax: 6 } };
    assert.deepEqual(of({ site }).categories, ["IAB1"]);
    const same = of({ site: { ...site, cattax: 6 }, cattax: 7 });
    assert.deepEqual([same.categories, same.cattax, same.blockedCattax], [["IAB1", "483"], 6, 7]);
    const screen = of({ dooh: { content: { cat: ["483"], cattax: 6 } } });
    assert.deepEqual([screen.categories, screen.cattax], [["483"], 6]);
  });

  it("have languages of creatives by either standard", () => {
    assert.deepEqual(of({ wlang: [], wlangb: ["zh-Hant"] }).creativeLanguages, ["zh-hant"]);
    assert.deepEqual(of({ wlang: ["zh"], wlangb: ["zh-Hant"] }).creativeLanguages, ["zh"]);
  });

  it("have the operating system of the structured user agent where there is no other", () => {
    assert.equal(of({ device: { sua: { platform: { brand: "Android" } } } }).os, "android");
    assert.equal(of({ device: { sua: { platform: { brand: 7 } } } }).os, "");
    assert.equal(of({ device: { sua: { platform: null } } }).os, "");
    assert.equal(of({ device: { os: "iOS", sua: { platform: { brand: "Android" } } } }).os, "ios");
  });

  it("leave out segments that nobody has named", () => {
    const data = [
      { segment: [{ id: "a" }] },
      { id: "d", segment: [{ name: "b" }, { id: "" }, { id: "c" }] },
      { id: "e" },
    ];
    assert.deepEqual(of({ user: { data } }).segments, ["d:c"]);
  });

  it("have a key of the user by the device, then by the exchange, and never of zeros", () => {
    const user = { id: "u-1" };
    const keyOf = (ifa: string | undefined) => of({ user, device: ifa === undefined ? {} : { ifa } }).userKey;
    assert.equal(keyOf("38400000-8CF0-11BD-B23E-10B96E40000D"), "38400000-8cf0-11bd-b23e-10b96e40000d");
    for (const ifa of ["00000000-0000-0000-0000-000000000000", "00000000000000000000000000000000", "", "-", undefined])
      assert.equal(keyOf(ifa), "u-1");
    assert.equal(of({ device: { ifa: "00000000-0000-0000-0000-000000000000" } }).userKey, "");
    assert.equal(of({ user: { id: "\ud800" } }).userKey, "");
    assert.equal(of({}).userKey, "");
  });

  it("have no key where none is permitted, and no segments of the user", () => {
    const request = {
      user: { id: "u", data: [{ id: "d", segment: [{ id: "s" }] }] },
      device: { ifa: "38400000-8cf0-11bd-b23e-10b96e40000d" },
      site: { content: { data: [{ id: "c", segment: [{ id: "t" }] }] } },
    };
    assert.equal(of(request, { ...ALL, userKey: false }).userKey, "");
    assert.deepEqual(of(request).segments, ["d:s", "c:t"]);
    assert.deepEqual(of(request, { ...ALL, segments: false }).segments, ["c:t"]);
  });

  it("say nothing of the user where nothing is permitted, whatever the request", () => {
    fc.assert(
      fc.property(validRequest(), ({ user: _user, ...request }) => {
        const marked = { ...request, user: { id: "s3cr3t", data: [{ id: "s3cr3t", segment: [{ id: "s3cr3t" }] }] } };
        const device = { ...request.device, ifa: "s3cr3t" };
        assert.doesNotMatch(JSON.stringify(traitsOf({ ...marked, device }, NONE, NOW)), /s3cr3t/);
      }),
      { numRuns: 200 },
    );
  });
});

describe("The host of an address", () => {
  const HOSTS: readonly (readonly [url: string, host: string | undefined])[] = [
    ["https://a.example/b", "a.example"],
    ["https://a.example", "a.example"],
    ["http://a.example:80?x=://y", "a.example"],
    ["https://me:pw@a.example#b@c", "a.example"],
    ["https://a@b@c.example/", "c.example"],
    ["https://a.example\\@b.example/", "a.example"],
    ["https://[2001:db8::1]:8080/", "2001:db8::1"],
    ["https:///b", undefined],
    ["://a.example", undefined],
    ["a.example/b", undefined],
    ["", undefined],
  ];
  for (const [url, host] of HOSTS) it(`of "${url}" is ${host ?? "none"}`, () => assert.equal(hostOf(url), host));

  it("is that of the URL standard", () => {
    fc.assert(
      fc.property(
        fc.webUrl({
          authoritySettings: { withPort: true, withUserInfo: true },
          withQueryParameters: true,
          withFragments: true,
        }),
        (url) => {
          assert.equal(hostOf(url)?.toLowerCase(), new URL(url).hostname);
        },
      ),
      { numRuns: 300 },
    );
  });
});
