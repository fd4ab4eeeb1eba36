import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { type InvokeResult, type LambdaFunction, runtimeError } from "./lambda-function";
import type { LogSink } from "./log-shipper";
import { nodeArgumentsOf } from "./runtime-environment";

const SHIM = join(__dirname, "worker.cjs");
/** "Init phase": Lambda gives initialisation 10 seconds (Lambda Developer Guide, "Lambda runtime environment"). */
const INIT_SECONDS = 10;

interface FromWorker {
  readonly ready?: true;
  readonly initMs?: number;
  readonly initError?: string;
  readonly id?: string;
  readonly payload?: string;
  readonly errorType?: string;
  readonly durationMs?: number;
  /** The process exits after this answer. */
  readonly last?: true;
}

export interface WorkerRequest {
  readonly id: string;
  readonly payload: string;
  readonly arn: string;
  readonly trace: string;
}

type Settle = (result: InvokeResult) => void;

function forwardLines(stream: Readable | null, to: (line: string) => void): void {
  let rest = "";
  stream?.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) to(line);
  });
  stream?.on("end", () => {
    if (rest !== "") to(rest);
  });
}

/** One process that runs one function, one invocation at a time; an execution environment in Lambda's words. */
export class FunctionWorker {
  /** Resolves when the process has ended and everything it printed was read. */
  readonly ended: Promise<void>;
  idleSince = Date.now();
  #process: ChildProcess;
  #alive = true;
  #request: WorkerRequest | undefined;
  #settle: Settle | undefined;
  #startedAt = 0;
  #initMs: number | undefined;
  #ready = false;
  #timer: NodeJS.Timeout | undefined;
  #timedOutAfter: number | undefined;
  #killAfter: number | undefined;
  #killTimer: NodeJS.Timeout | undefined;
  #initError: { payload: string; errorType: string } | undefined;

  constructor(
    private readonly fn: LambdaFunction,
    environment: Record<string, string>,
    /** Epoch milliseconds after which this worker's credentials are too old to begin an invocation with. */
    readonly usableUntil: number,
    readonly log: LogSink,
  ) {
    this.#process = spawn(process.execPath, [...nodeArgumentsOf(fn.memoryMiB), SHIM], {
      cwd: fn.codeFile,
      env: environment,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // Its own group: Ctrl-C at our terminal must not kill a function in the middle of an invocation that we still count.
      detached: true,
    });
    forwardLines(this.#process.stdout, (line) => this.log.line(line));
    forwardLines(this.#process.stderr, (line) => this.log.line(line));
    this.#process.on("message", (message) => this.#receive(message as FromWorker));
    this.ended = new Promise((resolve) => {
      this.#process.on("error", (error) => {
        this.#alive = false;
        this.#answer({ kind: "service-error", message: `${fn.name}: cannot start a worker: ${error.message}` });
        resolve();
      });
      this.#process.on("close", (code, signal) => {
        this.#exited(code, signal);
        resolve();
      });
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get usable(): boolean {
    return this.#alive && Date.now() < this.usableUntil;
  }

  /**
   * Runs one invocation; never rejects. The worker must be idle.
   * @param killAfter milliseconds after which the process is killed, at the latest as it answers
   */
  run(request: WorkerRequest, killAfter?: number): Promise<InvokeResult> {
    return new Promise((settle) => {
      this.#killAfter = killAfter;
      this.#request = request;
      this.#settle = settle;
      if (this.#ready) this.#begin(request);
      else this.#limit(INIT_SECONDS);
    });
  }

  /** Ends the process at once, as Lambda ends an environment: without notice. `ended` says when it has. */
  kill(): void {
    this.#alive = false;
    this.#process.kill("SIGKILL");
  }

  #begin(request: WorkerRequest): void {
    this.#startedAt = performance.now();
    this.#limit(this.fn.timeoutSeconds);
    if (this.#killAfter !== undefined) this.#killTimer = setTimeout(() => this.kill(), this.#killAfter);
    const deadline = Date.now() + this.fn.timeoutSeconds * 1000;
    this.#process.send({ ...request, deadline }, (error) => {
      if (error !== null) this.kill(); // the exit answers the request
    });
  }

  #limit(seconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timedOutAfter = seconds;
      this.kill();
    }, seconds * 1000);
  }

  #receive(message: FromWorker): void {
    if (message.ready === true) {
      this.#ready = true;
      this.#initMs = message.initMs;
      clearTimeout(this.#timer);
      if (this.#request !== undefined) this.#begin(this.#request);
    } else if (message.initError !== undefined) {
      this.#alive = false;
      this.#initError = { payload: message.initError, errorType: message.errorType ?? "Error" };
    } else if (message.id === this.#request?.id) {
      if (message.last === true) this.#alive = false;
      if (this.#killAfter === undefined) this.#answer(this.#resultOf(message));
      else this.kill(); // the exit answers the request
    }
  }

  #resultOf({ payload = "null", errorType, durationMs = 0 }: FromWorker): InvokeResult {
    const cold = this.#initMs === undefined ? {} : { initMs: this.#initMs };
    this.#initMs = undefined;
    if (errorType === undefined) return { kind: "ok", payload, durationMs, ...cold };
    return { kind: "function-error", errorType, payload, durationMs, ...cold };
  }

  #answer(result: InvokeResult): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#killTimer);
    const settle = this.#settle;
    this.#request = undefined;
    this.#settle = undefined;
    this.idleSince = Date.now();
    settle?.(result);
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    this.#alive = false;
    const id = this.#request?.id;
    if (id === undefined) return;
    const durationMs = this.#startedAt === 0 ? 0 : performance.now() - this.#startedAt;
    if (this.#initError !== undefined) {
      this.#answer({ kind: "function-error", ...this.#initError, durationMs: 0 });
    } else if (this.#timedOutAfter !== undefined) {
      const text = `RequestId: ${id} Error: Task timed out after ${this.#timedOutAfter.toFixed(2)} seconds`;
      this.#answer(runtimeError("Sandbox.Timedout", text, durationMs));
    } else {
      const how = signal === null ? `exit status ${code}` : `signal: ${signal === "SIGKILL" ? "killed" : signal}`;
      const reason = code === 0 ? "Runtime exited without providing a reason" : `Runtime exited with error: ${how}`;
      this.#answer(runtimeError("Runtime.ExitError", `RequestId: ${id} Error: ${reason}`, durationMs));
    }
  }
}
