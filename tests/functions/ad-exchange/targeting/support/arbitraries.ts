import fc from "fast-check";
import type { Campaign, Creative, Targeting } from "../../../../../functions/ad-exchange/domain/campaign";
import type { Imp } from "../../../../../functions/ad-exchange/domain/openrtb/bid-request";
import type { DealTerms, Slot, Traits } from "../../../../../functions/ad-exchange/domain/traits";

/** Small worlds, so that what campaigns aim at and what requests say meet. */
const GEO = ["USA", "USA-CA", "USA-NY", "DEU", "DEU-BE", "FRA"];
const SEGMENTS = ["a:1", "a:2", "b:1", "b:2"];
const PLACES = ["example", "news.example", "m.news.example", "com.app.one", "com.app.two"];
const CATEGORIES = ["IAB1", "IAB1-1", "IAB1-2", "IAB2", "IAB25-3"];
const DOMAINS = ["brand.example", "shop.brand.example", "other.example", "example"];
const LANGUAGES = ["en", "en-us", "de", "pt-br"];
const SEATS = ["s1", "s2", "s3"];
const DEALS = ["d1", "d2", "d3"];
/** Around the autumn change of clocks in New York, 2026-11-01T06:00Z. */
export const NOW = Date.parse("2026-11-01T05:30:00Z");

const some = <T>(list: readonly T[], maxLength = 3) =>
  fc.subarray([...list], { minLength: 1, maxLength: Math.min(maxLength, list.length) });
/** Given in `weight` cases of `weight` and four. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>, weight = 4) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight, arbitrary });

const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 7, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

type Given<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
};
/** Without keys that are undefined. */
const compact = <T extends object>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<Given<T>> =>
  arbitrary.map(
    (value) => Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as unknown as Given<T>,
  );

const hours = fc.uniqueArray(fc.integer({ min: 0, max: 167 }), { minLength: 60, maxLength: 168 });
const daypart = fc.record({ timeZone: fc.constantFrom("America/New_York", "Asia/Kolkata", "UTC"), hours });

const targeting = compact(
  fc.record({
    ...{ geo: maybe(some(GEO), 2), notGeo: rarely(some(GEO, 2)), deviceTypes: rarely(some([1, 2, 4, 5])) },
    ...{ os: rarely(some(["ios", "android"])), segments: rarely(some(SEGMENTS)), daypart: rarely(daypart) },
    ...{ notSegments: rarely(some(SEGMENTS)), allow: rarely(some(PLACES)), deny: rarely(some(PLACES)) },
    ...{ categories: rarely(some(CATEGORIES)), notCategories: rarely(some(CATEGORIES)) },
    ...{ channels: rarely(some(["site", "app", "dooh"])), languages: rarely(some(LANGUAGES)) },
    deals: rarely(some(DEALS)),
  }),
) as fc.Arbitrary<Targeting>;

const size = fc.constantFrom([300, 250], [300, 250], [300, 250], [320, 50], [600, 500], [250, 300]);
const creative: fc.Arbitrary<Creative> = compact(
  fc.record({
    type: fc.constantFrom(1, 1, 1, 1, 2, 2, 3, 4),
    size: maybe(size, 20),
    ...{
      markup: fc.constantFrom("<a>", "<b>é", "<img src=x>", "<script>", "<iframe src=x>"),
      clickTarget: maybe(fc.constantFrom("https://one.example/", "x")),
    },
    advertiserDomains: some(DOMAINS, 2),
    ...{ categories: maybe(some(CATEGORIES, 2), 2), cattax: maybe(fc.constantFrom(1, 6), 1) },
    ...{ attributes: rarely(some([1, 2, 31, 500])), apis: rarely(some([5, 7, 31, 501], 2)) },
    ...{ language: maybe(fc.constantFrom(...LANGUAGES), 2), secure: fc.constantFrom(true, true, false) },
    ...{ durationSeconds: maybe(fc.constantFrom(6, 15, 30), 6), protocol: maybe(fc.constantFrom(2, 3), 6) },
    ...{ bitrate: maybe(fc.constantFrom(300, 900), 6), mimes: maybe(some(["video/mp4", "audio/mp4"], 2), 6) },
    bundle: maybe(fc.constantFrom("com.one", "com.two"), 1),
  }),
).map(({ size: wh, ...rest }) => ({
  ...{ id: "creative", ...rest },
  ...(wh === undefined ? {} : { w: wh[0], h: wh[1] }),
})) as fc.Arbitrary<Creative>;

