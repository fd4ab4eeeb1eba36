import { type Ledger, percentile } from "./ledger";

/** What the report tells beside the ledger. */
export interface ReportFacts {
  readonly title: string;
  /** Messages that reached a subscriber of the alerts topic. */
  readonly delivered: number;
  /** Every failure queue by name: what is not in the ledger is empty. */
  readonly queues: readonly string[];
  readonly seconds: number;
  /** Milliseconds that each stage took for an event, as its function measured them. */
  readonly latencies: ReadonlyMap<string, readonly number[]>;
  /** Custom metrics that the functions wrote: name and sum. */
  readonly metrics: ReadonlyMap<string, number>;
}

export const count = (figure: number): string => Math.round(figure).toLocaleString("en-US");
const ms = (figure: number) => (Number.isNaN(figure) ? "–" : `${Math.round(figure)} ms`);
const line = (label: string, value: string, note = "") =>
  `  ${label.padEnd(26)}${value.padStart(9)}   ${note}`.trimEnd();

/** The report of a session, as text for a terminal of 100 columns. */
export function render(ledger: Ledger, facts: ReportFacts): string {
  const rate = facts.seconds > 0 ? (ledger.sent / facts.seconds) * 60 : 0;
  return [
    "",
    facts.title,
    line("events in", count(ledger.sent), `${count(rate)} a minute`),
    line("validated", count(ledger.validated)),
    line("duplicates recognised", count(ledger.duplicates)),
    line("rejected", count(sum(ledger.rejected)), reasons(ledger.rejected)),
    line(
      "processed",
      count(ledger.processed),
      ledger.late > 0 ? `and ${count(ledger.late)} too late for a window` : "",
    ),
    line("alert candidates", count(ledger.candidates)),
    line("alerts raised", count(ledger.notifications.get("NOTIFIED") ?? 0), decisions(ledger.notifications)),
    line("alerts delivered", count(facts.delivered), "to a subscriber of the topic"),
    line("audit rows", count(ledger.auditRows), ledger.retries > 0 ? `${count(ledger.retries)} failed attempts` : ""),
    "",
    "  waiting in failure queues",
    ...facts.queues.map((queue) => line(`  ${queue}`, count(ledger.letters.get(queue) ?? 0))),
    "",
    "  latency                        p50        p95        p99",
    ...[...facts.latencies].map(([stage, figures]) => latency(stage, figures)),
    latency("end to end", ledger.endToEnd),
    "",
    "  metrics the functions emitted",
    ...[...facts.metrics].map(([name, total]) => line(`  ${name}`, count(total))),
    "",
    line("lost", count(ledger.lost.length))
      .trimEnd()
      .replace(/^ {2}lost +/, "  lost: "),
    ...ledger.lost.slice(0, 10).map((id) => `    ${id}`),
  ].join("\n");
}

function latency(label: string, figures: readonly number[]): string {
  const columns = [0.5, 0.95, 0.99].map((share) => ms(percentile(figures, share)).padStart(11));
  return `  ${label.padEnd(22)}${columns.join("")}`;
}

const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((total, n) => total + n, 0);

function reasons(counts: ReadonlyMap<string, number>): string {
  const shown = [...counts].slice(0, 4).map(([reason, n]) => `${reason} ${n}`);
  return [...shown, ...(counts.size > 4 ? [others(counts.size - 4)] : [])].join(", ");
}

const others = (count: number): string => `${count} more ${count === 1 ? "reason" : "reasons"}`;

const WORDS: Record<string, string> = {
  NOT_MET: "no rule met",
  ALREADY_OPEN: "episode already open",
  SUPPRESSED_STORM: "over the storm limit",
  SUPPRESSED_REPLAY: "replayed",
};

function decisions(counts: ReadonlyMap<string, number>): string {
  return Object.entries(WORDS)
    .filter(([status]) => counts.has(status))
    .map(([status, words]) => `${words} ${counts.get(status)}`)
    .join(", ");
}
