import { readFileSync, writeFileSync } from "node:fs";
import { type Campaign, campaignKey } from "../../../functions/ad-exchange/domain/campaign";
import { microsOfText } from "../../../functions/ad-exchange/domain/price";
import type { CampaignIndex } from "../../../functions/ad-exchange/domain/targeting/campaign-index";
import { compileSnapshot } from "../../../functions/ad-exchange/domain/targeting/compile-snapshot";
import { IndexHolder } from "../../../functions/ad-exchange/domain/targeting/index-holder";
import { loadSnapshot } from "../../../functions/ad-exchange/domain/targeting/load-snapshot";
import { Matches } from "../../../functions/ad-exchange/domain/targeting/matches";
import type { Traits } from "../../../functions/ad-exchange/domain/traits";
import { bodies } from "../../../local/exchange/bid-requests";
import { generateCampaigns } from "../../../local/exchange/campaigns";
import { NaiveFilter } from "./naive-filter";
import { type Asked, askedBy } from "./questions";

/** Every campaign's flight is about it. */
const NOW = Date.parse("2026-03-03T15:20:00Z");
const OPTIONS = { generation: 1, builtAt: NOW, toMicros: microsOfText };
const ROUNDS = 5;
const BATCH = 19;
const BATCHES = 100;

export interface Built {
  readonly bytes: number;
  /** CPU microseconds a campaign. */
  readonly compile: number;
  /** CPU microseconds a request of going through all campaigns. */
  readonly naive: number;
}

export interface Measured {
  readonly loadMilliseconds: number;
  readonly readMilliseconds: number;
  /** CPU microseconds a request. */
  readonly parse: number;
  readonly top16: number;
  readonly top4: number;
  readonly matches: number;
  readonly adversarial: Readonly<Record<string, number>>;
  /** CPU microseconds a change, and those of the longest slice of changing over. */
  readonly change: number;
  readonly slice: number;
  /** MiB of the process that have come to it, beside the snapshot itself. */
  readonly mebibytes: number;
}

const spent = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return user + system;
};

/** The least CPU microseconds that a round of work took, by call. */
function bestOf(calls: number, work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const since = process.cpuUsage();
    work();
    best = Math.min(best, spent(since) / calls);
  }
  return best;
}

function build(count: number, path: string): Built {
  const campaigns = [...generateCampaigns({ seed: 1, count, now: new Date(NOW) })];
  const since = process.cpuUsage();
  const snapshot = compileSnapshot(campaigns, OPTIONS);
  const compile = spent(since) / count;
  writeFileSync(path, snapshot);
  const filter = new NaiveFilter(campaigns, NOW);
  const asked = bodies(1, count > 200_000 ? 3 : BATCH).map((text) => askedBy(JSON.parse(text), NOW));
  agree(filter, loadSnapshot(snapshot), asked);
  const naive = bestOf(asked.length, () => {
    for (const { traits, slots } of asked) for (const slot of slots) filter.match(traits, slot);
  });
  return { bytes: snapshot.length, compile, naive };
}

/** An opponent that finds something else would be no opponent. */
function agree(filter: NaiveFilter, index: CampaignIndex, asked: readonly Asked[]): void {
  const into = new Matches(16, 16);
  for (const { traits, slots } of asked)
    for (const slot of slots) {
      const count = index.match(traits, slot, into);
      const found = Array.from({ length: count }, (_, at) => index.keyOf(into.ordinal[at]!)).join();
      const expected = filter.match(traits, slot).slice(0, 16).map(campaignKey).join();
      if (found !== expected) throw new Error(`the index finds ${found}, a filter ${expected}`);
    }
}

/** Requests as they are in a handler: read a moment ago. */
function matching(index: CampaignIndex, texts: readonly string[], most: number): number {
  const into = new Matches(most);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    let microseconds = 0;
    for (let batch = 0; batch < BATCHES; batch++) {
      const from = (batch * BATCH) % texts.length;
      const asked = texts.slice(from, from + BATCH).map((text) => askedBy(JSON.parse(text), NOW));
      const since = process.cpuUsage();
      for (const { traits, slots } of asked) for (const slot of slots) index.match(traits, slot, into);
      microseconds += spent(since);
    }
    best = Math.min(best, microseconds / (BATCHES * BATCH));
  }
  return best;
}