const MINUTE = 60_000;
const instant = fc.integer({ min: -3, max: 3 }).map((minutes) => new Date(NOW + minutes * MINUTE).toISOString());
const early = fc.constant(new Date(NOW - 86_400_000).toISOString());
const late = fc.constant(new Date(NOW + 86_400_000).toISOString());

const content = compact(
  fc.record({
    status: fc.constantFrom("active" as const, "active" as const, "active" as const, "paused" as const),
    seat: fc.constantFrom(...SEATS),
    bid: fc.integer({ min: 0, max: 14 }).map((tenths) => (tenths / 10).toFixed(2)),
    currency: fc.constantFrom("USD", "USD", "USD", "USD", "XXX"),
    flight: compact(fc.record({ start: fc.oneof(early, early, instant), end: maybe(fc.oneof(late, instant), 1) })),
    targeting,
    creatives: fc.array(creative, { minLength: 1, maxLength: 3 }),
    frequencyCap: maybe(fc.constant({ impressions: 3, seconds: 60 }), 2),
  }),
);

/** A campaign of a name among a few. @param version of it */
export const campaignOf = (number: number, version: number): fc.Arbitrary<Campaign> =>
  content.map((rest) => ({
    ...{ advertiser: `adv-${number % 3}`, id: `c${number}`, name: "", budget: { total: "1" }, version },
    changedAt: new Date(NOW).toISOString(),
    ...rest,
    creatives: rest.creatives.map((one, index) => ({ ...one, id: `c${number}-v${version}-${index}` })),
  }));

export const campaigns = (most: number): fc.Arbitrary<Campaign[]> =>
  fc
    .integer({ min: 0, max: most })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, at) => campaignOf(at, 1))));

/** Empty more often than not. */
const list = <T>(values: readonly T[], most = 3) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant([] as T[]) },
    { weight: 1, arbitrary: fc.subarray([...values], { maxLength: Math.min(most, values.length) }) },
  );
const several = <T>(values: readonly T[]) => fc.subarray([...values], { maxLength: 4 });

export const traits: fc.Arbitrary<Traits> = compact(
  fc.record({
    ...{
      country: fc.constantFrom("USA", "USA", "USA", "DEU", "FRA", "ITA", ""),
      region: fc.constantFrom("", "CA", "BE", "ZZ"),
    },
    ...{ deviceType: fc.constantFrom(0, 1, 2, 4, 5), os: fc.constantFrom("", "ios", "android", "tizen") },
    ...{
      channel: fc.constantFrom("site" as const, "app" as const, "" as const),
      language: fc.constantFrom("", "en", "en-us", "pt-pt", "pt-br"),
    },
    domain: fc.constantFrom("", "www.m.news.example", "news.example", "example", "badnews.example"),
    bundle: fc.constantFrom("", "com.app.one", "news.example"),
    ...{
      categories: several([...CATEGORIES, "IAB2-9"]),
      cattax: fc.constantFrom(0, 1, 1, 6),
      segments: several([...SEGMENTS, "z:9"]),
    },
    ...{
      blockedCategories: list(CATEGORIES, 1),
      blockedCattax: maybe(fc.constantFrom(1, 6), 1),
      allowedCategories: maybe(list(CATEGORIES), 1),
    },
    ...{
      blockedAdvertisers: list(DOMAINS, 1),
      blockedApps: list(["com.one"], 1),
      creativeLanguages: list(["en", "de", "pt"]),
    },
    ...{ allowedSeats: list([...SEATS, "s9"]), blockedSeats: list(SEATS, 1), userKey: fc.constant("") },
    isUncounted: fc.boolean(),
    now: fc.integer({ min: -2, max: 90 }).map((minutes) => NOW + minutes * MINUTE),
  }),
);

