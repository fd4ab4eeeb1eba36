import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  DeleteEventSourceMappingCommand,
  type EventSourceMappingConfiguration,
  type EventSourcePosition,
  type FunctionResponseType,
} from "@aws-sdk/client-lambda";
import type * as aws from "@pulumi/aws";
import { requireMapping, type StreamMapping } from "../event-sources/streams/mapping";
import {
  functionOf,
  given,
  type Made,
  materialiser,
  needed,
  nothingElse,
  type Plain,
  type World,
} from "./materialiser";

type MappingInputs = Plain<aws.lambda.EventSourceMappingArgs>;

const STREAM = { batchSize: 100, parallelizationFactor: 1, maximumRetryAttempts: -1, maximumRecordAgeInSeconds: -1 };
/** What AWS answers for what the program leaves out (CreateEventSourceMapping, API reference), by kind of source. */
const DEFAULTS = { kinesis: STREAM, dynamodb: STREAM, sqs: { batchSize: 10 } } as const;
const isKnown = (service: string | undefined): service is keyof typeof DEFAULTS =>
  service !== undefined && service in DEFAULTS;

/**
 * A function's mapping of a source. Of a stream, of Kinesis or of a table, it stands in MiniStack and is read by our own
 * consumer (`event-sources/streams/`), because MiniStack's ignores most of its settings. Of an SQS queue it is MiniStack's own.
 */
export const eventSourceMapping = materialiser<aws.lambda.EventSourceMappingArgs>({
  async create(world, inputs) {
    const arn = needed(inputs.eventSourceArn, "eventSourceArn");
    const service = arn.split(":")[2];
    if (!isKnown(service))
      throw new Error(
        `eventSourceArn is ${arn}; a source can be a Kinesis stream, a table's stream or an SQS queue here.`,
      );
    const settings = { ...DEFAULTS[service], ...given(inputs) } as MappingInputs;
    return service === "sqs" ? mapQueue(world, settings) : mapStream(world, settings);
  },
  async delete({ clients, mappings }, { id }) {
    mappings.get(id)?.delete();
    mappings.delete(id);
    await clients.lambda.send(new DeleteEventSourceMappingCommand({ UUID: id }));
  },
});

async function mapStream(world: World, inputs: MappingInputs): Promise<Made> {
  const mapping = streamMapping(world, inputs);
  requireMapping(mapping);
  const made = await create(world, inputs);
  const ended = new AbortController();
  const entry = { ...mapping, uuid: made.id, deleted: ended.signal };
  world.mappings.set(made.id, { mapping: entry, delete: () => ended.abort() });
  return made;
}

/** What our consumer needs to know, still without an id. */
function streamMapping(world: World, inputs: MappingInputs): StreamMapping {
  const { eventSourceArn, functionName, startingPosition, startingPositionTimestamp, destinationConfig, ...more } =
    inputs;
  const { filterCriteria, functionResponseTypes, enabled, tags: _carriedOver, ...settings } = more;
  const { batchSize, maximumBatchingWindowInSeconds, parallelizationFactor, ...others } = settings;
  const { maximumRetryAttempts, maximumRecordAgeInSeconds, bisectBatchOnFunctionError, ...last } = others;
  const { tumblingWindowInSeconds, ...rest } = last;
  nothingElse(rest);
  const patterns = filterCriteria?.filters?.map(({ pattern }) => ({ pattern: needed(pattern, "a filter's pattern") }));
  return {
    uuid: "",
    eventSourceArn: needed(eventSourceArn, "eventSourceArn"),
    functionArn: functionOf(world, functionName).arn,
    enabled,
    startingPosition: needed(startingPosition, "startingPosition") as StreamMapping["startingPosition"],
    startingPositionTimestamp:
      startingPositionTimestamp === undefined ? undefined : Date.parse(startingPositionTimestamp) / 1000,
    ...{ batchSize, maximumBatchingWindowInSeconds, parallelizationFactor, tumblingWindowInSeconds },
    ...{ maximumRetryAttempts, maximumRecordAgeInSeconds, bisectBatchOnFunctionError, functionResponseTypes },
    filterCriteria: patterns && { filters: patterns },
    onFailureArn: destinationConfig?.onFailure?.destinationArn,
  };
}

async function mapQueue(world: World, inputs: MappingInputs): Promise<Made> {
  const { eventSourceArn: _source, functionName: _function, enabled: _enabled, tags: _tags, ...more } = inputs;
  const { batchSize: _size, maximumBatchingWindowInSeconds: window = 0, filterCriteria: _filters, ...others } = more;
  const { functionResponseTypes: _types, scalingConfig: _scaling, ...rest } = others;
  nothingElse(rest);
  if (window > 0)
    throw new Error(`maximumBatchingWindowInSeconds is ${window}; give 0, batches of a queue do not wait here.`);
  return create(world, inputs);
}

async function create(world: World, inputs: MappingInputs): Promise<Made> {
  const made = await world.clients.lambda.send(new CreateEventSourceMappingCommand(requestOf(world, inputs)));
  return { id: needed(made.UUID, "the mapping's UUID"), outputs: outputsOf(inputs, made) };
}

function requestOf(world: World, inputs: MappingInputs): CreateEventSourceMappingCommandInput {
  const { startingPosition, startingPositionTimestamp: timestamp, destinationConfig, ...more } = inputs;
  const { filterCriteria, functionResponseTypes, scalingConfig, ...others } = more;
  const onFailure = destinationConfig?.onFailure;
  return given({
    EventSourceArn: others.eventSourceArn,
    FunctionName: functionOf(world, others.functionName).name,
    Enabled: others.enabled,
    StartingPosition: startingPosition as EventSourcePosition | undefined,
    StartingPositionTimestamp: timestamp === undefined ? undefined : new Date(timestamp),
    BatchSize: others.batchSize,
    MaximumBatchingWindowInSeconds: others.maximumBatchingWindowInSeconds,
    ParallelizationFactor: others.parallelizationFactor,
    MaximumRetryAttempts: others.maximumRetryAttempts,
    MaximumRecordAgeInSeconds: others.maximumRecordAgeInSeconds,
    BisectBatchOnFunctionError: others.bisectBatchOnFunctionError,
    TumblingWindowInSeconds: others.tumblingWindowInSeconds,
    FunctionResponseTypes: functionResponseTypes as FunctionResponseType[] | undefined,
    FilterCriteria: filterCriteria?.filters && {
      Filters: filterCriteria.filters.map(({ pattern }) => ({ Pattern: pattern })),
    },
    DestinationConfig: onFailure && { OnFailure: { Destination: onFailure.destinationArn } },
    ScalingConfig: scalingConfig && given({ MaximumConcurrency: scalingConfig.maximumConcurrency }),
    Tags: others.tags,
  }) as CreateEventSourceMappingCommandInput;
}

/** What the provider knows of a mapping that stands. */
const outputsOf = (inputs: MappingInputs, made: EventSourceMappingConfiguration) => ({
  ...inputs,
  uuid: made.UUID,
  arn: made.EventSourceMappingArn,
  functionArn: made.FunctionArn,
  state: made.State,
  stateTransitionReason: made.StateTransitionReason,
  lastModified: made.LastModified?.toISOString(),
  lastProcessingResult: made.LastProcessingResult,
});
