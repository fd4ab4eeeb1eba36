import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { CreateTableCommand, ListTablesCommand, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { Clients } from "../../local/clients";
import { type Cloud, startCloud } from "../../local/cloud";
import { leftovers } from "../../local/leftovers";
import { actingAs, roleThatMay } from "./roles";

const root = join(__dirname, "../..");

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly command: string;
}

function processes(): Process[] {
  const { stdout } = spawnSync("ps", ["-axo", "pid=,ppid=,pgid=,command="], { encoding: "utf8" });
  return stdout.split("\n").flatMap((line) => {
    const [, pid, parent, group, command] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined
      ? []
      : [{ pid: Number(pid), parent: Number(parent), group: Number(group), command: command ?? "" }];
  });
}

/** Runs `crashing-parent.ts` until it prints where its cloud's files are. */
async function crashingParent(): Promise<{ readonly child: ChildProcess; readonly scratch: string }> {
  const child = spawn(process.execPath, ["--require", "tsx/cjs", join(__dirname, "crashing-parent.ts")], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const scratch = await new Promise<string>((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => resolve(String(chunk).trim()));
    child.once("exit", () => reject(new Error("the script ended before its cloud had started")));
  });
  return { child, scratch };
}

async function until(isSo: () => boolean, otherwise: string): Promise<void> {
  for (const deadline = Date.now() + 5_000; !isSo(); await new Promise((resolve) => setTimeout(resolve, 50))) {
    assert.ok(Date.now() < deadline, otherwise);
  }
}

describe("The embedded cloud", () => {
  let cloud: Cloud;
  before(async () => {
    cloud = await startCloud({ root, stateName: "test-cloud" });
  });
  after(() => cloud.stop());

  it("is empty, and its administrator is a user of its account", async () => {
    const admin = new Clients(cloud, cloud.admin);
    const identity = await admin.sts.send(new GetCallerIdentityCommand({}));
    assert.equal(identity.Arn, `arn:aws:iam::${cloud.account}:user/administrator`);
    assert.deepEqual(await leftovers(cloud), []);
    admin.close();
  });

  it("listens on the loopback address only", async () => {
    const others = Object.values(networkInterfaces()).flatMap((list) =>
      (list ?? []).filter(({ internal }) => !internal),
    );
    for (const { address } of others.filter(({ family }) => family === "IPv4")) {
      await assert.rejects(fetch(cloud.endpoint.replace("127.0.0.1", address)), `it answers on ${address}`);
    }
    assert.equal((await fetch(`${cloud.endpoint}/_ministack/health`)).status, 200);
  });

  it("refuses unknown keys", async () => {
    const stranger = new Clients(cloud, { accessKeyId: "AKIAEXAMPLEEXAMPLE00", secretAccessKey: "no" });
    await assert.rejects(stranger.dynamodb.send(new ListTablesCommand({})), { name: "UnrecognizedClientException" });
    stranger.close();
  });

  it("lets a role do what its policy says and nothing else", async () => {
    const admin = new Clients(cloud, cloud.admin);
    const AttributeDefinitions = [{ AttributeName: "id", AttributeType: "S" } as const];
    const KeySchema = [{ AttributeName: "id", KeyType: "HASH" } as const];
    const table = { TableName: "table", AttributeDefinitions, KeySchema, BillingMode: "PAY_PER_REQUEST" } as const;
    const { TableDescription } = await admin.dynamodb.send(new CreateTableCommand(table));
    const statement = { Effect: "Allow", Action: "dynamodb:PutItem", Resource: TableDescription?.TableArn };
    const role = await actingAs(cloud, await roleThatMay(admin, "writer", [statement]));
    await role.dynamodb.send(new PutItemCommand({ TableName: "table", Item: { id: { S: "1" } } }));
    await assert.rejects(role.dynamodb.send(new ScanCommand({ TableName: "table" })), {
      name: "AccessDeniedException",
    });
    role.close();
    admin.close();
  });

  it("stands beside another, each with its own state", async () => {
    const other = await startCloud({ root, stateName: "test-cloud" });
    try {
      assert.notEqual(other.endpoint, cloud.endpoint);
      assert.deepEqual(await leftovers(other), []);
    } finally {
      await other.stop();
    }
    await assert.rejects(fetch(other.endpoint));
    assert.ok(!existsSync(other.scratch), "its files outlive it");
  });

  it("ends with all its processes and files when the process that started it is killed", async () => {
    const { child, scratch } = await crashingParent();
    try {
      const supervisor = processes().find(
        ({ parent, command }) => parent === child.pid && command.includes("supervise.py"),
      );
      const server = processes().find(({ parent }) => parent === supervisor?.pid);
      assert.ok(supervisor && server, "no supervisor or no server was found");
      const members = () => processes().filter(({ pid, group }) => group === server.pid || pid === supervisor.pid);
      const worker = members().find(({ command }) => command.includes("_worker.js"));
      assert.ok(worker, `the function has no worker process: ${JSON.stringify(members())}`);
      child.kill("SIGKILL");
      await until(() => members().length === 0, "processes are left");
      await until(() => !existsSync(scratch), "its files are left");
    } finally {
      child.kill("SIGKILL");
    }
  });
});

describe("An embedded cloud that does not start", () => {
  let elsewhere: string;
  beforeEach(() => {
    elsewhere = mkdtempSync(join(tmpdir(), "sluice-test-"));
  });
  afterEach(() => rmSync(elsewhere, { recursive: true, force: true }));

  it("says what to run when it is not installed", async () => {
    await assert.rejects(
      startCloud({ root: elsewhere, stateName: "test" }),
      /run `node local\/setup\.mjs --only-install`/,
    );
  });

  it("shows the end of its log", async () => {
    const bin = join(elsewhere, ".sluice/venv/bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "python"), "#!/bin/sh\necho the disk is full\nexit 7\n");
    chmodSync(join(bin, "python"), 0o755);
    await assert.rejects(
      startCloud({ root: elsewhere, stateName: "test" }),
      /ended with code 7\n.*ministack\.log.*\nthe disk is full/,
    );
  });
});
