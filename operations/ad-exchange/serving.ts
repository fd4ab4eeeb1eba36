import { parseArgs } from "node:util";
import { Meter } from "../../functions/ad-exchange/bid-handler/meter";
import type { Campaign } from "../../functions/ad-exchange/domain/campaign";
import { type BidServer, startBidServer } from "../../local/exchange/bid-server";
import { generateCampaigns } from "../../local/exchange/campaigns";
import { exchangeInProcess } from "../../local/exchange/in-process";
import { ServedFigures } from "../../local/exchange/served-figures";
import { sampleSettings } from "../../local/exchange/settings";
import { withoutMatching } from "../../local/exchange/without-matching";
import { interruption } from "../../local/interruption";
import { wholeNumber } from "../../local/options";
import { count } from "../../local/report-lines";
import { campaignsIn } from "./campaign-file";
import { textOf } from "./text-of";

export const SERVE_USAGE = `npm run exchange:serve -- [options]
  The bid handler behind a plain HTTP server, no cloud: POST /openrtb2/auction, GET /health.
  --port N              default 8080; 0 takes a free one
  --host H              default 127.0.0.1; in a container 0.0.0.0
  --campaigns N         made-up campaigns, default 10000
  --file F              campaigns of a file instead: a JSON list, each as the campaign API takes it, with advertiser and seat
  --seed N              of the made-up campaigns, default 1
  --settings F          settings as the stack's parameter has them; some to try it with when left out
  --notice-url U        what notice URLs begin with, default https://exchange.example
  --token T             a bearer that callers have to give; better in EXCHANGE_TOKEN, which no list of processes shows
  --matching off        reads and checks requests and never bids, for comparison
  --figures line|emf|off    a line a second that has requests (default), CloudWatch's embedded metrics, or nothing`;

const OPTIONS = {
  port: { type: "string", default: "8080" },
  host: { type: "string", default: "127.0.0.1" },
  campaigns: { type: "string", default: "10000" },
  file: { type: "string" },
  seed: { type: "string", default: "1" },
  settings: { type: "string" },
  "notice-url": { type: "string", default: "https://exchange.example" },
  token: { type: "string" },
  matching: { type: "string", default: "on" },
  figures: { type: "string", default: "line" },
  help: { type: "boolean", default: false },
} as const;

const FIGURES = ["line", "emf", "off"] as const;

export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly campaigns: number;
  readonly seed: number;
  /** Paths. */
  readonly file?: string | undefined;
  readonly settings?: string | undefined;
  readonly noticeUrl: string;
  readonly token?: string | undefined;
  readonly matching: boolean;
  readonly figures: (typeof FIGURES)[number];
}

/** @throws Error of one line. Undefined where help is wanted. */
export function serveOptions(args: readonly string[], env: NodeJS.ProcessEnv): ServeOptions | undefined {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help) return undefined;
  const { host, file, settings, matching } = values;
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535)
    throw new Error(`--port ${values.port}: give one from 0 to 65535.`);
  if (matching !== "on" && matching !== "off") throw new Error(`--matching ${matching}: give on or off.`);
  const figures = FIGURES.find((each) => each === values.figures);
  if (figures === undefined) throw new Error(`--figures ${values.figures}: give ${FIGURES.join(", ")}.`);
  const token = values.token ?? env.EXCHANGE_TOKEN;
  if (token !== undefined && !/^\S{16,4096}$/.test(token))
    throw new Error("--token: give 16 to 4096 letters, no spaces.");
  const numbers = { campaigns: wholeNumber("campaigns", values.campaigns), seed: wholeNumber("seed", values.seed) };
  const noticeUrl = values["notice-url"].replace(/\/$/, "");
  return { port, host, ...numbers, file, settings, noticeUrl, token, matching: matching === "on", figures };
}

/** What serves, what it says of itself, and its figures. */
export interface Served {
  readonly server: BidServer;
  readonly says: string;
  readonly figures: ServedFigures;
}

/** @param write takes lines of embedded metrics, where these are wanted */
export async function startServing(options: ServeOptions, write: (line: string) => void): Promise<Served> {
  const figures = new ServedFigures();
  const meter = options.figures === "emf" ? new Meter("exchange-serve", write, () => 0) : undefined;
  const { exchange, what } = exchangeOf(options, (measured) => {
    figures.record(measured);
    meter?.record(measured, Date.now());
  });
  const server = await startBidServer({
    ...{ exchange, port: options.port, host: options.host, token: options.token },
    failed: (error) => console.error(`a request failed: ${String(error)}`),
    refused: (status) => figures.refused(status),
  }).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`Nothing can listen on ${options.host}:${options.port}: ${error.code ?? error.message}.`);
  });
  const who = options.token === undefined ? "whoever can reach it" : "whoever gives the token";
  const says = `${server.url}/openrtb2/auction answers ${who}, ${what}.`;
  return { server, says, figures };
}

function exchangeOf(options: ServeOptions, record: Parameters<typeof withoutMatching>[0]) {
  if (!options.matching) return { exchange: withoutMatching(record), what: "never with a bid" };
  const settings = options.settings === undefined ? sampleSettings(new Date()) : textOf(options.settings);
  const campaigns = campaignsOf(options);
  const begun = performance.now();
  const { exchange } = exchangeInProcess({ campaigns, settings, record, noticeUrl: options.noticeUrl });
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  const number = options.file === undefined ? options.campaigns : (campaigns as Campaign[]).length;
  return { exchange, what: `over ${count(number)} campaigns, indexed in ${seconds} s` };
}

const campaignsOf = ({ file, campaigns, seed }: ServeOptions): Iterable<Campaign> =>
  file === undefined ? generateCampaigns({ seed, count: campaigns, now: new Date() }) : campaignsIn(textOf(file), file);

/** Serves until it is interrupted. */
export async function serve(args: readonly string[]): Promise<void> {
  const options = serveOptions(args, process.env);
  if (options === undefined) return console.log(SERVE_USAGE);
  const signal = interruption();
  const { server, says, figures } = await startServing(options, console.log);
  console.log(says);
  const tell = () => {
    const line = options.figures === "line" ? figures.take(1) : undefined;
    if (line !== undefined) console.log(`${new Date().toISOString().slice(11, 19)}  ${line}`);
  };
  const telling = setInterval(tell, 1_000);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  await server.stop();
  clearInterval(telling);
  tell();
  console.log("Stopped; what had come was answered.");
}
