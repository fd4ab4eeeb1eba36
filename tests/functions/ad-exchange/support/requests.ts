import fc from "fast-check";
import type {
  App,
  Audio,
  Banner,
  BidRequest,
  Content,
  Data,
  Deal,
  Device,
  Dooh,
  DurFloors,
  Eid,
  Format,
  Geo,
  Imp,
  Native,
  Pmp,
  Publisher,
  Regs,
  Site,
  Source,
  SupplyChain,
  User,
  Video,
} from "../../../../functions/ad-exchange/domain/openrtb/bid-request";

type Arbitraries<T> = { [K in keyof T]-?: fc.Arbitrary<NonNullable<T[K]>> };

/** An object of which only the fields of `required` are always there. None is ever undefined: it is there or it is not. */
const some = <T extends object>(fields: Arbitraries<T>, ...required: (keyof T & string)[]): fc.Arbitrary<T> =>
  fc.record(fields as unknown as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: required,
    noNullPrototype: true,
  }) as unknown as fc.Arbitrary<T>;

const FLAG = fc.constantFrom(0 as const, 1 as const);
const CODE = fc.integer({ min: 0, max: 600 });
const CODES = fc.uniqueArray(CODE, { maxLength: 4 });
const SECONDS = fc.integer({ min: 0, max: 120 });
const PIXELS = fc.oneof(fc.constantFrom(50, 90, 250, 300, 320, 728, 1920), fc.integer({ min: 1, max: 4000 }));
const NAME = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: "grapheme", maxLength: 6 }));
const ID = fc.oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.uuid());
const DOMAIN = fc.oneof(fc.domain(), fc.constantFrom("news.example", "Shop.Example.com", "game.example.org"));
const CURRENCY = fc.constantFrom("USD", "EUR", "GBP", "JPY");
/** CPM with up to six decimals, the most that micros tell apart. */
const PRICE = fc.oneof(
  fc.integer({ min: 0, max: 2000 }).map((cents) => cents / 100),
  fc.integer({ min: 0, max: 50_000_000 }).map((micros) => micros / 1e6),
);
const CATEGORY = fc.constantFrom("IAB1", "IAB1-2", "IAB3-1", "IAB7-39", "IAB25", "iab26-4", "483");
const LANGUAGE = fc.constantFrom("en", "de", "fr", "EN", "pt-BR");
const list = <T>(of: fc.Arbitrary<T>, maxLength = 3) => fc.array(of, { maxLength });
const MIMES = fc.uniqueArray(fc.constantFrom("video/mp4", "video/webm", "audio/mp4", "image/png"), {
  minLength: 1,
  maxLength: 3,
});

/** Not -0, which JSON does not tell from 0. */
const degrees = (most: number) => fc.double({ min: -most, max: most, noNaN: true }).map((each) => each + 0);

const GEO = some<Geo>({
  lat: degrees(90),
  lon: degrees(180),
  type: CODE,
  accuracy: CODE,
  country: fc.constantFrom("USA", "DEU", "GBR", "JPN", "usa"),
  region: fc.constantFrom("CA", "NY", "BY", "US-CA", "tx"),
  metro: NAME,
  city: NAME,
  zip: fc.constantFrom("94103", "10115"),
  utcoffset: fc.integer({ min: -720, max: 840 }),
});

const DATA = some<Data>({ id: ID, name: NAME, segment: list(some({ id: ID, name: NAME, value: NAME })) });

const CONTENT = some<Content>({
  id: ID,
  genre: NAME,
  cat: list(CATEGORY),
  cattax: fc.constantFrom(1, 6, 7),
  language: LANGUAGE,
  data: list(DATA),
});

const PUBLISHER = some<Publisher>({ id: ID, name: NAME, cat: list(CATEGORY), domain: DOMAIN });

const CATEGORIES = {
  cat: list(CATEGORY),
  sectioncat: list(CATEGORY),
  pagecat: list(CATEGORY),
  cattax: fc.constantFrom(1, 6, 7),
};

const SITE = some<Site>({
  ...CATEGORIES,
  id: ID,
  name: NAME,
  domain: DOMAIN,
  page: fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), NAME),
  ref: fc.webUrl(),
  search: NAME,
  keywords: NAME,
  publisher: PUBLISHER,
  content: CONTENT,
});

const APP = some<App>({
  ...CATEGORIES,
  id: ID,
  name: NAME,
  bundle: fc.constantFrom("com.example.Game", "org.example.news", "628677149"),
  domain: DOMAIN,
  storeurl: fc.webUrl(),
  ver: NAME,
  keywords: NAME,
  publisher: PUBLISHER,
  content: CONTENT,
});

