import { securityHub, wellArchitected } from "../controls";
import { ofType, referring } from "../links";
import type { Among, Resource, Rule } from "../rule";
import { FUNCTION } from "../types";
import { at, is, isObject, listOf, manyOf, shown, UNKNOWN } from "../values";
import { SAME } from "./same";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";

const COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm";

/** Dimensions of an alarm in a namespace: its own, and those of the metrics that it computes with. */
const dimensionsOf = (alarm: Resource, namespace: string): readonly unknown[] =>
  [alarm.props, ...manyOf(alarm.props.metricQueries).map((query) => at(query, "metric"))]
    .filter((metric) => metric === UNKNOWN || is(at(metric, "namespace"), namespace))
    .map((metric) => at(metric, "dimensions"));

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
        .flatMap((alarm) => dimensionsOf(alarm, namespace))
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

/** Services that publish no metric without a dimension (each one's CloudWatch metrics reference). */
const DIMENSIONED = [
  "ApiGateway",
  "ApplicationELB",
  "DAX",
  "Events",
  "Firehose",
  "Kinesis",
  "NetworkELB",
  "SQS",
  "States",
];

const seesNothing = ({ props: { namespace, metricQueries, dimensions } }: Resource): boolean => {
  if (listOf(metricQueries).length > 0 || [metricQueries, dimensions, namespace].includes(UNKNOWN)) return false;
  if (!DIMENSIONED.some((service) => namespace === `AWS/${service}`)) return false;
  return !isObject(dimensions) || Object.keys(dimensions).length === 0;
};

/** Who else than an action listens to an alarm: alarms over it, and deployments that it rolls back. */
const LISTENERS: readonly (readonly [type: string, property: string])[] = [
  [COMPOSITE, "alarmRule"],
  ["aws:codedeploy/deploymentGroup:DeploymentGroup", "alarmConfiguration"],
  ["aws:ecs/service:Service", "alarms"],
  ["aws:route53/healthCheck:HealthCheck", "cloudwatchAlarmName"],
];

const SPEAKS: Rule = {
  ...SAME,
  name: "cloudwatch-alarm-sees-and-speaks",
  says: "An alarm has a dimension where its metric has one, and somebody to tell: an action, an alarm over it, or a deployment.",
  why: "An alarm of a queue or a stream without dimensions watches a metric that nobody publishes; one without actions rings in an empty room.",
  fix: "Give dimensions and alarmActions, or name the alarm in a CompositeAlarm that has actions.",
  controls: [...securityHub("CloudWatch.15", "CloudWatch.17"), ...wellArchitected("REL06-BP03")],
  types: [ALARM, COMPOSITE],
  ofStack: true,
  broken: (alarm, { resources }) => {
    const { alarmActions, actionsEnabled } = alarm.props;
    const over = LISTENERS.some(([type, property]) => referring(resources, type, property, alarm).length > 0);
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
  watched("lambda-function-has-an-alarm", "function", FUNCTION, "AWS/Lambda", "FunctionName"),
  watched("sqs-queue-has-an-alarm", "queue", "aws:sqs/queue:Queue", "AWS/SQS", "QueueName"),
];
