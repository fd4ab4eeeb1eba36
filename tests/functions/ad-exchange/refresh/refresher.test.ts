import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { bundleOf } from "../../../../components/shared/bundle";
import { rowOf } from "../../../../functions/ad-exchange/adapters/changes";
import { BESIDE } from "../../../../functions/ad-exchange/bid-handler/beside";
import type { CampaignChange } from "../../../../functions/ad-exchange/domain/changes/change";
import type { Pointer } from "../../../../functions/ad-exchange/domain/changes/pointer";
import { Refresher, type RefreshHandlers } from "../../../../functions/ad-exchange/refresh/refresher";
import { toItem } from "../../../../functions/shared/attribute-values";

const FILE = Buffer.from("a snapshot's bytes");
const builtFrom = Date.now() - 30_000;
const POINTER: Pointer = {
  ...{ key: `index/${builtFrom}.bin`, generation: builtFrom, builtFrom, builtAt: builtFrom, campaigns: 1 },
  ...{ sha256: createHash("sha256").update(FILE).digest("hex"), bytes: FILE.byteLength },
};
const START = {
  ...{ snapshotsBucket: "snapshots", changesTable: "changes", daxEndpoint: "" },
  ...{ signingKeysSecret: "secret", settingsParameter: "/settings" },
};

/** Keeps what it is told, and lets a test wait for it. */
class Told implements RefreshHandlers {
  readonly all: string[] = [];
  readonly troubles: string[] = [];
  private waiting: (() => void)[] = [];
  refuses: (what: string) => boolean = () => false;

  snapshot = (file: ArrayBuffer, { key }: Pointer) => this.tell(`snapshot ${key} ${Buffer.from(file)}`);
  change = ({ id, version }: CampaignChange) => this.tell(`change ${id} ${version}`);
  settings = (text: string) => this.tell(`settings ${text}`);
  keys = (current: string, previous: string | undefined) => this.tell(`keys ${current} ${previous}`);
  trouble = (part: string, failure: string) => {
    this.troubles.push(`${part}: ${failure}`);
    this.wake();
    throw new Error("even this");
  };

  readonly options = { handlers: () => this, trouble: this.trouble };

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  private tell(what: string): void {
    this.wake();
    if (this.refuses(what)) throw new Error(`refused: ${what}`);
    this.all.push(what);
  }
}

/** A worker's file of these lines, in a folder of its own. */
function fileOf(code: string): { readonly file: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "sluice-refresh-"));
  const file = join(folder, "refresh-worker.js");
  writeFileSync(file, code);
  return { file, remove: () => rmSync(folder, { recursive: true }) };
}

async function running(code: string, told: Told, test: (refresher: Refresher) => Promise<void>): Promise<void> {
  const { file, remove } = fileOf(code);
  const refresher = new Refresher({ ...START, file, ...told.options });
  // The worker does not keep the process alive, nor does a promise.
  const awake = setInterval(() => told.wake(), 20);
  try {
    refresher.start();
    await test(refresher);
  } finally {
    clearInterval(awake);
    await refresher.stop();
    remove();
  }
}

