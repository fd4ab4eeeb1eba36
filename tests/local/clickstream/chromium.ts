import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** The command of a Chromium that is installed: `CHROMIUM` in the environment, or one on PATH. */
export const findChromium = (): string | undefined =>
  [process.env.CHROMIUM, ...NAMES].find(
    (name) => name !== undefined && name !== "" && spawnSync(name, ["--version"], { timeout: 20_000 }).status === 0,
  );

/** Without a window, sandbox (containers have none) and first-run pages; the protocol comes over a pipe, which needs no WebSocket. */
const ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe"];

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** A headless browser, driven by the DevTools protocol: JSON messages, each ended by a zero byte, on descriptors 3 (in) and 4 (out). */
export class Chromium {
  readonly #profile = mkdtempSync(join(tmpdir(), "sluice-chromium-"));
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #last = 0;

  constructor(command: string) {
    const args = [...ARGUMENTS, `--user-data-dir=${this.#profile}`, "about:blank"];
    this.#process = spawn(command, args, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    let text = "";
    (this.#process.stdio[4] as Readable).setEncoding("utf8").on("data", (part: string) => {
      const messages = `${text}${part}`.split("\0");
      text = messages.pop() ?? "";
      for (const message of messages) this.#hear(JSON.parse(message) as Reply);
    });
  }

  /** Opens a page; answers what evaluates an expression in it. */
  async open(url: string): Promise<Page> {
    const { targetId } = await this.#ask<{ targetId: string }>("Target.createTarget", { url });
    const { sessionId } = await this.#ask<{ sessionId: string }>("Target.attachToTarget", { targetId, flatten: true });
    return {
      evaluate: async (expression) => {
        const asked = { expression, awaitPromise: true, returnByValue: true };
        const { result } = await this.#ask<{ result: { value: unknown } }>("Runtime.evaluate", asked, sessionId);
        return result.value;
      },
      goTo: async (next) => void (await this.#ask("Page.navigate", { url: next }, sessionId)),
    };
  }

  async close(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#process.once("exit", () => resolve()));
    this.#process.kill("SIGKILL");
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #hear(reply: Reply): void {
    if (reply.id !== undefined) this.#waiting.get(reply.id)?.(reply);
  }

  #ask<Result>(method: string, params: object, sessionId?: string): Promise<Result> {
    const id = ++this.#last;
    const message = JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) });
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) =>
        error ? reject(new Error(error.message)) : resolve(result as Result),
      );
      (this.#process.stdio[3] as Writable).write(`${message}\0`);
    });
  }
}

export interface Page {
  /** The value of an expression, JSON. */
  evaluate(expression: string): Promise<unknown>;
  goTo(url: string): Promise<void>;
}
