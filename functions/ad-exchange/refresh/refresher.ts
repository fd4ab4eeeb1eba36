import type { MessagePort, Worker } from "node:worker_threads";
import type { CampaignChange } from "../domain/changes/change";
import type { Pointer } from "../domain/changes/pointer";
import type { FromWorker, Part, ToWorker, WorkerStart } from "./messages";

/**
 * What is done with what the worker brings. Called between two turns of the event loop, so never within a decision; each has to be short,
 * and may throw: what was there before then stays.
 */
export interface RefreshHandlers {
  snapshot(file: ArrayBuffer, pointer: Pointer): void;
  /** May have been told before; one of a lower version than is known is old. */
  change(change: CampaignChange): void;
  settings(text: string): void;
  keys(current: string, previous: string | undefined): void;
}

export type RefresherOptions = Omit<WorkerStart, "loaded" | "port"> & {
  /** Path of the worker's file. */
  readonly file: string;
  /** Asked for when there is something to be handled. */
  readonly handlers: () => RefreshHandlers;
  /** Something could not be refreshed; it is tried again. */
  readonly trouble: (part: Part, failure: string) => void;
};

/** Milliseconds before a worker that ended is started again: twice as many each time, until one has lived. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 60_000;
/** Milliseconds between two looks for what the worker has brought, while everything else stands still. */
const LOOK = 2;

/** Loaded with the first worker: a millisecond that a start is not to wait for. */
const threads = () => process.getBuiltinModule("node:worker_threads");

/**
 * Keeps index, settings and keys fresh from a thread of its own, where the clients are loaded, files downloaded and tables asked; this
 * side has none of that. It does not keep the process alive, and never throws into a request.
 */
export class Refresher {
  private worker: Worker | undefined;
  private port: MessagePort | undefined;
  private restart: NodeJS.Timeout | undefined;
  private pause = FIRST_PAUSE;
  private loaded: Pointer | undefined;
  private upTo = Number.NEGATIVE_INFINITY;
  private stopped = false;

  constructor(private readonly options: RefresherOptions) {}

  start(): void {
    this.stopped = false;
    if (this.worker === undefined && this.restart === undefined) this.spawn();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.restart);
    this.restart = undefined;
    await this.worker?.terminate();
  }

  /**
   * Stands still until what is waited for is there, or for so many milliseconds: where nothing else is to be done yet, and
   * where a promise would not be waited for. The worker goes on meanwhile.
   */
  standBy(milliseconds: number, isThere: () => boolean): void {
    const until = performance.now() + milliseconds;
    const nobody = new Int32Array(new SharedArrayBuffer(4));
    while (this.port !== undefined && !isThere() && performance.now() < until) {
      const received = threads().receiveMessageOnPort(this.port);
      if (received === undefined) Atomics.wait(nobody, 0, 0, LOOK);
      else this.answer(this.port, received.message as FromWorker);
    }
  }

  /** The snapshot that is loaded. */
  get snapshot(): Pointer | undefined {
    return this.loaded;
  }

  /**
   * Milliseconds since the last instant of which all changes are known; Infinity before the first. A clock that was set back makes
   * nothing younger than new.
   */
  age(now: number): number {
    return Math.max(0, now - this.upTo);
  }

  private spawn(): void {
    const { handlers, trouble, file, ...told } = this.options;
    const node = threads();
    const { port1: own, port2: port } = new node.MessageChannel();
    const workerData: WorkerStart = { ...told, loaded: this.loaded, port };
    let worker: Worker;
    try {
      worker = new node.Worker(file, { workerData, transferList: [port], name: "refresh", env: node.SHARE_ENV });
    } catch (error) {
      this.ended(error);
      return;
    }
    this.worker = worker;
    worker.unref();
    this.port = own;
    own.on("message", (message: FromWorker) => this.answer(own, message));
    own.unref();
    let failure: unknown;
    worker.on("error", (error) => {
      failure = error;
    });
    worker.on("exit", (code) => {
      this.worker = this.port = undefined;
      own.close();
      if (!this.stopped) this.ended(failure ?? new Error(`the worker ended with code ${code}`));
    });
  }

  private answer(port: MessagePort, message: FromWorker): void {
    const answer: ToWorker = { kind: this.take(message) ? "taken" : "refused" };
    port.postMessage(answer);
  }

  private ended(error: unknown): void {
    this.troubled("worker", error);
    this.restart = setTimeout(() => {
      this.restart = undefined;
      this.spawn();
    }, this.pause);
    this.restart.unref();
    this.pause = Math.min(LONGEST_PAUSE, this.pause * 2);
  }

  /** @returns whether it could be used */
  private take(message: FromWorker): boolean {
    try {
      this.use(message);
      return true;
    } catch (error) {
      this.troubled(message.kind === "settings" || message.kind === "keys" ? message.kind : "index", error);
      return false;
    }
  }

  private use(message: FromWorker): void {
    const { handlers } = this.options;
    switch (message.kind) {
      case "snapshot":
        handlers().snapshot(message.file, message.pointer);
        this.loaded = message.pointer;
        break;
      case "changes":
        for (const change of message.changes) this.change(change);
        break;
      case "current":
        this.upTo = message.upTo;
        this.pause = FIRST_PAUSE;
        break;
      case "settings":
        handlers().settings(message.text);
        break;
      case "keys":
        handlers().keys(message.current, message.previous);
        break;
      case "trouble":
        this.options.trouble(message.part, message.failure);
    }
  }

  /** One that cannot be applied must not keep the others back. */
  private change(change: CampaignChange): void {
    try {
      this.options.handlers().change(change);
    } catch (error) {
      this.troubled("index", error);
    }
  }

  private troubled(part: Part, error: unknown): void {
    try {
      this.options.trouble(part, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    } catch {
      // Who cannot even be told of trouble must not be the end of refreshing.
    }
  }
}
