import type { FromWorker, ToWorker } from "./messages";

/** The worker's end of the channel. */
export interface Port {
  postMessage(message: FromWorker, transfer?: readonly ArrayBuffer[]): void;
  on(event: "message", listener: (answer: ToWorker) => void): unknown;
}

/** Sends one message at a time: the next when the one before has been dealt with. */
export class Outbox {
  private last: Promise<unknown> = Promise.resolve();
  private answered: ((answer: ToWorker) => void) | undefined;

  constructor(private readonly port: Port) {
    port.on("message", (answer) => this.answered?.(answer));
  }

  /** @returns whether it could be used */
  send(message: FromWorker, transfer: readonly ArrayBuffer[] = []): Promise<boolean> {
    const sent = this.last.then(() => this.post(message, transfer));
    this.last = sent.catch(() => undefined);
    return sent;
  }

  private post(message: FromWorker, transfer: readonly ArrayBuffer[]): Promise<boolean> {
    return new Promise((resolve) => {
      this.answered = ({ kind }) => resolve(kind === "taken");
      this.port.postMessage(message, transfer);
    });
  }
}
