import { total } from "../figures";
import { count, LATENCY_HEADING, latency, line, lostLines, reasons } from "../report-lines";
import type { Ledger } from "./ledger";

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

/** The report of a session, as text for a terminal of 100 columns. */
export function render(ledger: Ledger, facts: ReportFacts): string {
  const rate = facts.seconds > 0 ? (ledger.sent / facts.seconds) * 60 : 0;
  return [
    "",
    facts.title,
    line("events in", count(ledger.sent), `${count(rate)} a minute`),
    line("validated", count(ledger.validated)),
    line("duplicates recognised", count(ledger.duplicates)),
    line("rejected", count(total(ledger.rejected)), reasons(ledger.rejected)),
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
    LATENCY_HEADING,
    ...[...facts.latencies].map(([stage, figures]) => latency(stage, figures)),
    latency("end to end", ledger.endToEnd),
    "",
    "  metrics the functions emitted",
    ...[...facts.metrics].map(([name, sum]) => line(`  ${name}`, count(sum))),
    "",
    ...lostLines(ledger.lost),
  ].join("\n");
}

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
