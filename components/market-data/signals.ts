import { ageOfEventsFor, errorsIn, eventsDroppedBy, lossesOf, slownessOf, throttlesOf } from "../shared/lambda-signals";
import { failedInvocationsOf, lettersIn, type Signal, undeliveredLossesOf } from "../shared/signals";
import { readsOn, writesOn } from "../shared/table-signals";
import type { MarketDataSettings } from "./config";
import type { MarketData } from "./market-data";
import { INPUT_OF, STAGES } from "./names";

/** Everything that is watched: three functions, their rules and queues, four tables. */
export function marketDataSignals(
  { stages, edges, tables }: Pick<MarketData, "stages" | "edges" | "tables">,
  thresholds: MarketDataSettings["alarms"],
): Signal[] {
  const ofStages = STAGES.flatMap((stage) => {
    const [fn, edge, input] = [stages[stage], edges[stage], INPUT_OF[stage]];
    return [
      errorsIn(stage, fn),
      throttlesOf(stage, fn),
      slownessOf(stage, fn, thresholds.slowMilliseconds),
      ageOfEventsFor(stage, fn, thresholds.eventAgeSeconds),
      eventsDroppedBy(stage, fn),
      lossesOf(stage, fn),
      lettersIn(stage, edge.failed),
      lettersIn(`${input}-undelivered`, edge.undelivered),
      failedInvocationsOf(input, edge.rule),
      undeliveredLossesOf(input, edge.rule),
    ];
  });
  const ofTables = Object.entries(tables).flatMap(([noun, table]) => [
    readsOn(noun, table, thresholds.readUnitsPerMinute),
    writesOn(noun, table, thresholds.writeUnitsPerMinute),
  ]);
  return [...ofStages, ...ofTables];
}
