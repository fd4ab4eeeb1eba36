import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { Clients, type Credentials } from "./clients";

/** A running embedded cloud. */
export interface Cloud {
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  /** An administrator: deploys, and reads back. Its policy is evaluated like any other. */
  readonly admin: Credentials;
  /** The identity of AWS services themselves: no policy limits it. Only for what a service does on AWS. */
  readonly service: Credentials;
  readonly logFile: string;
  /** A folder for this cloud's time, outside any tree with node_modules. It goes when the cloud ends, however it ends. */
  readonly scratch: string;
  stop(): Promise<void>;
}

export interface CloudOptions {
  readonly root: string;
  /** Names this run's folder under `.sluice/run/`. */
  readonly stateName: string;
}

const REGION = "us-east-1";
const ACCOUNT = "000000000000";
const START_MILLISECONDS = 20_000;
const STOP_MILLISECONDS = 8_000;
/** Another process may take the free port between our look and MiniStack's start. */
const START_ATTEMPTS = 3;
/** Folders of earlier runs that are kept, for their logs. */
const RUNS_KEPT = 20;
const LOG_LINES_SHOWN = 20;
/** Keys that MiniStack treats as the account's root, whatever policies say. */
const SERVICE: Credentials = { accessKeyId: "test", secretAccessKey: "test" };

/**
 * Starts MiniStack on a free port of this machine, empty, with policies enforced, and makes the administrator. It ends with
 * `stop`, and by itself when this process ends in whatever way (`ministack/supervise.py`).
 * @throws with the end of MiniStack's log when it does not answer within 20 s
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(options, attempt);
    } catch (error) {
      if (attempt === START_ATTEMPTS || !(error instanceof PortTaken)) throw error;
    }
  }
}

async function start({ root, stateName }: CloudOptions, attempt: number): Promise<Cloud> {
  const python = join(root, ".sluice", "venv", "bin", "python");
  if (!existsSync(python)) throw new Error("MiniStack is not installed: run `node local/setup.mjs --only-install`.");
  const folder = newRunFolder(root, `${stateName}-${process.pid}-${Date.now()}-${attempt}`);
  // MiniStack's own workers would find packages of this repository that are not in a bundle.
  const scratch = mkdtempSync(join(tmpdir(), "sluice-cloud-"));
  const logFile = join(folder, "ministack.log");
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawnMiniStack({ root, python, port, endpoint, scratch, folder, logFile });
  const stop = async () => {
    await end(child);
    rmSync(scratch, { recursive: true, force: true });
  };
  try {
    await healthy(endpoint, child, logFile);
    const admin = await makeAdministrator({ endpoint, region: REGION });
    return { endpoint, region: REGION, account: ACCOUNT, admin, service: SERVICE, logFile, scratch, stop };
  } catch (error) {
    await stop();
    if (error instanceof PortTaken) throw error;
    throw new Error(`The embedded cloud did not start: ${(error as Error).message}\n${endOf(logFile)}`);
  }
}

/** Makes the folder of a run, and removes the oldest of earlier ones. */
function newRunFolder(root: string, name: string): string {
  const runs = join(root, ".sluice", "run");
  mkdirSync(join(runs, name), { recursive: true });
  const startedAt = (run: string) => Number(run.split("-").at(-2)) || 0;
  const oldest = readdirSync(runs).sort((a, b) => startedAt(a) - startedAt(b));
  for (const run of oldest.slice(0, -RUNS_KEPT)) rmSync(join(runs, run), { recursive: true, force: true });
  return join(runs, name);
}

interface Launch {
  readonly root: string;
  readonly python: string;
  readonly port: number;
  readonly endpoint: string;
  readonly scratch: string;
  readonly folder: string;
  readonly logFile: string;
}

function spawnMiniStack({ root, python, port, endpoint, scratch, folder, logFile }: Launch): ChildProcess {
  // MiniStack's workers inherit its environment, so it gets nothing that a function should not see.
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: scratch,
    TMPDIR: scratch,
    STATE_DIR: join(folder, "state"),
    GATEWAY_PORT: String(port),
    BIND_HOST: "127.0.0.1",
    MINISTACK_HOST: "127.0.0.1",
    AWS_ENDPOINT_URL: endpoint,
    AUTH: "true",
    LAMBDA_ACCOUNT_CONCURRENCY: "40",
    LOG_LEVEL: "WARNING",
    PYTHONDONTWRITEBYTECODE: "1",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
  const ours = (file: string) => join(root, "local", "ministack", file);
  const args = [ours("supervise.py"), scratch, python, ours("serve.py")];
  const log = openSync(logFile, "a");
  const child = spawn(python, args, { env, stdio: ["pipe", log, log], detached: true });
  closeSync(log);
  child.on("error", () => {}); // has no exit code then, and is noticed by its silence
  child.stdin?.on("error", () => {}); // it has ended before us
  return child;
}

class PortTaken extends Error {}

async function healthy(endpoint: string, child: ChildProcess, logFile: string): Promise<void> {
  const deadline = Date.now() + START_MILLISECONDS;
  while (Date.now() < deadline) {
    const answer = await fetch(`${endpoint}/_ministack/health`, { signal: AbortSignal.timeout(2_000) }).catch(
      () => undefined,
    );
    if (child.exitCode !== null) {
      const log = readFileSync(logFile, "utf8");
      if (/already in use/i.test(log)) throw new PortTaken(`${endpoint} was taken by another process`);
      throw new Error(`MiniStack ended with code ${child.exitCode}`);
    }
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`MiniStack gave no answer on ${endpoint} within ${START_MILLISECONDS / 1000} s`);
}

async function makeAdministrator(place: { endpoint: string; region: string }): Promise<Credentials> {
  const clients = new Clients(place, SERVICE);
  const everything = { Effect: "Allow", Action: "*", Resource: "*" };
  const UserName = "administrator";
  try {
    await clients.iam.send(new CreateUserCommand({ UserName }));
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [everything] });
    await clients.iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "everything", PolicyDocument }));
    const { AccessKey } = await clients.iam.send(new CreateAccessKeyCommand({ UserName }));
    if (!AccessKey?.AccessKeyId || !AccessKey.SecretAccessKey)
      throw new Error("CreateAccessKey answered without a key");
    return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
  } finally {
    clients.close();
  }
}

/** Closing its standard input ends the supervisor and all that it started. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.stdin?.end();
  const tooLong = setTimeout(() => child.kill("SIGKILL"), STOP_MILLISECONDS);
  await ended;
  clearTimeout(tooLong);
}

/** The last lines of a log, under its name. */
export function endOf(logFile: string): string {
  const lines = existsSync(logFile) ? readFileSync(logFile, "utf8").trimEnd().split("\n") : [];
  return `${logFile} ends with:\n${lines.slice(-LOG_LINES_SHOWN).join("\n")}`;
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
