import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Names } from "../components/shared/names";
import { Clients, type Credentials } from "../local/clients";
import { readStackConfig } from "../local/stack-config";

/** Where an operator's command works: clients with the operator's credentials, and a system's physical names. */
export interface Where<SystemNames> {
  readonly clients: Clients;
  readonly names: SystemNames;
  readonly region: string;
}

/** What `npm start -- --keep` leaves for these commands. */
export interface Running {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly pid: number;
  /** Absent where the stack has no ad exchange. */
  readonly exchange?: RunningExchange;
}

/** Where a kept exchange takes bid requests, and a publisher's token to send them with. */
export interface RunningExchange {
  readonly url: string;
  readonly token: string;
}

const ROOT = join(__dirname, "..");
export const RUNNING = join(ROOT, ".sluice", "running.json");

/**
 * Finds a system of a stack: `local` on the embedded cloud that `npm start -- --keep` runs, any other on AWS with the operator's own
 * credentials and the region of its settings.
 */
export async function locate<SystemNames>(
  stack: string,
  namesOf: (names: Names) => SystemNames,
): Promise<Where<SystemNames>> {
  const { project: program, config } = readStackConfig(ROOT, stack);
  const suffix = config[`${program}:environmentSuffix`];
  const project = config[`${program}:project`] ?? program;
  const names = namesOf(new Names({ project, environment: stack, ...(suffix ? { suffix } : {}) }));
  if (stack !== "local") {
    const region = config["aws:region"] ?? "us-east-1";
    return { clients: new Clients({ region }), names, region };
  }
  const { endpoint, region, credentials } = running();
  return { clients: new Clients({ endpoint, region }, credentials), names, region };
}

function running(): Running {
  const found = kept();
  if (found) return found;
  throw new Error("No embedded cloud is running: start one with `npm start -- --keep`, or give --stack dev or prod.");
}

/** The exchange of the embedded cloud that is kept; undefined where none runs. */
export const runningExchange = (): RunningExchange | undefined => kept()?.exchange;

function kept(): Running | undefined {
  const found = existsSync(RUNNING) ? (JSON.parse(readFileSync(RUNNING, "utf8")) as Running) : undefined;
  return found && isAlive(found.pid) ? found : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
