import type { BidRequest, Imp } from "../../functions/ad-exchange/domain/openrtb/bid-request";
import { Random } from "../random";
import * as world from "./universe";

/** Raw OpenRTB 2.6 requests of 1 to 3 KB as publishers' servers send them, by turns of every kind below; the same for a seed. */
export const bodies = (seed: number, count: number): string[] =>
  requests(seed, count).map((one) => JSON.stringify(one));

/** The same as objects. */
export function requests(seed: number, count: number): BidRequest[] {
  const kinds = Object.values(KINDS);
  return Array.from({ length: count }, (_, index) =>
    new Asked(new Random(seed * 7_919 + index), index).request(kinds[index % kinds.length]!),
  );
}

/** What makes a request of a kind: its impressions, where it is from, and what else it says. */
interface Kind {
  readonly on: "site" | "app" | "dooh" | "tv";
  readonly imps: (asked: Asked) => Omit<Imp, "id">[];
  readonly rest?: (asked: Asked) => Partial<BidRequest>;
}

export const KINDS: Readonly<Record<string, Kind>> = {
  bannerOnSite: { on: "site", imps: (a) => [a.banner()] },
  sizesOnMobileWeb: { on: "site", imps: (a) => [a.banner(3), a.banner()] },
  sixSlotsOnSite: {
    on: "site",
    imps: (a) => [a.banner(), a.banner(2), a.banner(), a.banner(), a.banner(2), a.banner()],
  },
  bannerInApp: { on: "app", imps: (a) => [a.banner()] },
  interstitialInApp: {
    on: "app",
    imps: (a) => [{ ...a.banner(2), instl: 1, video: a.videoTerms() }],
  },
  rewardedVideo: { on: "app", imps: (a) => [{ ...a.video(), rwdd: 1, instl: 1 }] },
  instreamVideo: { on: "site", imps: (a) => [a.video()] },
  videoByDuration: { on: "site", imps: (a) => [a.videoByDuration()] },
  podOnTv: { on: "tv", imps: (a) => [a.pod(60), a.pod(60), a.pod(30)] },
  audioInApp: { on: "app", imps: (a) => [a.audio()] },
  nativeInFeed: { on: "app", imps: (a) => [a.native(), a.native(), a.native()] },
  dealsOnSite: { on: "site", imps: (a) => [{ ...a.banner(2), pmp: a.deals(4, 0) }, a.banner()] },
  privateAuction: { on: "site", imps: (a) => [{ ...a.banner(), pmp: a.deals(3, 1) }, a.banner()] },
  underGdpr: { on: "site", imps: (a) => [a.banner(2), a.banner()], rest: (a) => a.gdpr() },
  childDirected: { on: "app", imps: (a) => [a.banner()], rest: () => ({ regs: { coppa: 1 } }) },
  manyBlocks: { on: "site", imps: (a) => [a.banner(), a.banner(2), a.banner()], rest: (a) => a.blocks(40) },
  forSomeSeats: { on: "site", imps: (a) => [a.banner(2)], rest: (a) => ({ wseat: a.seats(4) }) },
  flexibleOnSite: { on: "site", imps: (a) => [a.flexible()], rest: () => ({ wlang: ["en", "de"] }) },
  onBillboard: { on: "dooh", imps: (a) => [a.billboard()] },
};

const HEX = "0123456789abcdef";
const TITLE = "Ten things that nobody told you of the weather this week";

/** One request in the making. */
class Asked {
  readonly #country: string;

  constructor(
    private readonly random: Random,
    private readonly number: number,
  ) {
    this.#country = world.weighted(random, world.COUNTRIES);
  }

