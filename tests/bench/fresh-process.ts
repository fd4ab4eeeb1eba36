import { type ChildProcess, fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeOf } from "./bundles";

/**
 * A module in processes of its own, bundled as functions are: loaded one by one, as a test runner does, modules reach each
 * other's functions by a detour that costs several times the work.
 * @param entry path of its source in the repository
 */
export async function bundledIn(folder: string, entry: string): Promise<Bundled> {
  const file = join(folder, "bench.js");
  writeFileSync(file, await codeOf(entry));
  const start = (args: readonly string[]) => fork(file, args, { execArgv: ["--max-old-space-size=8192"] });
  return {
    start,
    answerOf,
    async run(...args) {
      const worker = start(args);
      const answer = await answerOf(worker);
      worker.kill();
      return answer;
    },
  };
}

function answerOf(worker: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (status: number | null) => reject(new Error(`bench: a process ended with ${status}`));
    worker.once("exit", ended);
    worker.once("message", (answer) => {
      worker.off("exit", ended);
      resolve(answer);
    });
  });
}

export interface Bundled {
  /** One that goes on until it is killed. */
  start(args: readonly string[]): ChildProcess;
  /** What it says next. */
  answerOf(worker: ChildProcess): Promise<unknown>;
  /** The first thing that one with these arguments says. */
  run(...args: readonly string[]): Promise<unknown>;
}
