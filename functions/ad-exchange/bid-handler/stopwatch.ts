import type { StageTimes } from "./meter";

/** Parts of a decision that are timed, in their order. */
export const READ = 0;
export const MATCH = 1;
export const WAIT = 2;
export const ANSWER = 3;
export type Stage = typeof READ | typeof MATCH | typeof WAIT | typeof ANSWER;

/** What each stage of one decision took; one may be entered more than once. */
export class Stopwatch {
  readonly times: [number, number, number, number] & StageTimes = [0, 0, 0, 0];
  readonly started: number;
  private last: number;

  /** @param clock milliseconds that only ever rise */
  constructor(private readonly clock: () => number) {
    this.started = this.last = clock();
  }

  /** What has passed since the last one was spent in this stage. */
  lap(stage: Stage): void {
    const now = this.clock();
    this.times[stage] += now - this.last;
    this.last = now;
  }
}
