import { createHistogram } from "node:perf_hooks";
import type { Measured } from "../../functions/ad-exchange/bid-handler/meter";
import { count, reasons } from "../report-lines";

/** What a server has answered since it was last asked, as one line for whoever watches it. */
export class ServedFigures {
  private requests = 0;
  private bids = 0;
  private readonly nothing = new Map<string, number>();
  private decisions = createHistogram();

  record({ outcome, bids, stages }: Measured): void {
    this.requests++;
    this.bids += bids;
    if (outcome !== "bid") this.add(outcome);
    const milliseconds = stages[0] + stages[1] + stages[2] + stages[3];
    this.decisions.record(Math.max(1, Math.round(milliseconds * 1_000)));
  }

  /** Of what never became a decision. */
  refused(status: number): void {
    this.requests++;
    this.add(`status ${status}`);
  }

  /** Undefined where nothing has come. */
  take(seconds: number): string | undefined {
    if (this.requests === 0) return undefined;
    const [p50, p99] = [50, 99].map((share) => `${(this.decisions.percentile(share) / 1_000).toFixed(2)} ms`);
    const rate = `${count(this.requests / seconds)} requests a second, ${count(this.bids)} bids`;
    const decided = this.decisions.count === 0 ? "" : `; decision p50 ${p50}, p99 ${p99}`;
    const without = [...this.nothing].sort(([, a], [, b]) => b - a);
    const why = without.length === 0 ? "" : `; no bid: ${reasons(new Map(without))}`;
    this.requests = this.bids = 0;
    this.nothing.clear();
    this.decisions = createHistogram();
    return rate + decided + why;
  }

  private add(reason: string): void {
    this.nothing.set(reason, (this.nothing.get(reason) ?? 0) + 1);
  }
}
