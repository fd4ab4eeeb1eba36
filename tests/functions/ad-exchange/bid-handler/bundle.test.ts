import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { bundleOf } from "../../../../components/shared/bundle";
import { BESIDE } from "../../../../functions/ad-exchange/bid-handler/beside";
import type { BidHandlerEnv } from "../../../../functions/ad-exchange/bid-handler/env";
import type { BidResult } from "../../../../functions/ad-exchange/bid-handler/handler";
import { contextOf } from "../../../../functions/ad-exchange/domain/caller";
import { microsOfText } from "../../../../functions/ad-exchange/domain/price";
import { compileSnapshot } from "../../../../functions/ad-exchange/domain/targeting/compile-snapshot";
import { campaign, imp, PUBLISHER, request } from "../support/exchange";
import { SETTINGS } from "../support/settings";

const ENV: BidHandlerEnv = {
  ...{ SNAPSHOTS_BUCKET: "snapshots", CHANGES_TABLE: "changes", DAX_ENDPOINT: "", SIGNING_KEYS_SECRET: "secret" },
  ...{ SETTINGS_PARAMETER: "/settings", NOTICE_URL: "https://exchange.example" },
};
const keys = [{ id: "k1", secret: Buffer.alloc(32, 1).toString("base64"), createdAt: "2026-11-01T00:00:00Z" }];
const asOf = new Date().toISOString().slice(0, 10);
const settings = { ...SETTINGS, testSeat: true, rates: [{ asOf, base: "USD", per: { EUR: "1.25" } }] };
const file = compileSnapshot([campaign("a", "4.00"), campaign("b", "3.00")], {
  ...{ generation: 1, builtAt: Date.now(), toMicros: microsOfText },
});

/** In place of the refresh worker: brings what it would, each once the one before was taken. */
const BRINGING = `
const { workerData: { port } } = require("node:worker_threads");
const file = new Uint8Array(Buffer.from("${Buffer.from(file).toString("base64")}", "base64")).buffer;
const messages = [
  { kind: "settings", text: ${JSON.stringify(JSON.stringify(settings))} },
  { kind: "keys", current: ${JSON.stringify(JSON.stringify({ keys }))} },
  { kind: "snapshot", file, pointer: {} },
  { kind: "changes", changes: [${JSON.stringify({ advertiser: "adv-b", id: "b", version: 2 })}] },
  { kind: "current", upTo: Date.now() },
];
const send = () => messages.length > 0 && port.postMessage(messages.shift());
port.on("message", send);
send();`;
const FAILING = `throw new Error("no worker today");`;

const event = (body: string) => ({
  ...{ body, headers: { "content-type": "application/json" } },
  requestContext: { authorizer: contextOf(PUBLISHER) },
});
const ORDINARY = event(JSON.stringify(request({ tmax: 900 })));
const TEST = event(JSON.stringify(request({ test: 1, tmax: 900, imp: [imp("1", { bidfloor: 1 })] })));

/** Asks at once, as a request that an environment is started for, and again when it is ready, or has said that it will not be. */
const ASKING = `
const told = { before: [], log: "", early: [], late: [] };
process.stdout.write = (line) => (told.log += line);
const { handler } = require("./index.js");
const loaded = () => told.before.push(Object.keys(require.cache).some((path) => path.endsWith("selling.js")));
(async () => {
  loaded();
  for (const event of [${JSON.stringify(event("{"))}, ${JSON.stringify(ORDINARY)}]) told.early.push(await handler(event));
  loaded();
  while (told.late.length === 0 && !told.log.includes("failed")) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const answer = await handler(${JSON.stringify(ORDINARY)});
    if (answer.statusCode === 200) told.late.push(answer, await handler(${JSON.stringify(TEST)}));
  }
  console.error(JSON.stringify(told));
  process.exit();
})();`;

interface Told {
  /** Whether the code that sells was there, before the first request and after it. */
  readonly before: readonly boolean[];
  readonly log: string;
  readonly early: readonly BidResult[];
  readonly late: readonly BidResult[];
}

describe("The bundle of the bid handler", () => {
  /** The files as they are deployed, with another worker. */
  const deployed = async (worker: string, more: Readonly<Record<string, string>> = {}): Promise<Told> => {
    const assets = (await (
      await bundleOf("functions/ad-exchange/bid-handler/index.ts", BESIDE)
    ).archive.assets) as Record<string, pulumi.asset.StringAsset>;
    const folder = mkdtempSync(join(tmpdir(), "sluice-bid-handler-"));
    try {
      for (const [name, asset] of Object.entries(assets)) writeFileSync(join(folder, name), String(await asset.text));
      writeFileSync(join(folder, "refresh-worker.js"), worker);
      const env = { PATH: process.env.PATH, ...ENV, ...more };
      const options = { cwd: folder, env, encoding: "utf8", timeout: 30_000 } as const;
      return JSON.parse(spawnSync(process.execPath, ["-e", ASKING], options).stderr);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const statusOf = ({ statusCode }: BidResult) => statusCode;

  it("answers before anything has been brought, without the code that sells, and says that its worker fails", async () => {
    const { before, early, late, log } = await deployed(FAILING);
    assert.deepEqual([early.map(statusOf), late, before], [[400, 204], [], [false, false]]);
    assert.match(
      log,
      /"message":"refreshing failed; what was there stays","part":"worker","failure":".*no worker today/,
    );
  });

  it("sells once index, settings and keys are there: its own campaigns, seats outside, and with a trace", async () => {
    const { late, early, log } = await deployed(BRINGING);
    assert.deepEqual(
      [early.map(statusOf), late.map(statusOf)],
      [
        [400, 204],
        [200, 200],
      ],
      log,
    );
    const [ordinary, test] = late.map(({ body }) => JSON.parse(body));
    const [bid] = ordinary.seatbid[0].bid;
    assert.equal(bid.crid, "cr-a");
    assert.match(bid.burl, /^https:\/\/exchange\.example\/.*k1/);
    const { trace } = test.ext as { trace: readonly { stage: string; seats?: readonly unknown[] }[] };
    const missing = ["read", "privacy", "match", "demand", "auction"].filter(
      (name) => !trace.some(({ stage }) => stage === name),
    );
    assert.deepEqual(missing, []);
    assert.equal(trace.find(({ stage }) => stage === "demand")?.seats?.length, 2);
  });

  it("has everything before its first request where it is kept ready", async () => {
    const { early, before } = await deployed(BRINGING, { AWS_LAMBDA_INITIALIZATION_TYPE: "provisioned-concurrency" });
    assert.deepEqual(
      [early.map(statusOf), before],
      [
        [400, 200],
        [true, true],
      ],
    );
  });
});
