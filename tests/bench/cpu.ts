import { readdirSync, readFileSync } from "node:fs";
import type { Estate } from "../../local/estate";
import { sum } from "./figures";

/** CPU seconds spent so far. */
export interface CpuSeconds {
  readonly ministack: number;
  readonly workers: number;
  /** This process: the event sources and the sender. */
  readonly sources: number;
}

/** `/proc` counts in hundredths, whatever the kernel's tick (Linux, proc(5), sysconf _SC_CLK_TCK). */
const TICKS_PER_SECOND = 100;

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Its own, and those of its children that have ended. */
  readonly seconds: number;
}

/** What the estate's processes that run now have spent; undefined where there is no /proc. */
export function cpuSecondsOf(estate: Estate): CpuSeconds | undefined {
  const processes = allProcesses();
  if (!processes) return undefined;
  const workers = new Set(
    [...estate.deployment.functions.keys()].flatMap((arn) => estate.sources.executor.workerPids(arn)),
  );
  const spentBy = (some: readonly Process[]) => sum(some.map(({ seconds }) => seconds));
  const { user, system } = process.cpuUsage();
  return {
    ministack: spentBy(descendantsOf(supervisorIn(processes), processes)),
    workers: spentBy(processes.filter(({ pid }) => workers.has(pid))),
    sources: (user + system) / 1e6,
  };
}

/** Our child that runs MiniStack. */
const supervisorIn = (processes: readonly Process[]) =>
  processes.filter(({ pid, parent }) => parent === process.pid && textOf(pid, "cmdline").includes("supervise.py"));

function descendantsOf(parents: readonly Process[], processes: readonly Process[]): Process[] {
  const ids = new Set(parents.map(({ pid }) => pid));
  const children = processes.filter(({ parent }) => ids.has(parent));
  return children.length === 0 ? [...parents] : [...parents, ...descendantsOf(children, processes)];
}

function allProcesses(): Process[] | undefined {
  if (process.platform !== "linux") return undefined;
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return ids.flatMap((id) => processOf(Number(id)));
}

/** Fields from the state on, which follows the command in brackets: parent is the 2nd, CPU ticks the 12th to 15th (proc(5)). */
function processOf(pid: number): Process[] {
  const stat = textOf(pid, "stat");
  if (stat === "") return [];
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return [{ pid, parent: Number(fields[1]), seconds: sum(fields.slice(11, 15).map(Number)) / TICKS_PER_SECOND }];
}

/** Empty for a process that has ended meanwhile. */
function textOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
