import { securityHub, wellArchitected } from "../controls";
import { ofType, referring } from "../links";
import type { Among, Resource, Rule } from "../rule";
import { at, is, isObject, listOf, manyOf, shown, UNKNOWN } from "../values";
import { SAME } from "./same";

const LAMBDA = "aws:lambda/function:Function";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";

const COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm";

/** Dimensions of an alarm, its own and those of the metrics that it computes with. */
const dimensionsOf = ({ props }: Resource): readonly unknown[] => [
  props.dimensions,
  ...manyOf(props.metricQueries).map((query) => at(query, "metric", "dimensions")),
];

const alarmed = (namespace: string, dimension: string, name: string): Among => [
  { type: ALARM, props: { namespace, dimensions: { [dimension]: name } } },
];

/** A rule that some alarm watches each resource of a type, by the dimension that names it. */
function watched(name: string, noun: string, type: string, namespace: string, dimension: string): Rule {
  const expression = [{ expression: "a/b" }, { metric: { namespace, dimensions: { [dimension]: "x" } } }];
  return {
    ...SAME,
    name,
    says: `At least one alarm watches a ${noun}.`,
    why: "What nobody watches fails until a customer says so.",
    fix: `Add a MetricAlarm of ${namespace} with dimension ${dimension}.`,
    level: "advisory",
    controls: wellArchitected("REL06-BP01"),
    types: [type],
    ofStack: true,
    broken: ({ props }, { resources }) => {
      const seen = ofType(resources, ALARM)
        .flatMap(dimensionsOf)
        .map((dimensions) => at(dimensions, dimension));
      return props.name === UNKNOWN || seen.some((each) => is(each, props.name)) ? [] : ["no alarm watches it."];
    },
    passes: [
      { props: { name: "x" }, among: alarmed(namespace, dimension, "x") },
      { props: { name: "x" }, among: [{ type: ALARM, props: { metricQueries: expression } }] },
    ],
    fails: [
      { props: { name: "x" } },
      { props: { name: "x" }, among: alarmed(namespace, dimension, "y") },
      { props: { name: "x" }, among: [{ type: ALARM, props: { namespace } }] },
    ],
  };
}

/** Metrics that AWS publishes of a whole account, without a dimension (AWS/Lambda, AWS/Usage and others). */
const ACCOUNT_METRICS = ["ConcurrentExecutions", "UnreservedConcurrentExecutions", "ClaimedAccountConcurrency"];

const seesNothing = ({ props }: Resource): boolean => {
  const { namespace, metricName, metricQueries, dimensions } = props;
  if (listOf(metricQueries).length > 0 || [metricQueries, dimensions, namespace].includes(UNKNOWN)) return false;
  if (!String(namespace).startsWith("AWS/") || ACCOUNT_METRICS.includes(String(metricName))) return false;
  return !isObject(dimensions) || Object.keys(dimensions).length === 0;
};

const SPEAKS: Rule = {
  ...SAME,
  name: "cloudwatch-alarm-sees-and-speaks",
  says: "An alarm has a dimension, and somebody to tell: an action of its own, or of an alarm over it.",
  why: "An alarm without dimensions watches a metric that nobody publishes; one without actions rings in an empty room.",
  fix: "Give dimensions and alarmActions, or name the alarm in a CompositeAlarm that has actions.",
  controls: [...securityHub("CloudWatch.15", "CloudWatch.17"), ...wellArchitected("REL06-BP03")],
  types: [ALARM, COMPOSITE],
  ofStack: true,
  broken: (alarm, { resources }) => {
    const { alarmActions, actionsEnabled } = alarm.props;
    const over = referring(resources, COMPOSITE, "alarmRule", alarm).length > 0;
    const silent = alarmActions !== UNKNOWN && manyOf(alarmActions).length === 0;
    return [
      ...(alarm.type === ALARM && seesNothing(alarm) ? [`dimensions is ${shown(alarm.props.dimensions)}.`] : []),
      ...(silent && !over ? [`alarmActions is ${shown(alarmActions)}.`] : []),
      ...(actionsEnabled === false && !over ? ["actionsEnabled is false."] : []),
    ];
  },
  passes: [
    { props: { namespace: "AWS/SQS", dimensions: { QueueName: "q" }, alarmActions: ["arn:aws:sns:us-east-1:1:t"] } },
    { props: { namespace: "Sluice", metricName: "Lost", alarmActions: ["arn:aws:sns:us-east-1:1:t"] } },
    { props: { metricQueries: [{ expression: "SELECT 1" }], alarmActions: ["arn:aws:sns:us-east-1:1:t"] } },
    {
      props: { name: "child", namespace: "AWS/SQS", dimensions: { QueueName: "q" } },
      among: [{ type: COMPOSITE, props: { alarmRule: 'ALARM("child")', alarmActions: ["arn:aws:sns:us-east-1:1:t"] } }],
    },
  ],
  fails: [
    { props: { namespace: "AWS/Kinesis", alarmActions: ["arn:aws:sns:us-east-1:1:t"] } },
    { props: { namespace: "AWS/SQS", dimensions: {}, alarmActions: ["arn:aws:sns:us-east-1:1:t"] } },
    { props: { namespace: "AWS/SQS", dimensions: { QueueName: "q" } } },
    {
      props: {
        namespace: "AWS/SQS",
        dimensions: { QueueName: "q" },
        alarmActions: ["arn:aws:sns:us-east-1:1:t"],
        actionsEnabled: false,
      },
    },
    { type: COMPOSITE, props: { alarmRule: 'ALARM("child")' } },
  ],
};

export const ALARMS: readonly Rule[] = [
  SPEAKS,
  watched("dynamodb-table-has-an-alarm", "table", "aws:dynamodb/table:Table", "AWS/DynamoDB", "TableName"),
  watched("kinesis-stream-has-an-alarm", "stream", "aws:kinesis/stream:Stream", "AWS/Kinesis", "StreamName"),
  watched("lambda-function-has-an-alarm", "function", LAMBDA, "AWS/Lambda", "FunctionName"),
  watched("sqs-queue-has-an-alarm", "queue", "aws:sqs/queue:Queue", "AWS/SQS", "QueueName"),
];
