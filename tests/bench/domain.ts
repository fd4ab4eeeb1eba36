import { parseAlertRules } from "../../functions/market-data/domain/alert-rule";
import { type MarketEvent, seriesOf } from "../../functions/market-data/domain/market-event";
import { measure } from "../../functions/market-data/domain/measurements";
import { type Tick, toTick } from "../../functions/market-data/domain/tick";
import { DEFAULT_TUNABLES } from "../../functions/market-data/domain/tunables";
import { validate } from "../../functions/market-data/domain/validation";
import { windowsFrom } from "../../functions/market-data/domain/windows";
import { ROOT } from "../../local/estate";
import { generateSession } from "../../local/market/session";
import { readStackConfig } from "../../local/stack-config";
import { cpuMicroseconds, distribution, median, printFigure, printPart } from "./figures";

const BATCHES = 40;
const { windowEvents } = DEFAULT_TUNABLES;

interface RawEvent {
  readonly text: string;
  readonly detail: unknown;
  readonly source: string;
}

/** What the decisions cost in CPU, beside reading the event's JSON, which no implementation can save. */
export function showDomain(): void {
  printPart(
    `Domain: CPU microseconds a call over ${BATCHES} batches, and the ratio of medians to JSON.parse of an event`,
  );
  const raw = rawEvents();
  const windows = windowsIn(raw.map(eventOf));
  const rules = readStackConfig(ROOT, "local").config["sluice:marketDataAlertRules"]!;
  const at = <T>(items: readonly T[], index: number) => items[index % items.length]!;

  const parsing = cpuMicroseconds(BATCHES, 5_000, (index) => JSON.parse(at(raw, index).text));
  const show = (name: string, figures: readonly number[]) =>
    printFigure(name, `${(median(figures) / median(parsing)).toFixed(1)} ×`, distribution(figures, "µs"));
  show("JSON.parse of an event", parsing);
  show(
    "validate",
    cpuMicroseconds(BATCHES, 2_000, (index) => verdictOf(at(raw, index))),
  );
  show(
    `measure, window of ${windowEvents} events`,
    cpuMicroseconds(BATCHES, 200, (index) => measure(at(windows, index), DEFAULT_TUNABLES)),
  );
  show(
    `parseAlertRules, the ${JSON.parse(rules).length} deployed`,
    cpuMicroseconds(BATCHES, 1_000, () => parseAlertRules(rules)),
  );
}

/** Events of a session that are all to be accepted, in order. */
function rawEvents(): RawEvent[] {
  const undisturbed = { duplicates: 0, malformed: 0, late: 0, reordered: 0 };
  const when = { startTime: new Date("2026-01-05T14:30:00Z"), ratePerMinute: 10_000 };
  const session = generateSession({ seed: 1, events: 2_000, ...when, ...undisturbed });
  return session.map(({ source, detail }) => ({ source, detail, text: JSON.stringify(detail) }));
}

/** After the session, so that no event is from the future. */
const RECEIVED_AT = "2026-01-05T15:30:00Z";

const verdictOf = ({ detail, source }: RawEvent) =>
  validate(detail, { ...DEFAULT_TUNABLES, source, receivedAt: RECEIVED_AT });

function eventOf(raw: RawEvent): MarketEvent {
  const verdict = verdictOf(raw);
  if (!verdict.accepted) throw new Error(`${raw.text}: ${verdict.reason}, ${verdict.detail}`);
  return verdict.event;
}

/** The full windows of the busiest series. */
function windowsIn(events: readonly MarketEvent[]): (readonly Tick[])[] {
  const bySeries = new Map<string, Tick[]>();
  for (const event of events) {
    const series = seriesOf(event);
    bySeries.set(series, [...(bySeries.get(series) ?? []), toTick(event)]);
  }
  const [busiest = []] = [...bySeries.values()].sort((a, b) => b.length - a.length);
  const windows = busiest.map((tick) => windowsFrom(busiest, tick, windowEvents).subject);
  return windows.filter((window) => window.length === windowEvents);
}
