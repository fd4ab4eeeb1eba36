import { LambdaClient } from "@aws-sdk/client-lambda";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { ExecutionRoles } from "../../lambda/execution-role";
import type { CloudAccess, Invoker, LambdaFunction } from "../../lambda/lambda-function";
import { type Clock, systemClock } from "../clock";
import { QueueUrls } from "../destinations";
import { Faults } from "../faults";
import { deliverer } from "./delivery";
import { failureDestination } from "./failure-destination";
import { requireMapping, type StreamMapping } from "./mapping";
import { openStream } from "./open-stream";
import { follow } from "./standing";
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
  /**
   * Real milliseconds between two looks at how each mapping stands in the cloud, whose changes are followed. Left out: the
   * mappings stay as they are given, and need not stand there.
   */
  readonly followMilliseconds?: number;
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
  const service = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.service };
  const [sqs, lambda] = [new SQSClient(service), new LambdaClient(service)];
  const mappings = deployment.mappings.filter(({ deleted }) => !deleted?.aborted);
  for (const mapping of mappings) requireMapping(mapping);
  const urls = new QueueUrls(sqs);
  const consumers = mappings.map((mapping): [string, StreamConsumer] => [
    mapping.uuid,
    consumerOf(mapping, cloud, deployment, options, urls),
  ]);
  const leaves: (() => void)[] = [];
  const stop = () => {
    for (const leave of leaves) leave();
    for (const [, consumer] of consumers) consumer.stop();
    for (const client of [sqs, lambda]) client.destroy();
  };
  try {
    await Promise.all(consumers.map(([, consumer]) => consumer.begin()));
  } catch (error) {
    stop();
    throw error;
  }
  for (const [index, mapping] of mappings.entries())
    leaves.push(attend(mapping, consumers[index]?.[1] as StreamConsumer, lambda, options));
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

/** Stops a consumer with its mapping's deletion, and has it follow the mapping's changes. */
function attend(
  mapping: StreamSourceDeployment["mappings"][number],
  consumer: StreamConsumer,
  lambda: LambdaClient,
  { followMilliseconds, clock = systemClock, onProblem = () => {} }: StreamSourceOptions,
): () => void {
  const listener = {
    changed: (now: StreamMapping) => consumer.change(now),
    deleted: () => consumer.stop(),
    problem: onProblem,
  };
  const leave =
    followMilliseconds === undefined ? () => {} : follow(mapping, lambda, followMilliseconds, clock, listener);
  const end = () => {
    leave();
    consumer.stop();
  };
  if (mapping.deleted?.aborted) end();
  mapping.deleted?.addEventListener("abort", end, { once: true });
  return leave;
}

function consumerOf(
  mapping: StreamMapping,
  cloud: CloudAccess,
  { functions, invoker, roles }: StreamSourceDeployment,
  { timeScale = 1 / 60, faults = new Faults([]), pollMilliseconds = 25, ...options }: StreamSourceOptions,
  urls: QueueUrls,
): StreamConsumer {
  const { functionArn, eventSourceArn, uuid } = mapping;
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
    stream: openStream(eventSourceArn, { cloud, roles, fn, clock }),
    destinationOf: (arn) => (arn === undefined ? undefined : failureDestination(arn, fn, cloud, roles, urls)),
    invoke: (payload, requestId, lane) => deliver(functionArn, payload, requestId, lane),
  });
}
