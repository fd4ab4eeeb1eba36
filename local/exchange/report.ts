import { percentile, total } from "../figures";
import { count, line, reasons } from "../report-lines";
import type { Account } from "./account";
import { type DecisionFigures, TIMED } from "./emf-figures";

/** What the report tells beside the account. */
export interface ReportFacts {
  readonly title: string;
  /** More than were sent, when the session was interrupted. */
  readonly planned: number;
  readonly seconds: number;
  readonly publishers: number;
  readonly campaigns: number;
  readonly figures: DecisionFigures;
  /** Milliseconds of bid requests and of requests for health, as their sender saw them; a token's first asks the authorizer, too. */
  readonly answers: readonly number[];
  readonly firsts: readonly number[];
  readonly floor: readonly number[];
  /** Of a campaign that was paused; absent where none was. */
  readonly pause?: Pause;
}

/** How long a paused campaign went on winning. */
export interface Pause {
  /** From the answer to the pause to the last bid. */
  readonly seconds: number;
  readonly boundSeconds: number;
  /** Requests for which it would have won. */
  readonly probes: number;
}

/** Whether nothing is wrong. */
export const isRight = ({ wrong }: Pick<Account, "wrong">): boolean => wrong.length === 0;

/** The report of a session, as text for a terminal of 100 columns. */
export function render(account: Account, facts: ReportFacts): string {
  const { seconds, figures, pause } = facts;
  const rate = seconds > 0 ? account.requests / seconds : 0;
  const isCut = account.requests < facts.planned;
  return [
    "",
    facts.title,
    ...(isCut ? [line("interrupted after", count(account.requests), `of ${count(facts.planned)}`)] : []),
    line("bid requests", count(account.requests), `of ${count(facts.publishers)} publishers, ${count(rate)} a second`),
    ...[...account.statuses].map(([status, requests]) => line(`  ${status}`, count(requests))),
    line("campaigns", count(facts.campaigns)),
    "",
    line("impressions", count(account.impressions)),
    line("  sold", count(account.bids), `fill ${percent(account.bids, account.impressions)}`),
    line("requests without a bid", count(total(figures.noBids)), reasons(figures.noBids)),
    line("users not to be known", percent(account.stripped, account.decided), "of whom it is said:"),
    ...[...account.privacy].map(([said, requests]) => line(`  ${said}`, count(requests))),
    "",
    row("clearing price, USD a thousand", ["p50", "p95", "sold"]),
    ...[...account.prices].map(([format, prices]) =>
      row(`  ${format}`, [...[0.5, 0.95].map((share) => usd(percentile(prices, share))), count(prices.length)]),
    ),
    "",
    ...latencies(facts),
    ...(pause ? ["", pauseLine(pause)] : []),
    "",
    `  wrong: ${count(account.wrong.length)}`,
    ...account.wrong.slice(0, 10).map((one) => `    ${one}`),
  ].join("\n");
}

function latencies({ figures, answers, firsts, floor }: ReportFacts): string[] {
  const stages = TIMED.map(
    (name) => [name.replace("Milliseconds", "").toLowerCase(), figures.milliseconds.get(name) ?? []] as const,
  );
  const times = percentile(answers, 0.5) / percentile(floor, 0.5);
  return [
    row("latency", ["p50", "p95", "p99"]),
    ...stages.map(([name, all]) => row(name === "decision" ? "  decision" : `    ${name}`, three(all))),
    row("  bid request, end to end", three(answers)),
    row("  a token's first", three(firsts)),
    row("  GET /health, without function", three(floor)),
    line(
      "a bid over that floor",
      Number.isNaN(times) ? "–" : `${times.toFixed(1)} ×`,
      "p50, both measured in this run",
    ),
  ];
}

const pauseLine = ({ seconds, boundSeconds, probes }: Pause): string =>
  line(
    "paused, it bids no more",
    `${seconds.toFixed(1)} s`,
    `after the API's answer; bound ${boundSeconds} s, ${count(probes)} requests`,
  );

const row = (label: string, cells: readonly string[]): string =>
  `  ${label.padEnd(32)}${cells.map((cell) => cell.padStart(11)).join("")}`;

const three = (figures: readonly number[]): string[] =>
  [0.5, 0.95, 0.99].map((share) => ms(percentile(figures, share)));

/** Three digits that say something. */
const ms = (figure: number): string =>
  Number.isNaN(figure)
    ? "–"
    : `${figure < 1 ? figure.toFixed(3) : figure < 10 ? figure.toFixed(2) : figure.toFixed(0)} ms`;

const usd = (figure: number): string => (Number.isNaN(figure) ? "–" : figure.toFixed(2));

const percent = (part: number, whole: number): string => (whole > 0 ? `${((part / whole) * 100).toFixed(1)} %` : "–");
