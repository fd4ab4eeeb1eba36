import type { FunctionWorker } from "./function-worker";

/** The warm and busy workers of one function; newest warm first, so that surplus ones grow old and end. */
export class WorkerPool {
  #warm: FunctionWorker[] = [];
  readonly #all = new Set<FunctionWorker>();
  /** Invocations that hold a place, a worker that is still starting included. */
  busy = 0;

  get size(): number {
    return this.#all.size;
  }

  get workers(): ReadonlySet<FunctionWorker> {
    return this.#all;
  }

  add(worker: FunctionWorker): void {
    this.#all.add(worker);
    void worker.ended.then(() => {
      this.#all.delete(worker);
      this.#warm = this.#warm.filter((other) => other !== worker);
    });
  }

  take(): FunctionWorker | undefined {
    for (let worker = this.#warm.pop(); worker !== undefined; worker = this.#warm.pop()) {
      if (worker.usable) return worker;
      worker.kill();
    }
    return undefined;
  }

  giveBack(worker: FunctionWorker): void {
    if (worker.usable) this.#warm.push(worker);
    else worker.kill();
  }

  /** Ends the warm workers that nobody has used since `before` (epoch milliseconds). */
  retireIdle(before: number): void {
    const old = this.#warm.filter((worker) => worker.idleSince < before);
    this.#warm = this.#warm.filter((worker) => worker.idleSince >= before);
    for (const worker of old) worker.kill();
  }
}