  request({ on, imps, rest }: Kind): BidRequest {
    const { random } = this;
    return {
      id: this.#hex(32),
      imp: imps(this).map((imp, index) => ({
        id: String(index + 1),
        tagid: `slot-${random.below(500)}`,
        secure: 1,
        ...imp,
      })),
      ...this.#place(on),
      device: this.#device(on),
      user: this.#user(),
      at: random.chance(0.7) ? 2 : 1,
      tmax: random.pick([80, 100, 120, 150]),
      cur: ["USD"],
      bcat: ["IAB25", "IAB26", ...this.#some(3, () => random.pick(world.CATEGORIES))],
      badv: this.#some(4, () => world.advertiserDomain(random.below(10_000))),
      source: { tid: this.#hex(32), schain: this.#chain() },
      regs: { us_privacy: "1YNN", gpp_sid: [7], coppa: 0 },
      ...rest?.(this),
    };
  }

  banner(sizes = 1): Omit<Imp, "id"> {
    const format = this.#some(sizes, () => world.weighted(this.random, world.BANNER_SIZES)).map(([w, h]) => ({ w, h }));
    const banner = { ...format[0]!, format, pos: this.random.below(8), battr: [1, 3, 8], api: [3, 5, 6, 7] };
    return { banner, ...this.#floor(), exp: 300 };
  }

  flexible(): Omit<Imp, "id"> {
    return {
      banner: {
        format: [
          { wratio: 6, hratio: 5, wmin: 280 },
          { w: 728, h: 90 },
        ],
      },
      ...this.#floor(),
    };
  }

  billboard(): Omit<Imp, "id"> {
    return { banner: { w: 970, h: 250 }, ...this.#floor(), exp: 3_600 };
  }

  videoTerms() {
    const { random } = this;
    const lengths = { minduration: 5, maxduration: random.pick([15, 30, 60]), startdelay: 0, linearity: 1 };
    const player = { w: 1280, h: 720, plcmt: 1, skip: 1 as const, battr: [13], api: [7] };
    return { mimes: ["video/mp4", "video/webm"], protocols: [2, 3, 5, 6, 7], ...lengths, ...player, maxbitrate: 4_000 };
  }

  video(): Omit<Imp, "id"> {
    return { video: this.videoTerms(), ...this.#floor(2) };
  }

  videoByDuration(): Omit<Imp, "id"> {
    const durfloors = [
      { mindur: 1, maxdur: 15, bidfloor: 1.25 },
      { mindur: 16, maxdur: 30, bidfloor: 2.5 },
    ];
    return { video: { ...this.videoTerms(), durfloors }, ...this.#floor() };
  }

  pod(seconds: number): Omit<Imp, "id"> {
    const { maxduration: _, ...terms } = this.videoTerms();
    return { video: { ...terms, maxduration: 30, podid: "pod-1", poddur: seconds }, ...this.#floor(3) };
  }

  audio(): Omit<Imp, "id"> {
    const audio = {
      mimes: ["audio/mp4", "audio/mpeg"],
      minduration: 5,
      maxduration: 30,
      protocols: [9, 10],
      startdelay: 0,
    };
    return { audio, ...this.#floor() };
  }

  native(): Omit<Imp, "id"> {
    const assets = [
      { id: 1, required: 1, title: { len: 90 } },
      { id: 2, required: 1, img: { type: 3, wmin: 300, hmin: 250, mimes: ["image/jpg", "image/png"] } },
      { id: 3, data: { type: 2, len: 140 } },
    ];
    const request = JSON.stringify({ ver: "1.2", context: 1, plcmttype: 1, assets });
    return { native: { request, ver: "1.2", api: [3] }, ...this.#floor() };
  }

  deals(count: number, private_auction: 0 | 1) {
    const { random } = this;
    const deals = this.#some(count, () => world.dealId(random)).map((id) => ({
      id,
      bidfloor: this.#price(2),
      bidfloorcur: "USD",
      at: random.pick([1, 2, 3]),
      ...(random.chance(0.3) ? { wseat: this.seats(6) } : {}),
    }));
    return { private_auction, deals };
  }

  seats(count: number): string[] {
    return this.#some(count, () => `seat-${this.random.below(200)}`);
  }

  blocks(count: number): Partial<BidRequest> {
    const { random } = this;
    const bapp = this.#some(count / 4, () => `com.brand${random.below(10_000)}.app`);
    const badv = this.#some(count, () => world.advertiserDomain(world.skewed(random, 10_000)));
    return { bcat: this.#some(count / 2, () => random.pick(world.CATEGORIES)), badv, bapp };
  }

  gdpr(): Partial<BidRequest> {
    return { regs: { gdpr: 1 } };
  }

  #place(on: Kind["on"]): Partial<BidRequest> {
    const { random } = this;
    const publisher = { id: `pub-${random.below(1_000)}`, name: "A publisher", domain: "publisher.example" };
    const group = 1 + random.below(26);
    const about = { cat: [`IAB${group}`, `IAB${group}-${1 + random.below(6)}`], keywords: "weather,week,family" };
    if (on === "dooh")
      return { dooh: { id: `screen-${random.below(90)}`, venuetype: ["transit.airports"], publisher } };
    if (on === "site") {
      const domain = `www.${world.siteDomain(random)}`;
      const page = `https://${domain}/${this.number}/story-${random.below(1e6)}.html?utm_source=letter`;
      return {
        site: {
          id: `site-${random.below(900)}`,
          name: TITLE,
          domain,
          page,
          ref: `https://${domain}/`,
          ...about,
          publisher,
        },
      };
    }
    const bundle = world.appBundle(random);
    const content = { id: this.#hex(8), genre: "drama", language: "en", cat: ["IAB1-7"] };
    const app = {
      id: `app-${random.below(900)}`,
      name: TITLE,
      bundle,
      storeurl: `https://store.example/${bundle}`,
      ver: "4.1",
    };
    return { app: { ...app, ...about, publisher, ...(on === "tv" ? { content } : {}) } };
  }

  #device(on: Kind["on"]): NonNullable<BidRequest["device"]> {
    const { random } = this;
    const regions = world.REGIONS[this.#country];
    const zip = String(10_000 + random.below(90_000));
    const at = { lat: 40 + random.next(), lon: -70 - random.next(), type: 2, city: "Springfield", zip };
    const geo = { country: this.#country, ...(regions ? { region: random.pick(regions) } : {}), ...at };
    const language = world.LANGUAGE_OF[this.#country] ?? "en";
    const net = { ip: `203.0.113.${random.below(256)}`, carrier: "A carrier", connectiontype: 2 };
    return { ...(on === "tv" ? TV : random.pick(DEVICES)), geo, language, ...net, ifa: this.#uuid(), dnt: 0, lmt: 0 };
  }

  #user(): NonNullable<BidRequest["user"]> {
    const { random } = this;
    const segments = this.#some(6, () => world.segment(random));
    const data = this.#some(2, () => random.below(7)).map((dmp) => ({
      id: `dmp-${dmp}`,
      name: "A data provider",
      segment: segments.map((segment) => ({ id: segment.split(":")[1]! })),
    }));
    const eids = [{ source: "id.example", uids: [{ id: this.#uuid(), atype: 1 }] }];
    return { id: this.#hex(24), buyeruid: this.#hex(24), keywords: "sports,travel", data, eids };
  }

  #chain() {
    const nodes = [{ asi: "publisher.example", sid: `s-${this.random.below(900)}`, hp: 1 as const }];
    return { ver: "1.0", complete: 1 as const, nodes: [...nodes, { asi: "ssp.example", sid: "771", hp: 1 as const }] };
  }

  #floor(times = 1): { bidfloor: number; bidfloorcur: string } {
    return { bidfloor: this.#price(times), bidfloorcur: "USD" };
  }

  #price = (times: number): number => Math.round((0.1 + this.random.next() * times) * 100) / 100;

  /** From one to `most` different ones. */
  #some<T>(most: number, make: () => T): T[] {
    return [...new Set(Array.from({ length: 1 + this.random.below(most) }, make))];
  }

  #hex = (length: number): string => Array.from({ length }, () => HEX[this.random.below(16)]).join("");

  #uuid = (): string => [8, 4, 4, 4, 12].map((length) => this.#hex(length)).join("-");
}

const AGENT = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const DEVICES = [
  {
    ua: `Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) ${AGENT} Mobile/15E148`,
    devicetype: 4,
    make: "Apple",
    model: "iPhone",
    os: "iOS",
    osv: "17.5",
  },
  {
    ua: `Mozilla/5.0 (Linux; Android 14; Pixel 8) ${AGENT} Chrome/126 Mobile`,
    devicetype: 4,
    make: "Google",
    model: "Pixel 8",
    os: "Android",
    osv: "14",
  },
  {
    ua: `Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) ${AGENT}`,
    devicetype: 5,
    make: "Apple",
    model: "iPad",
    os: "iOS",
    osv: "16.6",
  },
  { ua: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${AGENT} Chrome/126`, devicetype: 2, os: "Windows", osv: "10" },
  {
    ua: `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${AGENT}`,
    devicetype: 2,
    make: "Apple",
    os: "macOS",
    osv: "10.15",
  },
];
const TV = {
  ua: `Mozilla/5.0 (Linux; Tizen 7.0) ${AGENT} TV`,
  devicetype: 3,
  make: "Samsung",
  os: "Tizen",
  osv: "7.0",
};