const DOOH = some<Dooh>({
  id: ID,
  name: NAME,
  venuetype: list(ID),
  domain: DOMAIN,
  keywords: NAME,
  publisher: PUBLISHER,
  content: CONTENT,
});

const DEVICE = some<Device>({
  ua: NAME,
  sua: fc.constantFrom({ platform: { brand: "Android", version: ["14"] }, mobile: 1 }, {}),
  ip: fc.ipV4(),
  ipv6: fc.ipV6(),
  geo: GEO,
  dnt: FLAG,
  lmt: FLAG,
  devicetype: fc.integer({ min: 1, max: 8 }),
  make: NAME,
  model: NAME,
  os: fc.constantFrom("iOS", "Android", "Windows", "tvOS"),
  osv: NAME,
  language: LANGUAGE,
  langb: LANGUAGE,
  carrier: NAME,
  connectiontype: CODE,
  ifa: fc.oneof(fc.uuid(), fc.constant("00000000-0000-0000-0000-000000000000")),
  didsha1: ID,
  didmd5: ID,
  dpidsha1: ID,
  dpidmd5: ID,
  macsha1: ID,
  macmd5: ID,
});

const EID = some<Eid>({ source: DOMAIN, uids: list(some({ id: ID, atype: CODE })) });
const CONSENT = fc.constantFrom("", "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA");

const USER = some<User>({
  id: ID,
  buyeruid: ID,
  yob: fc.integer({ min: 1920, max: 2020 }),
  gender: fc.constantFrom("M", "F", "O"),
  keywords: NAME,
  customdata: NAME,
  geo: GEO,
  data: list(DATA),
  consent: CONSENT,
  eids: list(EID),
  ext: some({ consent: CONSENT, eids: list(EID) }),
});

const SIGNALS = {
  gdpr: FLAG,
  us_privacy: fc.constantFrom("1---", "1YNN", "1YYN"),
  gpp: fc.constantFrom("DBABLA~BVQqAAAAAgA.QA", "DBAA"),
  gpp_sid: fc.constantFrom([7], [2], [6, 7], []),
};
const REGS = some<Regs>({ ...SIGNALS, coppa: FLAG, ext: some({ ...SIGNALS, gpc: fc.constantFrom("1", "0") }) });

const CHAIN = some<SupplyChain>(
  {
    complete: FLAG,
    nodes: list(
      some({ asi: DOMAIN, sid: ID, rid: ID, name: NAME, domain: DOMAIN, hp: FLAG }, "asi", "sid"),
    ) as fc.Arbitrary<SupplyChain["nodes"]>,
    ver: fc.constant("1.0"),
  },
  "complete",
  "nodes",
  "ver",
);

const SOURCE = some<Source>({ fd: FLAG, tid: ID, pchain: NAME, schain: CHAIN, ext: some({ schain: CHAIN }) });

const RANGE: fc.Arbitrary<DurFloors> = fc
  .tuple(fc.option(SECONDS), fc.option(SECONDS), fc.option(PRICE))
  .map(([one, other, bidfloor]) => {
    const [low, high] = one !== null && other !== null && one > other ? [other, one] : [one, other];
    return {
      ...(low === null && high !== null ? {} : { mindur: low ?? 0 }),
      ...(high === null ? {} : { maxdur: high }),
      ...(bidfloor === null ? {} : { bidfloor }),
    };
  });

/** One way to say what a second costs, or none: never both. */
const PER_DURATION = fc.oneof(
  fc.constant({}),
  PRICE.map((mincpmpersec) => ({ mincpmpersec })),
  list(RANGE).map((durfloors) => ({ durfloors })),
);
/** The lengths that are taken: exact ones or bounds, never both. */
const LENGTHS = fc.oneof(
  fc.record({ minduration: SECONDS, maxduration: SECONDS }, { requiredKeys: [], noNullPrototype: true }),
  list(SECONDS).map((rqddurs) => ({ rqddurs })),
);

type Timed = "minduration" | "maxduration" | "rqddurs" | "mincpmpersec" | "durfloors";
const timed = <T extends object>(fields: fc.Arbitrary<Omit<T, Timed>>): fc.Arbitrary<T> =>
  fc.tuple(fields, LENGTHS, PER_DURATION).map(([plain, lengths, floors]) => ({ ...plain, ...lengths, ...floors }) as T);

const FORMAT = some<Format>({ w: PIXELS, h: PIXELS, wratio: PIXELS, hratio: PIXELS, wmin: PIXELS });

