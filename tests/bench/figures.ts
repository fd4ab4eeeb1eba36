import { percentile } from "../../local/market/ledger";

/** One line of a bench: a name, a figure with its unit, and what to compare it with. */
export function printFigure(name: string, figure: string, note = ""): void {
  console.log(`  ${name.padEnd(44)}${figure.padStart(16)}   ${note}`.trimEnd());
}

/** The distribution of figures on one line. */
export function distribution(figures: readonly number[], unit: string): string {
  const shown = [0.5, 0.95, 0.99].map((share) => percentile(figures, share).toFixed(1));
  return `p50 ${shown[0]}  p95 ${shown[1]}  p99 ${shown[2]} ${unit}`;
}

/** CPU microseconds that this process spends on one call of `work`: the best of three rounds of `calls`. */
export function cpuMicroseconds(calls: number, work: (index: number) => unknown): number {
  for (let index = 0; index < calls; index++) work(index);
  const rounds = [0, 1, 2].map(() => {
    const before = process.cpuUsage();
    for (let index = 0; index < calls; index++) work(index);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls;
  });
  return Math.min(...rounds);
}
