import { SQSClient } from "@aws-sdk/client-sqs";
import type { ExecutionRoles } from "../../lambda/execution-role";
import type { CloudAccess, Invoker, LambdaFunction } from "../../lambda/lambda-function";
import { type Clock, systemClock } from "../clock";
import { QueueUrls } from "../destinations";
import { Faults } from "../faults";
import { deliverer } from "./delivery";
import { failureDestination } from "./failure-destination";
import { KinesisStream } from "./kinesis-stream";
import { requireMapping, type StreamMapping } from "./mapping";
import type { StreamStatistics } from "./statistics";
import { StreamConsumer } from "./stream-consumer";
import type { Checkpoint } from "./stream-record";

export interface StreamSourceOptions {
  /** Real seconds per AWS second, for waits, ages and windows. Default 1/60. */
  readonly timeScale?: number;
  readonly faults?: Faults;
  /** Real milliseconds between two reads of a shard. Default 25; Lambda polls "at a base rate of once per second". */
  readonly pollMilliseconds?: number;
  /** By mapping id and shard, kept over a restart by whoever starts again. */
  readonly checkpoints?: Map<string, Map<string, Checkpoint>>;
  readonly onProblem?: (message: string) => void;
  readonly clock?: Clock;
}

/** What runs functions, and with whose rights. */
export interface StreamSourceDeployment {
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  /** A reader stops when `deleted` is aborted. */
  readonly mappings: readonly (StreamMapping & { readonly deleted?: AbortSignal })[];
  readonly invoker: Invoker;
  readonly roles: ExecutionRoles;
}

export interface StreamSources {
  /** By mapping id. */
  readonly stats: Readonly<Record<string, StreamStatistics>>;
  /** Resolves when every record put before the call has succeeded, or was filtered or discarded. */
  idle(): Promise<void>;
  stop(): void;
}

/**
 * Begins to read streams for functions, with the semantics that AWS documents for event source mappings. Resolves when
 * every shard has its position. Throws for a mapping that AWS would refuse or that is not imitated here.
 */
export async function startStreams(
  cloud: CloudAccess,
  deployment: StreamSourceDeployment,
  options: StreamSourceOptions = {},
): Promise<StreamSources> {
  const sqs = new SQSClient({ endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.service });
  const mappings = deployment.mappings.filter(({ deleted }) => !deleted?.aborted);
  for (const mapping of mappings) requireMapping(mapping);
  const urls = new QueueUrls(sqs);
  const consumers = mappings.map((mapping): [string, StreamConsumer] => [
    mapping.uuid,
    consumerOf(mapping, cloud, deployment, options, urls),
  ]);
  const stop = () => {
    for (const [, consumer] of consumers) consumer.stop();
    sqs.destroy();
  };
  for (const [index, { deleted }] of mappings.entries())
    deleted?.addEventListener("abort", () => consumers[index]?.[1].stop(), { once: true });
  try {
    await Promise.all(consumers.map(([, consumer]) => consumer.begin()));
  } catch (error) {
    stop();
    throw error;
  }
  return {
    get stats() {
      return Object.fromEntries(consumers.map(([uuid, consumer]) => [uuid, consumer.statistics()]));
    },
    async idle() {
      await Promise.all(consumers.map(([, consumer]) => consumer.idle()));
    },
    stop,
  };
}

function consumerOf(
  mapping: StreamMapping,
  cloud: CloudAccess,
  { functions, invoker, roles }: StreamSourceDeployment,
  { timeScale = 1 / 60, faults = new Faults([]), pollMilliseconds = 25, ...options }: StreamSourceOptions,
  urls: QueueUrls,
): StreamConsumer {
  const { functionArn, eventSourceArn, onFailureArn, uuid } = mapping;
  const fn = functions.get(functionArn);
  if (fn === undefined) throw new Error(`functionArn is ${functionArn}; give a function of this deployment.`);
  const {
    clock = systemClock,
    onProblem = () => {},
    checkpoints = new Map<string, Map<string, Checkpoint>>(),
  } = options;
  const kept = checkpoints.get(uuid) ?? new Map<string, Checkpoint>();
  checkpoints.set(uuid, kept);
  const deliver = deliverer(invoker, faults, clock);
  return new StreamConsumer(mapping, {
    ...{ timeScale, pollMilliseconds, clock, onProblem, checkpoints: kept },
    stream: new KinesisStream(cloud, roles, fn, eventSourceArn),
    destination: onFailureArn === undefined ? undefined : failureDestination(onFailureArn, fn, cloud, roles, urls),
    invoke: (payload, requestId) => deliver(functionArn, payload, requestId),
  });
}
