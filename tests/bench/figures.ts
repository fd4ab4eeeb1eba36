import { percentile } from "../../local/figures";

/** The heading of a part. */
export function printPart(title: string): void {
  console.log(`\n${title}`);
}

/** One line of a bench: a name, a figure with its unit, and what to compare it with. */
export function printFigure(name: string, figure: string, note = ""): void {
  console.log(`  ${name.padEnd(44)}${figure.padStart(16)}   ${note}`.trimEnd());
}

/** The distribution of figures on one line. */
export function distribution(figures: readonly number[], unit: string): string {
  const shown = [0.5, 0.95, 0.99].map((share) => percentile(figures, share).toFixed(1));
  return `p50 ${shown[0]}  p95 ${shown[1]}  p99 ${shown[2]} ${unit}`;
}

export const median = (figures: readonly number[]): number => percentile(figures, 0.5);

export const sum = (figures: readonly number[]): number => figures.reduce((total, figure) => total + figure, 0);

export const mean = (figures: readonly number[]): number => sum(figures) / figures.length;

/** CPU microseconds that this process, its compiler and collector included, spends on a call of `work`, by batch; two more batches warm up. */
export function cpuMicroseconds(batches: number, calls: number, work: (index: number) => unknown): number[] {
  const figures = Array.from({ length: batches + 2 }, () => {
    const before = process.cpuUsage();
    for (let index = 0; index < calls; index++) work(index);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls;
  });
  return figures.slice(2);
}
