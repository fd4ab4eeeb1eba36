import { z } from "zod";

/** What the reader of bid requests takes, said a second time and in another way: an oracle for its tests. */
const text = z.string().max(4096);
const document = z.string().max(32_768);
const id = z.string().min(1).max(512);
const code = z.int();
const count = z.int().min(0);
const positive = z.int().min(1);
const flag = z.union([z.literal(0), z.literal(1)]);
const price = z.number().min(0);
const currency = z.string().regex(/^[A-Z]{3}$/);
const list = <T extends z.ZodType>(of: T, most = 1000) => z.array(of).max(most);

/** All of them optional; others are tolerated. */
const object = <T extends z.ZodRawShape>(shape: T) =>
  z.looseObject(
    Object.fromEntries(
      Object.entries(shape).map(([name, each]) => [name, (each as z.ZodType).exactOptional()]),
    ) as unknown as {
      [K in keyof T]: z.ZodExactOptional<T[K]>;
    },
  );
const distinct = (given: readonly { readonly id: unknown }[]) =>
  new Set(given.map((each) => each.id)).size === given.length;
const some = (given: readonly unknown[] | undefined) => (given ?? []).length > 0;

const range = object({ mindur: count, maxdur: count, bidfloor: price })
  .refine(({ mindur, maxdur }) => mindur !== undefined || maxdur !== undefined)
  .refine(({ mindur, maxdur }) => (mindur ?? 0) <= (maxdur ?? Number.POSITIVE_INFINITY));
const perDuration = { mincpmpersec: price, durfloors: list(range) };
const oneFloor = (given: { mincpmpersec?: unknown; durfloors?: readonly unknown[] }) =>
  given.mincpmpersec === undefined || !some(given.durfloors);

const mimes = list(text).min(1);
const timed = {
  minduration: count,
  maxduration: count,
  rqddurs: list(count),
  protocols: list(code),
  startdelay: code,
  battr: list(code),
  minbitrate: count,
  maxbitrate: count,
  api: list(code),
  podid: text,
  poddur: count,
  ...perDuration,
};
const oneLength = (given: { minduration?: unknown; maxduration?: unknown; rqddurs?: readonly unknown[] }) =>
  (given.minduration === undefined && given.maxduration === undefined) || !some(given.rqddurs);
const video = object({ ...timed, w: positive, h: positive, linearity: code, skip: flag, plcmt: code })
  .extend({ mimes })
  .refine(oneFloor)
  .refine(oneLength);
const audio = object(timed).extend({ mimes }).refine(oneFloor).refine(oneLength);
const banner = object({
  format: list(object({ w: positive, h: positive, wratio: positive, hratio: positive, wmin: positive })),
  w: positive,
  h: positive,
  btype: list(code),
  battr: list(code),
  pos: code,
  mimes: list(text),
  api: list(code),
});
const native = object({ ver: text, api: list(code), battr: list(code) }).extend({ request: document.min(1) });

const deal = object({
  bidfloor: price,
  bidfloorcur: currency,
  at: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  wseat: list(text),
  wadomain: list(text),
  guar: flag,
  ...perDuration,
})
  .extend({ id })
  .refine(oneFloor);
const imp = object({
  banner,
  video,
  audio,
  native,
  pmp: object({ private_auction: flag, deals: list(deal).refine(distinct) }),
  instl: flag,
  tagid: text,

  bidfloor: price,
  bidfloorcur: currency,
  secure: flag,
  exp: count,
  rwdd: flag,
  ssai: code,
})
  .extend({ id })
  .refine((given) => [given.banner, given.video, given.audio, given.native].some((each) => each !== undefined));

const data = object({ id: text, name: text, segment: list(object({ id: text, name: text, value: text })) });
const publisher = object({ id: text, name: text, cat: list(text), domain: text });
const content = object({ id: text, genre: text, cat: list(text), cattax: code, language: text, data: list(data) });
const place = { id: text, name: text, domain: text, keywords: text, publisher, content };
const categories = { cat: list(text), sectioncat: list(text), pagecat: list(text), cattax: code };
const geo = object({
  lat: z.number(),
  lon: z.number(),
  type: code,
  accuracy: count,
  country: text,
  region: text,
  metro: text,
  city: text,
  zip: text,
  utcoffset: code,
});
const hashes = { didsha1: text, didmd5: text, dpidsha1: text, dpidmd5: text, macsha1: text, macmd5: text };
const device = object({
  ...hashes,
  ua: text,
  sua: z.record(z.string(), z.unknown()),
  ip: text,
  ipv6: text,
  geo,
  dnt: flag,
  lmt: flag,
  devicetype: code,
  make: text,
  model: text,
  os: text,
  osv: text,
  language: text,
  langb: text,
  carrier: text,
  connectiontype: code,
  ifa: text,
});
const eids = list(object({ source: text, uids: list(object({ id: text, atype: code })) }));
const user = object({
  id: text,
  buyeruid: text,
  yob: code,
  gender: text,
  keywords: text,
  customdata: text,
  geo,
  data: list(data),
  consent: document,
  eids,
  ext: object({ consent: document, eids }),
});
const signals = { gdpr: flag, us_privacy: text, gpp: document, gpp_sid: list(code) };
const regs = object({ ...signals, coppa: flag, ext: object({ ...signals, gpc: text }) });
const node = object({ rid: text, name: text, domain: text, hp: flag }).extend({ asi: id, sid: id });
const schain = z.looseObject({ complete: flag, nodes: list(node), ver: id });
const source = object({ fd: code, tid: text, pchain: text, schain, ext: object({ schain }) });

const blockList = list(text, 5000);
export const REQUEST = object({
  site: object({ ...place, ...categories, page: text, ref: text, search: text }),
  app: object({ ...place, ...categories, bundle: text, storeurl: text, ver: text }),
  dooh: object({ ...place, venuetype: list(text) }),
  device,
  user,
  regs,
  source,
  test: flag,
  at: z.union([z.literal(1), z.literal(2), z.int().min(500)]),
  tmax: positive,
  wseat: list(text),
  bseat: list(text),
  allimps: flag,
  cur: list(currency),
  wlang: list(text),
  wlangb: list(text),
  acat: blockList,
  bcat: blockList,
  cattax: code,
  badv: blockList,
  bapp: blockList,
  ext: z.record(z.string(), z.unknown()),
})
  .extend({ id, imp: list(imp, 100).min(1).refine(distinct) })
  .refine(({ site, app, dooh }) => [site, app, dooh].filter((each) => each !== undefined).length <= 1)
  .refine(({ wseat, bseat }) => !some(wseat) || !some(bseat));
