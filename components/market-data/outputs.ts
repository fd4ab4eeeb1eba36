import type { DescribedOutput } from "../outputs";
import { capitalised } from "../shared/names";
import type { MarketData } from "./market-data";
import { INPUT_OF, PARAMETER_KEYS, type ParameterKey, STAGES, type Stage } from "./names";

type Output = DescribedOutput<MarketData>;

function ofStage(stage: Stage): Output[] {
  const prefix = `marketData${capitalised(stage)}`;
  const group = capitalised(stage);
  const [fn, edge] = [(system: MarketData) => system.stages[stage], (system: MarketData) => system.edges[stage]];
  const input = INPUT_OF[stage];
  return [
    { name: `${prefix}FunctionName`, group, describes: `Function of ${stage}`, value: (s) => fn(s).function.name },
    { name: `${prefix}FunctionArn`, group, describes: "Its ARN", value: (s) => fn(s).function.arn },
    { name: `${prefix}RoleArn`, group, describes: "Its execution role", value: (s) => fn(s).role.arn },
    { name: `${prefix}LogGroupName`, group, describes: "Its log group", value: (s) => fn(s).logGroup.name },
    {
      name: `${prefix}RuleName`,
      group,
      describes: `Rule that hands it ${input} events`,
      value: (s) => edge(s).rule.name,
    },
    { name: `${prefix}RuleArn`, group, describes: "The rule's ARN; a replay's filter", value: (s) => edge(s).rule.arn },
    {
      name: `${prefix}FailuresQueueUrl`,
      group,
      describes: "Queue of events that the function took and failed",
      value: (s) => edge(s).failed.queue.url,
      secret: true,
    },
    { name: `${prefix}FailuresQueueArn`, group, describes: "That queue's ARN", value: (s) => edge(s).failed.queue.arn },
    {
      name: `${prefix}UndeliveredQueueUrl`,
      group,
      describes: "Queue of events that EventBridge could not hand over",
      value: (s) => edge(s).undelivered.queue.url,
      secret: true,
    },
    {
      name: `${prefix}UndeliveredQueueArn`,
      group,
      describes: "That queue's ARN",
      value: (s) => edge(s).undelivered.queue.arn,
    },
  ];
}

const TABLES = {
  events: "Table of events with their measurements",
  series: "Table of identities and ticks by series",
  audit: "Table with a row for every attempt",
  alerts: "Table of alert episodes",
} as const;

const ofTables = Object.entries(TABLES).flatMap(([noun, describes]): Output[] => {
  const prefix = `marketData${capitalised(noun)}Table`;
  const table = (system: MarketData) => system.tables[noun as keyof typeof TABLES];
  return [
    { name: `${prefix}Name`, group: "Tables", describes, value: (s) => table(s).name },
    { name: `${prefix}Arn`, group: "Tables", describes: "Its ARN", value: (s) => table(s).arn },
  ];
});

const TOPICS = { alerts: "Topic of alerts", operations: "Topic of alarms" } as const;

const ofTopics = Object.entries(TOPICS).flatMap(([noun, describes]): Output[] => {
  const prefix = `marketData${capitalised(noun)}Topic`;
  const topic = (system: MarketData) => system.topics[noun as keyof typeof TOPICS];
  return [
    { name: `${prefix}Name`, group: "Topics", describes, value: (s) => topic(s).name },
    { name: `${prefix}Arn`, group: "Topics", describes: "Its ARN", value: (s) => topic(s).arn, secret: true },
  ];
});

const ofParameters = (Object.keys(PARAMETER_KEYS) as ParameterKey[]).map(
  (key): Output => ({
    name: `marketData${capitalised(key)}Parameter`,
    group: "Parameters",
    describes: `Parameter ${PARAMETER_KEYS[key]}`,
    value: (s) => s.parameters[key].name,
  }),
);

/** Everything that market data exports. */
export const MARKET_DATA_OUTPUTS: readonly Output[] = [
  { name: "marketDataBusName", group: "Bus", describes: "Bus to put raw events on", value: (s) => s.bus.bus.name },
  { name: "marketDataBusArn", group: "Bus", describes: "Its ARN", value: (s) => s.bus.bus.arn },
  {
    name: "marketDataArchiveName",
    group: "Bus",
    describes: "Archive of every event",
    value: (s) => s.bus.archive.name,
  },
  {
    name: "marketDataArchiveArn",
    group: "Bus",
    describes: "Its ARN; a replay's source",
    value: (s) => s.bus.archive.arn,
  },
  ...STAGES.flatMap(ofStage),
  ...ofTables,
  ...ofTopics,
  {
    name: "marketDataTopicsKeyArn",
    group: "Topics",
    describes: "Key that encrypts both topics",
    value: (s) => s.topics.key.arn,
  },
  ...ofParameters,
  {
    name: "marketDataAlarmNames",
    group: "Observability",
    describes: "Every alarm",
    value: (s) => s.watch.alarms.map(({ name }) => name),
  },
  {
    name: "marketDataDashboardName",
    group: "Observability",
    describes: "Dashboard",
    value: (s) => s.watch.dashboard.dashboardName,
  },
];
