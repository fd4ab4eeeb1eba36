import type { CloudAccess } from "../lambda/lambda-function";
import {
  type EventSourceDeployment,
  type EventSourceOptions,
  type EventSourceStatistics,
  type EventSources,
  startEventSources,
} from ".";
import { Faults } from "./faults";
import { Problems } from "./problems";
import { type StreamSourceDeployment, type StreamSources, startStreams } from "./streams";
import type { StreamStatistics } from "./streams/statistics";

export interface EverySourceOptions extends EventSourceOptions {
  /** Real milliseconds between two reads of a shard. Default 25. */
  readonly pollMilliseconds?: number;
  /** Real milliseconds between two looks at each mapping of a stream for changes. Default 1000. */
  readonly followMilliseconds?: number;
}

/** What was deployed, as far as buses and streams need it. */
export interface EverySourceDeployment extends EventSourceDeployment {
  readonly mappings: StreamSourceDeployment["mappings"];
}

/** The event sources of buses and of streams: one executor, one set of roles and faults, one list of problems. */
export interface EverySource extends EventSources {
  readonly stats: EventSourceStatistics & {
    /** By mapping id. */
    readonly streams: Readonly<Record<string, StreamStatistics>>;
  };
}

/**
 * Begins to deliver from buses and to read streams. `idle` waits for both, also when the functions of one feed the other.
 * Throws for a destination or a mapping that is not imitated, and for a stream that a function's role may not read.
 */
export async function startEverySource(
  cloud: CloudAccess,
  deployment: EverySourceDeployment,
  options: EverySourceOptions = {},
): Promise<EverySource> {
  const problems = new Problems(options.onProblem);
  const onProblem = (message: string) => problems.add(message);
  const { followMilliseconds = 1000, faults = new Faults([]) } = options;
  const shared = { ...options, followMilliseconds, faults, onProblem };
  const buses = startEventSources(cloud, deployment, shared);
  const { executor, roles } = buses;
  const streams = await startStreams(cloud, { ...deployment, invoker: executor, roles }, shared).catch(
    async (error: unknown) => {
      await buses.stop();
      throw error;
    },
  );
  return {
    executor,
    invoker: buses.invoker,
    roles,
    get stats() {
      return { ...buses.stats, streams: streams.stats, problems: problems.first };
    },
    fire: (ruleName) => buses.fire(ruleName),
    async idle() {
      for (let before = -1, now = takenIn(buses, streams); before !== now; now = takenIn(buses, streams)) {
        before = now;
        await buses.idle();
        await streams.idle();
      }
    },
    async stop() {
      streams.stop();
      await buses.stop();
    },
  };
}

/** Everything that any source has handed on so far; unchanged over an idle round, nothing moves any more. */
function takenIn(buses: EventSources, streams: StreamSources): number {
  const { deliveries, functions } = buses.stats;
  const counts = [
    ...Object.values(deliveries).map(({ received }) => received),
    ...Object.values(functions).map(({ accepted }) => accepted),
    ...Object.values(streams.stats).map(({ read }) => read),
  ];
  return counts.reduce((sum, count) => sum + count, 0);
}
