import type { Clock } from "../../shared/clock";

export interface Repetition {
  readonly job: () => Promise<void>;
  /** Milliseconds from the end of one run to the beginning of the next; a tenth more or less, so that instances do not beat as one. */
  readonly every: number;
  readonly failed: (error: unknown) => Promise<void>;
  readonly clock: Clock;
  readonly isStopped?: () => boolean;
}

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

/**
 * Runs a job over and over, one run at a time; after failures it waits longer and longer. Runs that were due while the process was frozen
 * are not made up for: one is late, and that is all.
 */
export async function repeat({ job, every, failed, clock, isStopped }: Repetition): Promise<void> {
  for (let failures = 0; !isStopped?.(); ) {
    try {
      await job();
      failures = 0;
    } catch (error) {
      failures += 1;
      await failed(error);
    }
    const pause = failures === 0 ? every : Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));
    await clock.pause(pause * (0.9 + 0.2 * clock.random()));
  }
}
