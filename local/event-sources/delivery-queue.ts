import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";

/** A received event that has not ended yet. */
export interface HeldEvent {
  readonly id: string;
  readonly body: string;
  /** Epoch milliseconds at which the bus put the event into the queue. */
  readonly sentAt: number;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Held {
  receipt: string;
  renewAt: number;
}

const BATCH = 10; // the most that SQS receives, deletes or changes at once
/**
 * A read is never broken off: the queue would go on serving it, and what it then hands to nobody stays invisible. So a
 * stop waits for the reads under way, and they must be short.
 */
const WAIT_SECONDS = 1;
/** Ended events wait for company; ten of them are deleted at once. */
const DELETE_AFTER_MILLISECONDS = 250;
/** After a read that was not full: more messages per read cost much less than more reads. */
const PAUSE_MILLISECONDS = 40;

/**
 * The queue between a rule and its Lambda target. A message is deleted only when its event has ended, and is kept
 * invisible until then: after a crash of ours every event that had not ended comes back.
 */
export class DeliveryQueue {
  readonly #held = new Map<string, Held>();
  readonly #renewal: NodeJS.Timeout;
  readonly #receivers: Promise<void>[];
  #stopping = false;
  #done: string[] = [];
  #deleteTimer: NodeJS.Timeout | undefined;
  #deleting: Promise<void> = Promise.resolve();

  constructor(
    private readonly sqs: SQSClient,
    private readonly url: string,
    receivers: number,
    /** A message that we neither renew nor delete, because we crashed, comes back after so long. */
    private readonly visibilitySeconds: number,
    /** Called before each read; a read waits for it. */
    private readonly room: () => Promise<void>,
    private readonly onEvent: (event: HeldEvent) => void,
    private readonly onProblem: (message: string) => void,
  ) {
    this.#renewal = setInterval(() => void this.#renew(), (visibilitySeconds * 1000) / 6);
    this.#receivers = Array.from({ length: receivers }, () => this.#receive());
  }

  /** Events received and not released. */
  get held(): number {
    return this.#held.size + this.#done.length;
  }

  /** The event has ended: its message is deleted shortly. */
  release(id: string): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    this.#done.push(held.receipt);
    if (this.#done.length >= BATCH) void this.#flush();
    else this.#deleteTimer ??= setTimeout(() => void this.#flush(), DELETE_AFTER_MILLISECONDS);
  }

  /** Forgets an event: its message comes back when its visibility ends. */
  abandon(id: string): void {
    this.#held.delete(id);
  }

  /** Messages in the queue, received or not. */
  async depth(): Promise<number> {
    const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
    const command = new GetQueueAttributesCommand({ QueueUrl: this.url, AttributeNames: [...names] });
    const { Attributes = {} } = await this.sqs.send(command);
    return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
  }

  /** Stops reading, deletes what has ended and makes the rest visible again. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#renewal);
    await Promise.all(this.#receivers);
    await this.#flush();
    await this.#changeVisibility([...this.#held.values()], 0);
  }

  async #receive(): Promise<void> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.url,
      MaxNumberOfMessages: BATCH,
      WaitTimeSeconds: WAIT_SECONDS,
      VisibilityTimeout: this.visibilitySeconds,
      MessageSystemAttributeNames: ["SentTimestamp"],
    });
    while (!this.#stopping) {
      try {
        await this.room();
        if (this.#stopping) return;
        const { Messages = [] } = await this.sqs.send(command);
        for (const message of Messages) this.#take(message);
        if (Messages.length > 0 && Messages.length < BATCH) await pause(PAUSE_MILLISECONDS);
      } catch (error) {
        if (this.#stopping) return;
        this.onProblem(`${this.url}: cannot receive: ${error}`);
        await pause(500);
      }
    }
  }

  #take({ MessageId: id = "", Body: body = "", ReceiptHandle: receipt = "", Attributes }: Message): void {
    const again = this.#held.has(id); // its visibility ran out while we hold it: only the receipt is new
    this.#held.set(id, { receipt, renewAt: Date.now() + (this.visibilitySeconds * 1000) / 3 });
    if (!again) this.onEvent({ id, body, sentAt: Number(Attributes?.SentTimestamp ?? Date.now()) });
  }

  async #renew(): Promise<void> {
    const due = [...this.#held.values()].filter(({ renewAt }) => renewAt <= Date.now());
    await this.#changeVisibility(due, this.visibilitySeconds);
    for (const held of due) held.renewAt = Date.now() + (this.visibilitySeconds * 1000) / 3;
  }

  async #changeVisibility(messages: readonly Held[], VisibilityTimeout: number): Promise<void> {
    for (let from = 0; from < messages.length; from += BATCH) {
      const Entries = messages
        .slice(from, from + BATCH)
        .map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt, VisibilityTimeout }));
      await this.sqs
        .send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.url, Entries }))
        .catch((error) => this.onProblem(`${this.url}: cannot change visibility: ${error}`));
    }
  }

  #flush(): Promise<void> {
    clearTimeout(this.#deleteTimer);
    this.#deleteTimer = undefined;
    const receipts = this.#done.splice(0);
    for (let from = 0; from < receipts.length; from += BATCH) {
      const Entries = receipts
        .slice(from, from + BATCH)
        .map((receipt, index) => ({ Id: String(index), ReceiptHandle: receipt }));
      this.#deleting = this.#deleting
        .then(async () => void (await this.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.url, Entries }))))
        .catch((error) => this.onProblem(`${this.url}: cannot delete: ${error}`));
    }
    return this.#deleting;
  }
}
