import type { Permitted } from "../privacy/permitted";

/** Attributes that are sent on: text, a number or a list of these (PLAIN), or an object or list of objects of a shape. */
export type Shape = { readonly [name: string]: typeof PLAIN | Shape };
export const PLAIN = 1;

/** A shape of plain attributes. */
const plain = (names: string): Shape => Object.fromEntries(names.split(" ").map((name) => [name, PLAIN]));

const DATA: Shape = { ...plain("id name"), segment: plain("id name value") };
const PRODUCER = plain("id name cat cattax domain");
const NETWORK = plain("id name domain");
const CONTENT: Shape = {
  ...plain(
    "id episode title series season artist genre album isrc url cattax cat prodq context contentrating userrating",
  ),
  ...plain("qagmediarating keywords kwarray livestream sourcerelationship len language langb embeddable"),
  producer: PRODUCER,
  network: NETWORK,
  channel: NETWORK,
  data: DATA,
};
const PLACE: Shape = {
  ...plain("id name domain cattax cat sectioncat pagecat privacypolicy keywords kwarray inventorypartnerdomain"),
  publisher: plain("id name cat cattax domain"),
  content: CONTENT,
};

const BANNER: Shape = {
  ...plain("w h btype battr pos mimes topframe expdir api id vcm"),
  format: plain("w h wratio hratio wmin"),
};
const DURFLOORS = plain("mindur maxdur bidfloor");
const TIMED: Shape = {
  ...plain("mimes minduration maxduration startdelay maxseq poddur protocols podid podseq rqddurs sequence slotinpod"),
  ...plain("mincpmpersec battr maxextended minbitrate maxbitrate delivery api companiontype"),
  companionad: BANNER,
  durfloors: DURFLOORS,
};
const IMP: Shape = {
  ...plain(
    "id displaymanager displaymanagerver instl tagid bidfloor bidfloorcur clickbrowser secure iframebuster rwdd",
  ),
  ...plain("ssai exp dt"),
  metric: plain("type value vendor"),
  banner: BANNER,
  video: {
    ...TIMED,
    ...plain(
      "w h placement plcmt linearity skip skipmin skipafter boxingallowed playbackmethod playbackend pos poddedupe",
    ),
  },
  audio: { ...TIMED, ...plain("feed stitched nvol") },
  native: plain("request ver api battr"),
  pmp: {
    ...plain("private_auction"),
    deals: { ...plain("id bidfloor bidfloorcur at wseat wadomain guar mincpmpersec"), durfloors: DURFLOORS },
  },
  qty: plain("multiplier sourcetype vendor"),
  refresh: { ...plain("count"), refsettings: plain("reftype minint") },
  ext: plain("gpid"),
};

const BRAND = plain("brand version");
const AGENT: Shape = { ...plain("mobile architecture bitness model source"), browsers: BRAND, platform: BRAND };
const DEVICE: Shape = {
  ...plain("dnt lmt ua devicetype make model os osv hwv h w ppi pxratio js geofetch flashver language langb carrier"),
  ...plain("mccmnc connectiontype"),
  sua: AGENT,
};
const GEO = plain("lat lon type accuracy lastfix ipservice country region regionfips104 metro city zip utcoffset");
const EIDS: Shape = { ...plain("inserter source matcher mm"), uids: plain("id atype") };
const SIGNALS = plain("gdpr us_privacy gpp gpp_sid");

/** What of a request may be sent on whatever the user has said. Its supply chain and `tmax` are the exchange's own to write. */
const ALWAYS: Shape = {
  ...plain("id test at wseat bseat allimps cur wlang wlangb acat bcat cattax badv bapp"),
  imp: IMP,
  site: { ...PLACE, ...plain("page mobile") },
  app: { ...PLACE, ...plain("bundle storeurl ver paid") },
  dooh: {
    ...plain("id name venuetype venuetypetax domain keywords"),
    publisher: plain("id name cat cattax domain"),
    content: CONTENT,
  },
  device: DEVICE,
  user: { ...plain("consent"), ext: plain("consent") },
  regs: { ...plain("coppa"), ...SIGNALS, ext: { ...SIGNALS, ...plain("gpc") } },
  source: plain("fd tid pchain"),
};

/** Where ids may be read. */
const IDS: Shape = {
  device: plain("ifa didsha1 didmd5 dpidsha1 dpidmd5 macsha1 macmd5"),
  user: { ...plain("id buyeruid customdata"), eids: EIDS, ext: { eids: EIDS } },
};
/** Where the user's traits may be: what was searched and read before is one, too. */
const SEGMENTS: Shape = {
  site: plain("ref search"),
  user: { ...plain("yob gender keywords kwarray"), data: DATA },
};
/** Where the place may be as it came; else it goes through `redactedGeo`. */
const PRECISE: Shape = { device: { geo: GEO }, user: { geo: GEO } };
/** An address is both an id and a place; else it goes through `redactedAddress`. */
const ADDRESS: Shape = { device: plain("ip ipv6") };

/** By what is permitted, made when it is first asked for: a start does not wait for all eight. */
const SHAPES: (Shape | undefined)[] = [];

/** What may be sent on of a request. */
export function shapeFor({ ids, preciseGeo, segments }: Permitted): Shape {
  const bits = (ids ? 1 : 0) + (preciseGeo ? 2 : 0) + (segments ? 4 : 0);
  const known = SHAPES[bits];
  if (known !== undefined) return known;
  const parts = [ids ? IDS : {}, preciseGeo ? PRECISE : {}, segments ? SEGMENTS : {}, ids && preciseGeo ? ADDRESS : {}];
  const shape = parts.reduce(united, ALWAYS);
  SHAPES[bits] = shape;
  return shape;
}

function united(one: Shape, other: Shape): Shape {
  const all: Record<string, typeof PLAIN | Shape> = { ...one };
  for (const [name, shape] of Object.entries(other)) {
    const known = all[name];
    all[name] = shape === PLAIN || known === undefined || known === PLAIN ? shape : united(known, shape);
  }
  return all;
}