function measure(path: string): Measured {
  const texts = bodies(1, 10 * BATCH);
  let [loadMilliseconds, readMilliseconds] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let index!: CampaignIndex;
  const { rss } = process.memoryUsage();
  let size = 0;
  for (let round = 0; round < 3; round++) {
    const started = performance.now();
    const file = readFileSync(path);
    const read = performance.now();
    index = loadSnapshot(file);
    loadMilliseconds = Math.min(loadMilliseconds, performance.now() - read);
    readMilliseconds = Math.min(readMilliseconds, read - started);
    size = file.length;
  }
  const parse = bestOf(texts.length * 20, () => {
    for (let pass = 0; pass < 20; pass++) for (const text of texts) JSON.parse(text);
  });
  const [top16, top4] = [matching(index, texts, 16), matching(index, texts, 4)];
  const into = new Matches();
  const all = texts.map((text) => askedBy(JSON.parse(text), NOW));
  let matches = 0;
  for (const { traits, slots } of all) for (const slot of slots) matches += index.match(traits, slot, into);
  const adversarial = adversaries(index, all[0]!);
  const mebibytes = (process.memoryUsage().rss - rss - size) / 2 ** 20;
  return {
    loadMilliseconds,
    readMilliseconds,
    parse,
    top16,
    top4,
    matches: matches / texts.length,
    adversarial,
    mebibytes,
    ...changingBest(path),
  };
}

function adversaries(index: CampaignIndex, { traits, slots }: Asked): Record<string, number> {
  const blocked = Array.from({ length: 3_000 }, (_, number) =>
    number === 0 ? "example" : `blocked-${number}.example`,
  );
  const cases: Record<string, readonly [Partial<Traits>, object]> = {
    "3,000 advertisers blocked, all of them": [{ blockedAdvertisers: blocked }, {}],
    "1,000 segments": [{ segments: Array.from({ length: 1_000 }, (_, one) => `dmp-${one % 7}:s${one}`) }, {}],
    "a country without campaigns": [{ country: "ATA", region: "" }, {}],
    "a size without campaigns": [{}, { banner: { w: 17, h: 19 } }],
    "a floor that none reaches": [{}, { floorMicros: 1e12 }],
  };
  return Object.fromEntries(
    Object.entries(cases).map(([name, [rest, other]]) => {
      const { floorMicros = slots[0]!.floorMicros, ...media } = other as { floorMicros?: number };
      const slot = { ...slots[0]!, floorMicros, imp: { ...slots[0]!.imp, ...media } };
      const into = new Matches();
      // A request is asked once: each call has traits of its own.
      const cost = bestOf(200, () => {
        for (let call = 0; call < 200; call++) index.match({ ...traits, ...rest }, slot, into);
      });
      return [name, cost];
    }),
  );
}

/** A thousand campaigns that change, and how long a slice takes when a newer snapshot comes. */
function changing(path: string): { change: number; slice: number } {
  const holder = new IndexHolder(microsOfText);
  holder.adopt(loadSnapshot(readFileSync(path)));
  const changed = [...generateCampaigns({ seed: 9, count: 1_000, now: new Date(NOW) })];
  const later = changed.map((campaign): Campaign => ({ ...campaign, version: campaign.version + 100 }));
  const since = process.cpuUsage();
  for (const campaign of later) holder.apply({ ...campaign, campaign, at: NOW });
  const change = spent(since) / later.length;
  holder.adopt(Object.assign(loadSnapshot(readFileSync(path)), { generation: 2 }));
  let slice = 0;
  for (let more = true; more; ) {
    const started = process.cpuUsage();
    more = holder.work();
    slice = Math.max(slice, spent(started));
  }
  return { change, slice };
}

/** The best of several times: compilers and collectors work meanwhile. */
function changingBest(path: string): { change: number; slice: number } {
  const times = Array.from({ length: ROUNDS }, () => changing(path));
  const least = (figures: readonly number[]) => Math.min(...figures);
  return { change: least(times.map(({ change }) => change)), slice: least(times.map(({ slice }) => slice)) };
}

const [task, path = "", count = "0"] = process.argv.slice(2);
process.send!(task === "build" ? build(Number(count), path) : measure(path));
