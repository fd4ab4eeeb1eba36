import {
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  type LambdaClient,
  ResourceNotFoundException,
} from "@aws-sdk/client-lambda";
import type { Clock } from "../clock";
import { requireMapping, type StreamMapping } from "./mapping";

/** While a mapping is in these states nothing of it begins; in the others it is on its way to be enabled, or is. */
const AT_REST = ["Disabled", "Disabling"];

/** The mapping with what UpdateEventSourceMapping may have changed since; what the cloud does not tell stays. */
export function asItStands(mapping: StreamMapping, seen: EventSourceMappingConfiguration): StreamMapping {
  const filters = seen.FilterCriteria && { filters: (seen.FilterCriteria.Filters ?? []).map(patternOf) };
  const destination = seen.DestinationConfig && { onFailureArn: seen.DestinationConfig.OnFailure?.Destination };
  return {
    ...mapping,
    enabled: !AT_REST.includes(seen.State ?? ""),
    batchSize: seen.BatchSize ?? mapping.batchSize,
    maximumBatchingWindowInSeconds: seen.MaximumBatchingWindowInSeconds ?? mapping.maximumBatchingWindowInSeconds,
    parallelizationFactor: seen.ParallelizationFactor ?? mapping.parallelizationFactor,
    maximumRetryAttempts: seen.MaximumRetryAttempts ?? mapping.maximumRetryAttempts,
    maximumRecordAgeInSeconds: seen.MaximumRecordAgeInSeconds ?? mapping.maximumRecordAgeInSeconds,
    bisectBatchOnFunctionError: seen.BisectBatchOnFunctionError ?? mapping.bisectBatchOnFunctionError,
    functionResponseTypes: seen.FunctionResponseTypes ?? mapping.functionResponseTypes,
    tumblingWindowInSeconds: seen.TumblingWindowInSeconds ?? mapping.tumblingWindowInSeconds,
    filterCriteria: filters ?? mapping.filterCriteria,
    ...destination,
  };
}

const patternOf = ({ Pattern = "" }: { readonly Pattern?: string | undefined }) => ({ pattern: Pattern });

/** What is told of a mapping that stands in the cloud. */
export interface Listener {
  changed(mapping: StreamMapping): void;
  deleted(): void;
  problem(message: string): void;
}

/**
 * Looks at a mapping again and again and tells what changed; on AWS "it may take up to 90 seconds to stop and restart
 * polling" ("Polling and stream starting positions", Lambda Developer Guide), here it takes until the next look. A change
 * that AWS would refuse is told as a problem, once, and not made.
 * @returns ends it
 */
export function follow(mapping: StreamMapping, lambda: LambdaClient, every: number, clock: Clock, to: Listener) {
  let known = "";
  let cancel = () => {};
  let ended = false;
  const look = async () => {
    const seen = await lambda.send(new GetEventSourceMappingCommand({ UUID: mapping.uuid }));
    const now = asItStands(mapping, seen);
    const text = JSON.stringify(now);
    if (ended || text === known) return;
    known = text;
    requireMapping(now);
    to.changed(now);
  };
  const later = () => {
    if (!ended) cancel = clock.after(every, () => void look().catch(failed).then(later));
  };
  const failed = (error: Error) => {
    if (ended) return;
    if (!(error instanceof ResourceNotFoundException)) return to.problem(`${mapping.uuid}: ${error.message}`);
    ended = true;
    to.deleted();
  };
  later();
  return () => {
    ended = true;
    cancel();
  };
}
