import { readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import type { Answer } from "../../../functions/ad-exchange/bid-handler/call";
import { microsOfText } from "../../../functions/ad-exchange/domain/price";
import { compileSnapshot } from "../../../functions/ad-exchange/domain/targeting/compile-snapshot";
import { loadSnapshot } from "../../../functions/ad-exchange/domain/targeting/load-snapshot";
import { bodies } from "../../../local/exchange/bid-requests";
import { startBidServer } from "../../../local/exchange/bid-server";
import { generateCampaigns } from "../../../local/exchange/campaigns";
import { withoutMatching } from "../../../local/exchange/without-matching";
import { type BenchExchange, benchExchange } from "./bench-exchange";
import { Stages } from "./stages";

/** Different requests, of every kind alike: so many that what one leaves behind in memory is seldom the next one's. */
const REQUESTS = 9_500;
const ROUNDS = 8;
/** Changes that the refresh worker hands over at once. */
const SLICE = 32;
const SLICES = 20;
/** Parts that a file is read in at a time. */
const PARTS = 8;

/** CPU microseconds a request, the best of several rounds that take turns. */
export interface Decided {
  readonly parse: number;
  readonly read: number;
  readonly traits: number;
  readonly match: number;
  readonly auction: number;
  readonly text: number;
  readonly bytes: number;
  /** Of an answer, on average. */
  readonly bids: number;
  readonly answerBytes: number;
  readonly requestBytes: number;
}

/** Milliseconds, each the least of several rounds. */
export interface Refreshed {
  readonly read: number;
  readonly ready: number;
  /** The longest slice of changes, and the first decision on another index. */
  readonly slice: number;
  readonly firstDecision: number;
}

const out = Buffer.alloc(1 << 20);
const tally = { answers: 0, bids: 0, bytes: 0 };

/** The answer's bytes, as whoever sends it needs them. */
function send({ body, bids }: Answer): number {
  const bytes = out.write(body);
  tally.answers++;
  tally.bids += bids;
  tally.bytes += bytes;
  return bytes;
}

function deciding({ exchange }: BenchExchange) {
  return (body: string | Uint8Array): number => {
    const answer = exchange.answer({ body, caller: undefined, receivedAt: Date.now() });
    if (answer instanceof Promise) throw new Error("a port was waited for");
    return send(answer);
  };
}

function decide(file: string): Decided {
  const world = benchExchange(readFileSync(file));
  const decided = deciding(world);
  const stages = new Stages(world.ready);
  const texts = bodies(1, REQUESTS);
  const buffers = texts.map((text) => Buffer.from(text));
  const all = {
    parse: () => sumOf(texts, (text) => (JSON.parse(text) as { imp: unknown[] }).imp.length),
    read: () => sumOf(texts, (text) => stages.read(text)),
    traits: () => sumOf(texts, (text) => stages.traits(text)),
    match: () => sumOf(texts, (text) => stages.match(text)),
    auction: () => sumOf(texts, (text) => stages.auction(text)),
    text: () => sumOf(texts, decided),
    bytes: () => sumOf(buffers, decided),
  };
  const best = bestOfTurns(all);
  const { answers, bids, bytes } = tally;
  const requestBytes = sumOf(buffers, ({ length }) => length) / REQUESTS;
  return { ...best, bids: bids / answers, answerBytes: bytes / answers, requestBytes };
}

function sumOf<T>(items: readonly T[], work: (item: T) => number): number {
  let sum = 0;
  for (let at = 0; at < items.length; at++) sum += work(items[at]!);
  return sum;
}

/** Work takes turns, so that a neighbour of the machine slows all of it alike. */
function bestOfTurns<Name extends string>(all: Record<Name, () => number>): Record<Name, number> {
  const names = Object.keys(all) as Name[];
  const best = Object.fromEntries(names.map((name) => [name, Number.POSITIVE_INFINITY])) as Record<Name, number>;
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) {
      const before = process.cpuUsage();
      if (all[name]() === 0) throw new Error(`${name} did nothing`);
      const { user, system } = process.cpuUsage(before);
      best[name] = Math.min(best[name], (user + system) / REQUESTS);
    }
  }
  return best;
}

async function refresh(file: string): Promise<Refreshed> {
  const least = { read: 1e9, ready: 1e9, firstDecision: 1e9 };
  const slices = new Array<number>(SLICES).fill(1e9);
  const texts = bodies(1, REQUESTS);
  const campaigns = [...generateCampaigns({ seed: 2, count: SLICE * SLICES, now: new Date() })];
  const world = benchExchange(readFileSync(file));
  for (let round = 0; round < 5; round++) {
    sumOf(texts, deciding(world));
    const take = (name: keyof typeof least, milliseconds: number) => {
      least[name] = Math.min(least[name], milliseconds);
    };
    const started = performance.now();
    const bytes = await readInParts(file);
    const read = performance.now();
    const index = loadSnapshot(bytes);
    take("read", read - started);
    take("ready", performance.now() - read);
    take(
      "firstDecision",
      spent(() => {
        world.ready.put({ index });
        deciding(world)(texts[0]!);
      }),
    );
    for (let at = 0; at < SLICES; at++) {
      const slice = campaigns.slice(at * SLICE, (at + 1) * SLICE).map((campaign) => ({ ...campaign, version: 100 }));
      const milliseconds = spent(() => {
        for (const campaign of slice) {
          const { advertiser, id, version } = campaign;
          index.applyChange({ advertiser, id, version, campaign, at: Date.now() }, microsOfText);
        }
      });
      slices[at] = Math.min(slices[at]!, milliseconds);
    }
  }
  // Compiling and collecting fall on another slice in every round, and are counted by process.
  return { ...least, slice: Math.max(...slices) };
}

/** Parts of a file at once, into memory that nobody had before, as it is downloaded: making that memory is most of the work. */
async function readInParts(path: string): Promise<ArrayBuffer> {
  const file = await open(path);
  const { size } = await file.stat();
  const bytes = new Uint8Array(new ArrayBuffer(size));
  const most = Math.ceil(size / PARTS);
  const places = Array.from({ length: PARTS }, (_, part) => part * most);
  await Promise.all(places.map((at) => file.read(bytes, at, Math.min(most, size - at), at)));
  await file.close();
  return bytes.buffer;
}

/** CPU milliseconds. */
function spent(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function build(file: string, count: number): number {
  const now = new Date();
  const campaigns = generateCampaigns({ seed: 1, count, now });
  const options = { generation: 1, builtAt: now.getTime(), toMicros: microsOfText };
  const snapshot = compileSnapshot(campaigns, options);
  writeFileSync(file, snapshot);
  return snapshot.length;
}

/** Serves until it is killed; tells its CPU microseconds since it was last asked. @param file "" for no matching */
async function serve(file: string): Promise<string> {
  const exchange = file === "" ? withoutMatching(() => {}) : benchExchange(readFileSync(file)).exchange;
  const { url } = await startBidServer({ exchange, port: 0, host: "127.0.0.1", failed: console.error });
  let before = process.cpuUsage();
  process.on("message", () => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    process.send!(user + system);
  });
  return url;
}

async function main([what, file = "", count = "0"]: readonly string[]): Promise<unknown> {
  if (what === "build") return build(file, Number(count));
  if (what === "decide") return decide(file);
  if (what === "refresh") return refresh(file);
  return serve(file);
}

void main(process.argv.slice(2)).then((answer) => process.send!(answer));