/** DynamoDB, S3, Parameter Store and Secrets Manager on one port, with what the worker asks of them. */
async function services() {
  const campaign = { id: "a", version: 2, status: "archived" };
  const change = rowOf({ advertiser: "acme", id: campaign.id, version: campaign.version }, Date.now() - 1_000);
  const answerTo = (target: string, input: string): object | undefined => {
    const asked = JSON.parse(input || "{}");
    if (target.endsWith("GetParameters")) return { Parameters: [{ Name: "/settings", Value: "{}" }] };
    if (target.endsWith("GetSecretValue")) return { SecretString: `text of ${asked.VersionStage}` };
    if (!target.endsWith("Query")) return undefined;
    const slot = asked.ExpressionAttributeValues[":partition"].S;
    if (slot === "snapshot") return { Items: [toItem({ slot, at: "current", ...POINTER })] };
    return { Items: slot === change.slot ? [toItem(change)] : [] };
  };
  const paths: string[] = [];
  const server = createServer((request, response) => {
    let input = "";
    request.setEncoding("utf8").on("data", (part: string) => {
      input += part;
    });
    request.on("end", () => {
      if (request.method === "GET") paths.push(request.url ?? "");
      const answer =
        request.method === "GET" ? FILE : JSON.stringify(answerTo(String(request.headers["x-amz-target"]), input));
      response.setHeader(
        "content-type",
        request.method === "GET" ? "application/octet-stream" : "application/x-amz-json-1.0",
      );
      response.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close, paths };
}

const CURRENT = 'port.postMessage({ kind: "current", upTo: Date.now() });';
/** Listens, as a worker does, which keeps it alive. */
const HEAD = `const { workerData } = require("node:worker_threads"); const { port } = workerData; port.on("message", () => {});`;
const snapshotOf = (text: string) =>
  `port.postMessage({ kind: "snapshot", pointer: ${JSON.stringify(POINTER)}, file: new TextEncoder().encode("${text}").buffer });`;

describe("The refresher", () => {
  it("brings index, changes, settings and keys from a worker that is bundled as it is deployed", async () => {
    const { url, close, paths } = await services();
    const before = { ...process.env };
    Object.assign(process.env, {
      ...{ AWS_ENDPOINT_URL: url, AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" },
    });
    try {
      const { archive, bytes } = await bundleOf(BESIDE["refresh-worker"]);
      const assets = (await archive.assets) as Record<string, pulumi.asset.StringAsset>;
      assert.equal(bytes < 1_600 * 1024, true, `${bytes} bytes`);
      const told = new Told();
      await running(String(await assets["index.js"]?.text), told, async (refresher) => {
        assert.equal(refresher.age(Date.now()), Number.POSITIVE_INFINITY);
        await told.until(() => told.all.length + told.troubles.length >= 4 && refresher.age(Date.now()) < 60_000);
        assert.deepEqual(told.troubles, []);
        assert.deepEqual(told.all.sort(), [
          ...["change a 2", "keys text of AWSCURRENT text of AWSPREVIOUS", "settings {}"],
          `snapshot ${POINTER.key} ${FILE}`,
        ]);
        assert.deepEqual(refresher.snapshot, POINTER);
        assert.equal(paths.length, 1);
        assert.match(paths[0]!, /snapshots\/index\//);
      });
    } finally {
      close();
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
    }
  });

  it("starts a worker again that ended, which knows what was loaded, and keeps that", async () => {
    const told = new Told();
    const code = `${HEAD}
      if (workerData.loaded) { ${CURRENT} }
      else { port.on("message", () => { throw new Error("broken"); }); ${snapshotOf("one")} }`;
    await running(code, told, async (refresher) => {
      await told.until(() => refresher.age(Date.now()) < 60_000);
      assert.deepEqual(told.all, [`snapshot ${POINTER.key} one`]);
      assert.deepEqual(told.troubles, ["worker: Error: broken"]);
      assert.deepEqual(refresher.snapshot, POINTER);
    });
  });

  it("answers each message: taken, or refused where it cannot be used, and goes on", async () => {
    const told = new Told();
    told.refuses = (what) => what.includes("bad");
    const code = `${HEAD}
      const messages = [
        { kind: "settings", text: "bad" }, { kind: "settings", text: "good" }, { kind: "keys", current: "bad" },
        { kind: "changes", changes: [{ id: "bad", version: 1 }, { id: "b", version: 1 }] },
      ];
      const answers = [];
      const next = () => port.postMessage(messages.shift() ?? { kind: "settings", text: answers.join(" ") });
      port.on("message", ({ kind }) => { if (answers.push(kind) <= 4) next(); });
      next();`;
    await running(code, told, async (refresher) => {
      await told.until(() => told.all.length === 3);
      assert.deepEqual(told.all, ["settings good", "change b 1", "settings refused taken refused taken"]);
      assert.deepEqual(
        told.troubles.map((text) => text.split(": Error")[0]),
        ["settings", "keys", "index"],
      );
      assert.equal(refresher.snapshot, undefined);
    });
  });

  it("does not hold on to a snapshot that was refused", async () => {
    const told = new Told();
    told.refuses = (what) => what.startsWith("snapshot");
    await running(`${HEAD} ${snapshotOf("one")}`, told, async (refresher) => {
      await told.until(() => told.troubles.length > 0);
      assert.equal(refresher.snapshot, undefined);
    });
  });

  it("tells its age, which no clock that was set back makes less than nothing", async () => {
    const told = new Told();
    await running(`${HEAD} port.postMessage({ kind: "current", upTo: 5000 });`, told, async (refresher) => {
      await told.until(() => refresher.age(0) < 1);
      assert.deepEqual([refresher.age(7_500), refresher.age(5_000), refresher.age(1)], [2_500, 0, 0]);
    });
  });

  it("brings what is waited for while everything else stands still, and for no longer", async () => {
    const told = new Told();
    const code = `${HEAD}
      const messages = [{ kind: "settings", text: "one" }, { kind: "settings", text: "two" }];
      const next = () => { if (messages.length > 0) port.postMessage(messages.shift()); };
      port.on("message", next);
      setTimeout(next, 20);`;
    await running(code, told, async (refresher) => {
      refresher.standBy(20_000, () => told.all.length === 2);
      assert.deepEqual(told.all, ["settings one", "settings two"]);
      refresher.standBy(30, () => false);
      assert.equal(told.all.length, 2);
    });
  });

  it("survives a worker that is not there, and ends when it is stopped", async () => {
    const told = new Told();
    const refresher = new Refresher({ ...START, file: join(tmpdir(), "sluice-none", "none.js"), ...told.options });
    const awake = setInterval(() => told.wake(), 20);
    refresher.start();
    refresher.start();
    await told.until(() => told.troubles.length > 0);
    clearInterval(awake);
    await refresher.stop();
    assert.equal(told.troubles.length, 1);
    assert.match(told.troubles[0]!, /^worker: /);
  });
});
