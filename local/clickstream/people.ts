import type { Random } from "../random";

type Fields = Readonly<Record<string, unknown>>;

/** Somebody who visits, or something. */
export interface Person {
  readonly kind: "web" | "mobile" | "bot" | "service";
  readonly anonymousId: string;
  /** Whom they turn out to be once they log in; absent of those who never do. */
  readonly userId?: string;
  /** What their client says around every message. */
  readonly context: Fields;
  /** Milliseconds by which their clock is ahead; only of those whose messages are sent by `device`. */
  readonly skew: number;
  /** Which client sends for them: Segment's library, or an app of its own. */
  readonly by: "library" | "device";
}

const BROWSERS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
];
const BOTS = [
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
];
const APPS = ["Shop/5.2 (Android 15; Pixel 9)", "Shop/5.2 (iOS 18.6; iPhone17,1)"];
const REFERRERS = ["https://www.google.com/", "https://news.example.org/review", "https://www.example.com/"];
const CAMPAIGNS = [
  { name: "spring", source: "newsletter", medium: "email" },
  { name: "brand", source: "google", medium: "cpc", term: "shoes" },
];
const ADDRESSES = ["192.0.2.17", "198.51.100.4", "2001:db8:7:8::9"];

/** Hours by which clocks of devices are wrong: most by little, some by a time zone, one by a year. */
const SKEWS = [0, 0, 2_000, -45_000, 3 * 3_600_000, -8 * 3_600_000, -365 * 86_400_000];

/**
 * People that a seed decides. The first is a service that sends for one user all the time; of the others some are bots, most browse the
 * web, some use an app, about half have an account. One in twelve shares a device, and so an anonymous id, with who came before.
 */
export function people(count: number, random: Random): Person[] {
  const found: Person[] = [];
  for (let index = 0; index < count; index++) {
    const before = found.at(-1);
    const shares = before?.kind === "web" && before.userId !== undefined && random.chance(1 / 12);
    found.push(index === 0 ? SERVICE : personOf(index, shares ? before.anonymousId : `anonymous-${index}`, random));
  }
  return found;
}

const SERVICE: Person = {
  ...{ kind: "service", anonymousId: "anonymous-0", userId: "user-0", context: {}, skew: 0, by: "library" },
};

function personOf(index: number, anonymousId: string, random: Random): Person {
  const draw = random.next();
  const kind = draw < 0.06 ? "bot" : draw < 0.7 ? "web" : "mobile";
  const by = kind === "mobile" && random.chance(0.6) ? "device" : "library";
  return {
    ...{ kind, anonymousId, by, skew: by === "device" ? random.pick(SKEWS) : 0 },
    ...(kind !== "bot" && random.chance(0.5) ? { userId: `user-${index}` } : {}),
    context: contextOf(kind, random),
  };
}

function contextOf(kind: Person["kind"], random: Random): Fields {
  const userAgent = random.pick(kind === "bot" ? BOTS : kind === "web" ? BROWSERS : APPS);
  if (kind !== "web") return { userAgent, ip: random.pick(ADDRESSES) };
  const campaign = random.chance(0.25) ? { campaign: random.pick(CAMPAIGNS) } : {};
  const referrer = random.chance(0.4) ? { referrer: { url: random.pick(REFERRERS) } } : {};
  return { userAgent, ip: random.pick(ADDRESSES), ...campaign, ...referrer };
}
