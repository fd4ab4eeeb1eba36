import type { Awaitable } from "../domain/ports";
import { inTime } from "./in-time";
import type { Deadlines, Port } from "./settings";
import { type Stage, type Stopwatch, WAIT } from "./stopwatch";
import { portDeadline } from "./time-left";
import type { Trace } from "./trace";

/** The asking of ports for one request: until when each may answer, what is used where it has not, and how many were late. */
export class Asking {
  /** Answers that came after their deadline, or never. */
  late = 0;

  /**
   * @param clock milliseconds since the epoch
   * @param now when last something was waited for, by that clock: all else takes less than one
   * @param deadline when the answer has to be on its way
   */
  constructor(
    private readonly clock: () => number,
    private now: number,
    private readonly deadline: number,
    private readonly deadlines: Deadlines,
    private readonly watch: Stopwatch,
    private readonly trace: Trace | undefined,
  ) {}

  /** No answer could arrive in time any more, as far as is known: the time is looked at when something was waited for. */
  get isOver(): boolean {
    return this.now >= this.deadline;
  }

  /** A port that nothing waits for could not even be told. */
  failed(port: Port | "notices"): void {
    this.late++;
    this.trace?.note(port, { answer: "failed" });
  }

  ask<T>(port: Port, question: (deadline: number) => Awaitable<T>, otherwise: T): Awaitable<T> {
    const deadline = portDeadline(port, this.now, this.deadline, this.deadlines);
    return inTime(
      () => question(deadline),
      deadline,
      this.clock,
      otherwise,
      (how) => {
        this.late++;
        this.now = this.clock();
        this.trace?.note(port, { answer: how });
      },
    );
  }

  /**
   * Goes on with what a port answers: at once where it is there, for a promise costs a turn of the event loop.
   * @param stage what the time until then was spent in
   */
  after<T, U>(stage: Stage, value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
    if (!(value instanceof Promise)) return next(value);
    this.watch.lap(stage);
    return value.then((answer) => {
      this.watch.lap(WAIT);
      this.now = this.clock();
      return next(answer);
    });
  }
}
