import { percentile } from "./figures";

/** Lines of a report for a terminal of 100 columns. */

export const count = (figure: number): string => Math.round(figure).toLocaleString("en-US");

const ms = (figure: number) => (Number.isNaN(figure) ? "–" : `${Math.round(figure)} ms`);

/** One figure under its label. */
export const line = (label: string, value: string, note = ""): string =>
  `  ${label.padEnd(26)}${value.padStart(9)}   ${note}`.trimEnd();

/** The heading of `latency` lines. */
export const LATENCY_HEADING = "  latency                        p50        p95        p99";

/** The distribution of milliseconds. */
export const latency = (label: string, figures: readonly number[]): string =>
  percentiles(
    label,
    [0.5, 0.95, 0.99].map((share) => percentile(figures, share)),
  );

/** Its p50, p95 and p99, where they are known. */
export const percentiles = (label: string, three: readonly number[]): string =>
  `  ${label.padEnd(22)}${three.map((figure) => ms(figure).padStart(11)).join("")}`;

/** The four most frequent reasons with their counts. */
export function reasons(counts: ReadonlyMap<string, number>): string {
  const shown = [...counts].slice(0, 4).map(([reason, n]) => `${reason} ${n}`);
  return [...shown, ...(counts.size > 4 ? [others(counts.size - 4)] : [])].join(", ");
}

const others = (count: number): string => `${count} more ${count === 1 ? "reason" : "reasons"}`;

/** What is lost: the count on a line that scripts look for, and the first ten. */
export const lostLines = (lost: readonly string[]): string[] => [
  `  lost: ${count(lost.length)}`,
  ...lost.slice(0, 10).map((one) => `    ${one}`),
];
