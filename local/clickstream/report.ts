import type { Summary } from "../event-sources/statistics";
import { total } from "../figures";
import { count, LATENCY_HEADING, latency, line, lostLines, percentiles, reasons } from "../report-lines";
import type { Ledger } from "./ledger";

/** What the report tells beside the ledger. */
export interface ReportFacts {
  readonly title: string;
  /** Sendings of every kind. */
  readonly sent: number;
  /** Those that were meant to be sent: more than were, when the run was interrupted. */
  readonly planned: number;
  readonly seconds: number;
  /** Milliseconds of each request to the collector. */
  readonly requests: readonly number[];
  /** Milliseconds from a batch's arrival in the stream to the end of its processing. */
  readonly inStream?: Summary;
  /** What was done to the system meanwhile, and how often. */
  readonly faults?: ReadonlyMap<string, number>;
  /** Messages that clients gave up. */
  readonly givenUp: readonly string[];
}

/** Whether a run ended as it is to: nothing is lost, nothing stands anywhere that nobody sent, and no client gave anything up. */
export const isEven = ({ lost, unaccounted }: Ledger, { givenUp }: Pick<ReportFacts, "givenUp">): boolean =>
  lost.length + unaccounted.length + givenUp.length === 0;

/** The report of a run, as text for a terminal of 100 columns. */
export function render(ledger: Ledger, facts: ReportFacts): string {
  const { inStream, faults = new Map() } = facts;
  const rate = facts.seconds > 0 ? (facts.sent / facts.seconds) * 60 : 0;
  return [
    "",
    facts.title,
    ...(facts.sent < facts.planned ? [line("interrupted after", count(facts.sent), `of ${count(facts.planned)}`)] : []),
    line("sent", count(facts.sent), `${count(rate)} a minute`),
    line("acknowledged", count(ledger.acknowledged), ledger.untold > 0 ? `${count(ledger.untold)} to send again` : ""),
    line("refused", count(total(ledger.refused)), reasons(ledger.refused)),
    ...facts.givenUp.slice(0, 3).map((why) => line("given up by a client", "", why)),
    "",
    line("records in the stream", count(ledger.records)),
    line("  stored", count(ledger.stored)),
    line("  duplicates", count(ledger.duplicates)),
    ...(ledger.erased > 0 ? [line("  erased", count(ledger.erased), "with the users they were of")] : []),
    line("  quarantined", count(total(ledger.quarantined)), reasons(ledger.quarantined)),
    line("  waiting", count(ledger.waiting), `in ${count(ledger.letters)} letters of the failure bucket`),
    "",
    line("visitors", count(ledger.visitors), `${count(ledger.links)} anonymous ones known by name`),
    line("sessions", count(ledger.sessions)),
    "",
    LATENCY_HEADING,
    latency("collector answers", facts.requests),
    ...(inStream ? [percentiles("stream to tables", [inStream.p50, inStream.p95, inStream.p99])] : []),
    ...(faults.size > 0 ? ["", "  faults that struck"] : []),
    ...[...faults].map(([fault, times]) => line(`  ${fault}`, count(times))),
    "",
    ...lostLines(ledger.lost),
    ...(ledger.unaccounted.length > 0 ? [line("unaccounted", count(ledger.unaccounted.length))] : []),
    ...ledger.unaccounted.slice(0, 10).map((one) => `    ${one}`),
  ].join("\n");
}
