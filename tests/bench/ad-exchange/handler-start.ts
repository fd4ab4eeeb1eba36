import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { bundleOf } from "../../../components/shared/bundle";
import { BESIDE } from "../../../functions/ad-exchange/bid-handler/beside";
import { printFigure } from "../figures";
import { judged } from "./judged";

const HANDLER = "functions/ad-exchange/bid-handler/index.ts";
/** A function of the same system whose SDK clients are loaded at once. */
const WITH_SDK = "functions/ad-exchange/indexer/index.ts";
const PROGRAM = join(__dirname, "handler-start.cjs");
const STARTS = 15;
const MOST_KIB = 60;
const MOST_MILLISECONDS = 10;
const MOST_SHARE = 0.25;

/** How large the bid handler's code is, and what a fresh process spends to have it ready, and beside and behind that. */
export async function showHandlerStart(folder: string): Promise<void> {
  const { bytes, files } = await bundleOf(HANDLER, BESIDE);
  const kib = bytes / 1024;
  const later = `${(files["selling.js"]!.bytes / 1024).toFixed(1)} KiB beside it for when there is an index`;
  printFigure("bid handler: bundle", `${kib.toFixed(1)} KiB`, `${judged(kib, MOST_KIB, "KiB")}; ${later}`);
  const bare = startOf();
  const handler = await written(folder, "handler", HANDLER, BESIDE);
  const own = startOf(handler) - bare;
  const sdk = startOf(await written(folder, "with-sdk", WITH_SDK, {})) - bare;
  const show = (what: string, figure: number, note: string) =>
    printFigure(`bid handler: ${what}`, `${figure.toFixed(1)} ms`, note);
  show("start", own, `CPU over bare node until requests are answered; ${judged(own, MOST_MILLISECONDS, "ms")}`);
  const compared = `${sdk.toFixed(1)} ms with a DynamoDB client; ${judged(own / sdk, MOST_SHARE, "×")}`;
  printFigure("bid handler: start, to one with an SDK client", `${(own / sdk).toFixed(2)} ×`, compared);
  const selling = startOf(join(dirname(handler), "selling.js")) - bare;
  show("loading what sells", selling, "CPU, once, with the first thing that the refresh worker brings");
  const thread = startOf(handler, "thread") - bare - own;
  show("start of the refresh worker", thread, "CPU, nearly all in a thread of its own, after the start");
}

/** Milliseconds of CPU in all, the least of several; the clock's would be those of the machine's other work. */
function startOf(...args: readonly string[]): number {
  const env = { PATH: process.env.PATH, ...VARIABLES };
  const starts = Array.from({ length: STARTS }, () => {
    const { stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { env, encoding: "utf8" });
    return Number(stderr.trim().split("\n").at(-1));
  });
  return Math.min(...starts);
}

async function written(
  folder: string,
  name: string,
  entry: string,
  beside: Readonly<Record<string, string>>,
): Promise<string> {
  const assets = (await (await bundleOf(entry, beside)).archive.assets) as Record<string, pulumi.asset.StringAsset>;
  mkdirSync(join(folder, name));
  for (const [file, asset] of Object.entries(assets)) writeFileSync(join(folder, name, file), String(await asset.text));
  return join(folder, name, "index.js");
}

const NAMED = ["SNAPSHOTS_BUCKET", "CHANGES_TABLE", "CAMPAIGNS_TABLE", "SIGNING_KEYS_SECRET", "SETTINGS_PARAMETER"];
const VARIABLES = {
  ...Object.fromEntries(NAMED.map((name) => [name, "bench"])),
  ...{ AWS_REGION: "us-east-1", AWS_LAMBDA_FUNCTION_NAME: "bench", NOTICE_URL: "https://exchange.example" },
  ...{ DAX_ENDPOINT: "", AWS_ENDPOINT_URL: "http://127.0.0.1:9", AWS_ACCESS_KEY_ID: "b", AWS_SECRET_ACCESS_KEY: "b" },
};