const format = compact(
  fc.oneof(
    size.map(([w, h]) => ({ w: w!, h: h! })),
    fc.record({ wratio: fc.constant(6), hratio: fc.constant(5), wmin: maybe(fc.constantFrom(300, 500), 1) }),
    fc.record({ w: fc.constant(300) }),
  ),
);
const numbers = (values: readonly number[]) => maybe(some(values), 2);
const banner = compact(
  fc.record({
    format: maybe(
      fc.oneof(
        fc.array(format, { maxLength: 3 }),
        fc.array(
          size.map(([w, h]) => ({ w: w!, h: h! })),
          { minLength: 9, maxLength: 10 },
        ),
      ),
      4,
    ),
    ...{ w: maybe(fc.constantFrom(300, 320), 1), h: maybe(fc.constantFrom(250, 50), 1) },
    ...{
      battr: maybe(some([1, 2, 31, 500], 2), 1),
      api: numbers([5, 7, 31, 501]),
      btype: maybe(some([1, 2, 3, 4]), 1),
    },
  }),
);
const player = compact(
  fc.record({
    ...{
      mimes: some(["video/mp4", "audio/mp4", "x/y"]),
      protocols: numbers([2, 3]),
      linearity: maybe(fc.constantFrom(1, 2), 1),
    },
    ...{ minduration: maybe(fc.constantFrom(0, 6, 15), 2), maxduration: maybe(fc.constantFrom(6, 15, 30), 2) },
    ...{ rqddurs: maybe(some([6, 15]), 1), poddur: maybe(fc.constantFrom(15, 60), 1) },
    ...{ minbitrate: maybe(fc.constant(500), 1), maxbitrate: maybe(fc.constant(500), 1) },
    ...{ w: maybe(fc.constantFrom(300, 640), 3), h: maybe(fc.constantFrom(300, 480), 3) },
    ...{ battr: numbers([1, 31]), api: numbers([5, 31, 501]) },
  }),
);
const native = compact(fc.record({ request: fc.constant("{}"), battr: numbers([1]), api: numbers([5]) }));
const imp = compact(
  fc.record({
    id: fc.constant("1"),
    ...{ banner: maybe(banner, 12), video: maybe(player, 2), audio: maybe(player, 1), native: maybe(native, 1) },
    secure: maybe(fc.constantFrom(0 as const, 1 as const), 1),
  }),
) as fc.Arbitrary<Imp>;

const floor = fc.integer({ min: 0, max: 5 }).map((tenths) => tenths * 100_000);
const range = fc.record({
  from: fc.constantFrom(0, 10),
  to: fc.constantFrom(12, 20, Number.POSITIVE_INFINITY),
  floorMicros: floor,
});
const durationFloors = fc.record({
  ...{ perSecondMicros: fc.constantFrom(0, 0, 20_000), leastMicros: floor, longestSeconds: fc.constantFrom(0, 30) },
  ranges: fc.array(range, { maxLength: 2 }),
});
const dealOf = (id: string): fc.Arbitrary<DealTerms> =>
  compact(
    fc.record({
      ...{ id: fc.constant(id), floorMicros: floor, at: fc.constantFrom(1, 2, 3), seats: list([...SEATS, "s9"]) },
      ...{
        advertiserDomains: list(DOMAINS, 1),
        durationFloors: maybe(durationFloors, 1),
        inheritsFloor: maybe(fc.boolean(), 1),
      },
    }),
  );

export const slot: fc.Arbitrary<Slot> = compact(
  fc.record({
    ...{ index: fc.constant(0), imp, floorMicros: floor, privateOnly: fc.constantFrom(false, false, false, true) },
    ...{ videoFloors: maybe(durationFloors, 1), audioFloors: maybe(durationFloors, 1) },
    deals: fc.subarray(["d1", "d2", "d9"]).chain((ids) => fc.tuple(...ids.map(dealOf))),
  }),
);
