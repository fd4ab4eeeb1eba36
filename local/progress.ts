/** Shows what is going on: one line that is rewritten on a terminal, a line a step elsewhere. */
export class Progress {
  private readonly rewrites: boolean;
  private lastStep = "";

  constructor(private readonly out: NodeJS.WriteStream) {
    this.rewrites = out.isTTY === true;
  }

  /** A step has begun. */
  say(step: string): void {
    this.show(`  ${step} …`, step);
  }

  /** A step is `done` of `total`. */
  bar(step: string, done: number, total: number, what = ""): void {
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const filled = Math.round(share * 24);
    const counter = `${done.toLocaleString("en-US")} of ${total.toLocaleString("en-US")}`;
    const text = `  ${step}  ${"█".repeat(filled)}${"░".repeat(24 - filled)}  ${counter}  ${what}`;
    this.show(this.rewrites ? text : `  ${step} …`, step);
  }

  /** A step has ended; its line stays. */
  done(text: string): void {
    this.clear();
    this.out.write(`  ${text}\n`);
    this.lastStep = "";
  }

  /** Takes the rewritten line away. */
  clear(): void {
    if (this.rewrites) this.out.write("\r\u001b[2K");
  }

  private show(text: string, step: string): void {
    if (this.rewrites) this.out.write(`\r\u001b[2K${text.slice(0, this.out.columns ?? 100)}`);
    else if (step !== this.lastStep) this.out.write(`${text}\n`);
    this.lastStep = step;
  }
}
