/** What was decided on the way, in order; kept for requests of `test` 1 only, since it is larger than the answer. */
export interface Step {
  /** Part of the decision: "read", "privacy", "match", "auction"… */
  readonly stage: string;
  /** Milliseconds since the request was taken up. */
  readonly at: number;
  readonly [detail: string]: unknown;
}

export class Trace {
  readonly steps: Step[] = [];

  constructor(
    private readonly clock: () => number,
    private readonly started: number,
  ) {}

  note(stage: string, detail: Readonly<Record<string, unknown>>): void {
    this.steps.push({ stage, at: Math.round((this.clock() - this.started) * 1_000) / 1_000, ...detail });
  }
}
