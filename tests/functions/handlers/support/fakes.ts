import type { AlertTopic, Notification } from "../../../../functions/market-data/adapters/alert-topic";
import type { EventBus, OutgoingEvent } from "../../../../functions/market-data/adapters/event-bus";
import type { Clock } from "../../../../functions/shared/clock";
import type { Log } from "../../../../functions/shared/log";
import type { Figures, Metrics } from "../../../../functions/shared/metrics";
import type { ParameterSource } from "../../../../functions/shared/parameters";

/** A clock that moves when told, and by every pause at once. */
export class ManualClock implements Clock {
  readonly pauses: number[] = [];
  constructor(private time = Date.parse("2026-01-05T14:30:00.000Z")) {}

  now(): number {
    return this.time;
  }

  async pause(milliseconds: number): Promise<void> {
    this.pauses.push(milliseconds);
    this.time += milliseconds;
  }

  random(): number {
    return 0.5;
  }

  pass(milliseconds: number): void {
    this.time += milliseconds;
  }
}

/** Things that fail the next few times they are asked. */
export class Failing {
  private readonly failures: Error[] = [];

  fail(...errors: Error[]): void {
    this.failures.push(...errors);
  }

  protected failNow(): void {
    const failure = this.failures.shift();
    if (failure) throw failure;
  }
}

/** Keeps what is published, and fails when told to. */
export class FakeBus extends Failing implements EventBus {
  readonly published: OutgoingEvent[] = [];

  async publish(events: readonly OutgoingEvent[]): Promise<void> {
    this.failNow();
    this.published.push(...events);
  }

  take(): OutgoingEvent[] {
    return this.published.splice(0);
  }
}

export class FakeTopic extends Failing implements AlertTopic {
  readonly notifications: Notification[] = [];
  gate: () => Promise<unknown> = async () => undefined;

  async publish(notification: Notification): Promise<string> {
    await this.gate();
    this.failNow();
    this.notifications.push(notification);
    return `message-${this.notifications.length}`;
  }
}

export class FakeParameterSource extends Failing implements ParameterSource {
  reads = 0;
  gate: () => Promise<unknown> = async () => undefined;
  constructor(readonly values: Map<string, string>) {
    super();
  }

  async fetch(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    this.reads += 1;
    await this.gate();
    this.failNow();
    return new Map(names.flatMap((name) => (this.values.has(name) ? [[name, this.values.get(name) as string]] : [])));
  }
}

export interface Line extends Record<string, unknown> {
  readonly level: "info" | "error";
  readonly message: string;
}

export class FakeLog implements Log {
  readonly lines: Line[] = [];

  info(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.lines.push({ level: "info", message, ...fields });
  }

  error(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.lines.push({ level: "error", message, ...fields });
  }
}

export class FakeMetrics implements Metrics {
  readonly records: Figures[] = [];

  record(figures: Figures): void {
    this.records.push(figures);
  }

  /** The sum of one count over all invocations. */
  total(name: string): number {
    return this.records.reduce((sum, { counts }) => sum + (counts[name] ?? 0), 0);
  }
}
