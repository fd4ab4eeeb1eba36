import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { bundleOf } from "../../../components/shared/bundle";
import { REFRESH_WORKER } from "../../../functions/ad-exchange/refresh/entry";
import { printFigure } from "../figures";
import { judged } from "./judged";

const HANDLER = "functions/ad-exchange/bid-handler/index.ts";
/** A function of the same system whose SDK clients are loaded at once. */
const WITH_SDK = "functions/ad-exchange/indexer/index.ts";
const STARTS = 15;
const MOST_KIB = 60;
const MOST_MILLISECONDS = 10;
const MOST_SHARE = 0.25;

/** How large the bid handler's code is, and how long a fresh process takes to have it ready. */
export async function showHandlerStart(folder: string): Promise<void> {
  const beside = { [REFRESH_WORKER.file.replace(/\.js$/, "")]: REFRESH_WORKER.entry };
  const { bytes } = await bundleOf(HANDLER, beside);
  const kib = bytes / 1024;
  printFigure("bid handler: bundle", `${kib.toFixed(1)} KiB`, judged(kib, MOST_KIB, "KiB"));
  const bare = startOf(undefined);
  const own = startOf(await written(folder, "handler", HANDLER, beside)) - bare;
  const sdk = startOf(await written(folder, "with-sdk", WITH_SDK, {})) - bare;
  const what = "CPU of loading it, of the thread that it starts as well";
  printFigure("bid handler: start", `${own.toFixed(1)} ms`, `${what}; ${judged(own, MOST_MILLISECONDS, "ms")}`);
  const compared = `${sdk.toFixed(1)} ms with a DynamoDB client; ${judged(own / sdk, MOST_SHARE, "×")}`;
  printFigure("bid handler: start, to one with an SDK client", `${(own / sdk).toFixed(2)} ×`, compared);
}

/** Milliseconds of CPU over a process that loads nothing, the least of several; the clock's would be those of the machine's other work. */
function startOf(file: string | undefined): number {
  const args = [join(__dirname, "handler-start.cjs"), ...(file === undefined ? [] : [file])];
  const env = { PATH: process.env.PATH, ...VARIABLES };
  const starts = Array.from({ length: STARTS }, () =>
    Number(execFileSync(process.execPath, args, { env, encoding: "utf8" }).trim().split("\n").at(-1)),
  );
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
