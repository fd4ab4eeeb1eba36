const EVENTS = ["unhandledRejection", "uncaughtException"] as const;

/** Turns of the event loop without news after which nothing more is expected. */
const QUIET_TURNS = 5;

/**
 * Hears every rejection and exception of this process that nobody handles, instead of Node.js (which would end the process)
 * and of other listeners (a test runner's), until it is released.
 */
export class Unheard {
  /** Rejects with the first of them, or with what `report` is given; never resolves. */
  readonly first: Promise<never>;
  readonly #before = EVENTS.map((event) => [event, process.listeners(event as "uncaughtException")] as const);
  #reject: (error: Error) => void = () => {};
  #heard = 0;

  constructor() {
    this.first = new Promise((_, reject) => {
      this.#reject = reject;
    });
    this.first.catch(() => {}); // somebody races it, or nobody needs it
    for (const event of EVENTS) {
      process.removeAllListeners(event);
      process.on(event, this.report);
    }
  }

  readonly report = (error: unknown): void => {
    this.#heard += 1;
    this.#reject(error instanceof Error ? error : new Error(String(error)));
  };

  /** Resolves when nothing more is heard: a rejection is known to be unhandled only some turns of the event loop later. */
  async quiet(): Promise<void> {
    for (let quiet = 0, known = this.#heard; quiet < QUIET_TURNS; quiet = known === this.#heard ? quiet + 1 : 0) {
      known = this.#heard;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Waits until promises that fail in consequence have failed, and puts the other listeners back. */
  async release(): Promise<void> {
    await this.quiet();
    for (const [event, listeners] of this.#before) {
      process.off(event, this.report);
      for (const listener of listeners) process.on(event as "uncaughtException", listener);
    }
  }
}
