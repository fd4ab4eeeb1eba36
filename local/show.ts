import type { Estate } from "./estate";
import type { Progress } from "./progress";

/** What a system shows of itself on an estate that runs. */
export interface Show {
  /** Sends, waits until all is settled, and prints a report. Answers whether nothing is lost. */
  run(estate: Estate, progress: Progress, signal: AbortSignal): Promise<boolean>;
  /** How to use the system while the estate is kept, to be printed. */
  keepText(estate: Estate): string;
}
