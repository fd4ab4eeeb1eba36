import { randomUUID } from "node:crypto";
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { type Clock, systemClock } from "./clock";

/** A function that a scheduled rule runs, and the queue that takes its place; a deployed target satisfies it. */
export interface ScheduledTarget {
  readonly ruleArn: string;
  readonly ruleName: string;
  readonly deliveryQueueUrl: string;
  /** Absent: the rule waits for events. */
  readonly schedule?: string;
}

export interface SchedulesOptions {
  /** With the identity of AWS's services. */
  readonly sqs: SQSClient;
  /** Real seconds per AWS second. */
  readonly timeScale: number;
  readonly onProblem: (message: string) => void;
  readonly clock?: Clock;
}

const SECONDS: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

/** Seconds between two runs; undefined for a cron expression, which runs here only when it is told. */
export function periodOf(schedule: string): number | undefined {
  const [, value, unit = ""] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule) ?? [];
  return value === undefined ? undefined : Number(value) * SECONDS[unit]!;
}

/**
 * Runs scheduled rules ("Creating a rule that runs on a schedule", EventBridge User Guide). On AWS "the countdown begins when you
 * create the rule"; here the first run is at once, since whoever watches cannot wait for it. What is due goes the way of every
 * event of the rule.
 */
export class Schedules {
  readonly #cancels = new Map<string, () => void>();
  readonly #clock: Clock;
  #stopped = false;

  constructor(
    private readonly targets: readonly ScheduledTarget[],
    private readonly options: SchedulesOptions,
  ) {
    this.#clock = options.clock ?? systemClock;
  }

  start(): void {
    for (const { ruleName, schedule } of this.targets)
      if (schedule !== undefined && periodOf(schedule) !== undefined) this.#run(ruleName, periodOf(schedule)!);
  }

  /** Runs a rule now, whatever its schedule says. @throws when no function is run by a scheduled rule of this name */
  async fire(ruleName: string): Promise<void> {
    const scheduled = this.targets.filter(({ schedule }) => schedule !== undefined);
    const targets = scheduled.filter((target) => target.ruleName === ruleName);
    if (targets.length === 0)
      throw new Error(`${ruleName} is no scheduled rule; there are: ${scheduled.map((target) => target.ruleName)}.`);
    await Promise.all(targets.map((target) => this.#send(target)));
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#cancels.values()) cancel();
  }

  #run(ruleName: string, periodSeconds: number): void {
    this.fire(ruleName).catch((error: Error) => {
      if (!this.#stopped) this.options.onProblem(`${ruleName}: not run: ${error.message}`);
    });
    const milliseconds = periodSeconds * 1000 * this.options.timeScale;
    this.#cancels.set(
      ruleName,
      this.#clock.after(milliseconds, () => this.#run(ruleName, periodSeconds)),
    );
  }

  async #send({ ruleArn, deliveryQueueUrl }: ScheduledTarget): Promise<void> {
    const [, , , region, account] = ruleArn.split(":");
    const event = {
      ...{ version: "0", id: randomUUID(), "detail-type": "Scheduled Event", source: "aws.events", account },
      ...{ time: new Date(this.#clock.now()).toISOString().replace(/\.\d+Z$/, "Z"), region },
      ...{ resources: [ruleArn], detail: {} },
    };
    const request = { QueueUrl: deliveryQueueUrl, MessageBody: JSON.stringify(event) };
    await this.options.sqs.send(new SendMessageCommand(request));
  }
}