export const BANNER = some<Banner>({
  format: list(FORMAT),
  w: PIXELS,
  h: PIXELS,
  btype: CODES,
  battr: CODES,
  pos: CODE,
  mimes: MIMES,
  api: CODES,
});

const AUDIO_FIELDS = {
  mimes: MIMES,
  protocols: CODES,
  startdelay: fc.integer({ min: -2, max: 600 }),
  battr: CODES,
  minbitrate: CODE,
  maxbitrate: CODE,
  api: CODES,
  podid: ID,
  poddur: SECONDS,
};

export const VIDEO = timed<Video>(
  some<Omit<Video, Timed>>(
    { ...AUDIO_FIELDS, w: PIXELS, h: PIXELS, linearity: CODE, skip: FLAG, plcmt: CODE },
    "mimes",
  ),
);
export const AUDIO = timed<Audio>(some<Omit<Audio, Timed>>(AUDIO_FIELDS, "mimes"));

export const NATIVE = some<Native>(
  {
    request: fc.constant('{"ver":"1.2","assets":[{"id":1,"required":1,"title":{"len":90}}]}'),
    ver: fc.constant("1.2"),
    api: CODES,
    battr: CODES,
  },
  "request",
);

type PlainDeal = Omit<Deal, "mincpmpersec" | "durfloors">;
const PLAIN_DEAL = some<PlainDeal>(
  {
    id: ID,
    bidfloor: PRICE,
    bidfloorcur: CURRENCY,
    at: fc.constantFrom(1, 2, 3),
    wseat: list(ID),
    wadomain: list(DOMAIN),
    guar: FLAG,
  },
  "id",
);
export const DEAL: fc.Arbitrary<Deal> = fc
  .tuple(PLAIN_DEAL, PER_DURATION)
  .map(([deal, floors]) => ({ ...deal, ...floors }));

const PMP = some<Pmp>({
  private_auction: FLAG,
  deals: fc.uniqueArray(DEAL, { maxLength: 3, selector: (deal) => deal.id }),
});

const MEDIA = fc
  .record({ banner: BANNER, video: VIDEO, audio: AUDIO, native: NATIVE }, { requiredKeys: [], noNullPrototype: true })
  .filter((media) => Object.keys(media).length > 0);

type PlainImp = Omit<Imp, "banner" | "video" | "audio" | "native">;
const PLAIN_IMP = some<PlainImp>(
  {
    id: ID,
    pmp: PMP,
    instl: FLAG,
    tagid: ID,
    bidfloor: PRICE,
    bidfloorcur: CURRENCY,
    secure: FLAG,
    exp: SECONDS,
    rwdd: FLAG,
    ssai: CODE,
  },
  "id",
);
export const IMP: fc.Arbitrary<Imp> = fc.tuple(PLAIN_IMP, MEDIA).map(([imp, media]) => ({ ...imp, ...media }));

const CHANNEL = fc.oneof(
  SITE.map((site) => ({ site })),
  APP.map((app) => ({ app })),
  DOOH.map((dooh) => ({ dooh })),
  fc.constant({}),
);
const SEATS = fc.oneof(
  list(ID).map((wseat) => ({ wseat })),
  list(ID).map((bseat) => ({ bseat })),
  fc.constant({}),
);

type PlainRequest = Omit<BidRequest, "site" | "app" | "dooh" | "wseat" | "bseat">;
const PLAIN_REQUEST = some<PlainRequest>(
  {
    id: ID,
    imp: fc.uniqueArray(IMP, { minLength: 1, maxLength: 4, selector: (imp) => imp.id }),
    device: DEVICE,
    user: USER,
    test: FLAG,
    at: fc.constantFrom(1, 2, 500),
    tmax: fc.integer({ min: 1, max: 1000 }),
    allimps: FLAG,
    cur: list(CURRENCY),
    wlang: list(LANGUAGE),
    wlangb: list(LANGUAGE),
    acat: list(CATEGORY),
    bcat: list(CATEGORY),
    cattax: fc.constantFrom(1, 6, 7),
    badv: list(DOMAIN),
    bapp: list(fc.constantFrom("com.example.Game", "628677149")),
    source: SOURCE,
    regs: REGS,
    ext: fc.constantFrom({}, { prebid: { debug: true } }),
  },
  "id",
  "imp",
);

/**
 * Requests that the exchange takes, of any attributes in any combination that OpenRTB 2.6 allows. None of their values is
 * undefined, so one and its JSON say the same.
 */
export function validRequest(): fc.Arbitrary<BidRequest> {
  return fc
    .tuple(PLAIN_REQUEST, CHANNEL, SEATS)
    .map(([request, channel, seats]) => ({ ...request, ...channel, ...seats }));
}
