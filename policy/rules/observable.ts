import { cis, fsbp, securityHub, wellArchitected } from "./controls";
import { ofType, referring } from "./links";
import type { Among, Example, Resource, Rule } from "./rule";
import { at, is, isObject, isSet, listOf, manyOf, shown, UNKNOWN } from "./values";

type Same = Pick<Rule, "group" | "level" | "severity">;
const SAME: Same = { group: "Observable", level: "mandatory", severity: "medium" };

const LOGS = "aws:cloudwatch/logGroup:LogGroup";
const LAMBDA = "aws:lambda/function:Function";
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm";
const STAGE = "aws:apigateway/stage:Stage";
const MACHINE = "aws:sfn/stateMachine:StateMachine";
const VPC = "aws:ec2/vpc:Vpc";
const FLOW_LOG = "aws:ec2/flowLog:FlowLog";
const ACL = "aws:wafv2/webAcl:WebAcl";
const ACL_LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration";

const isCompliant = ({ props }: Resource): boolean =>
  [props.tags, props.tagsAll].some((tags) => isSet(at(tags, "Compliance")) && at(tags, "Compliance") !== UNKNOWN);

const RETENTION: Rule = {
  ...SAME,
  name: "logs-group-has-a-retention",
  says: "A log group keeps its events for a number of days, at least as many as asked.",
  why: "Without one, logs are kept and charged for ever; with one that is too short, the auditors' are gone.",
  fix: "Set retentionInDays.",
  controls: securityHub("CloudWatch.16"),
  types: [LOGS],
  settings: {
    minimumDays: {
      type: "integer",
      description: "Fewest days of logs.",
      minimum: 1,
      default: 1,
    },
    compliance: {
      type: "boolean",
      description: "Whether the stack is under compliance; a tag Compliance says so of one log group.",
      default: false,
    },
    complianceDays: {
      type: "integer",
      description: "Fewest days of logs under compliance.",
      minimum: 1,
      default: 30,
    },
  },
  broken: (group, { settings }) => {
    const { retentionInDays: days, logGroupClass } = group.props;
    const compliant = settings.compliance === true || isCompliant(group);
    const least = Math.max(Number(settings.minimumDays), compliant ? Number(settings.complianceDays) : 0);
    if (days === UNKNOWN || logGroupClass === "DELIVERY") return [];
    if (typeof days !== "number" || days === 0) return [`retentionInDays is ${shown(days)}: for ever.`];
    return days >= least ? [] : [`retentionInDays is ${days}; at least ${least} are asked for.`];
  },
  remedy: (_, { settings }) => {
    const asked = Math.max(
      Number(settings.minimumDays),
      settings.compliance === true ? Number(settings.complianceDays) : 0,
    );
    return { retentionInDays: DAYS.find((days) => days >= Math.max(asked, 30)) ?? DAYS.at(-1) };
  },
  passes: [
    { props: { retentionInDays: 7 } },
    { props: { retentionInDays: 30 }, settings: { compliance: true } },
    { props: { retentionInDays: 30, tags: { Compliance: "audit" } } },
  ],
  fails: [
    { props: {} },
    { props: { retentionInDays: 0 } },
    { props: { retentionInDays: 14 }, settings: { compliance: true } },
    { props: { retentionInDays: 14, tags: { Compliance: "audit" } } },
    { props: { retentionInDays: 30 }, settings: { minimumDays: 365 } },
  ],
};

/** Numbers of days that CloudWatch Logs takes. */
const DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

const LOGGED: Rule = {
  ...SAME,
  name: "lambda-function-has-a-log-group",
  says: "A function's log group is a resource of the stack.",
  why: "Lambda makes one that nobody destroys, without retention, when the function first runs.",
  fix: "Add a LogGroup named /aws/lambda/<function>, or name one in loggingConfig.logGroup.",
  level: "advisory",
  controls: wellArchitected("SEC04-BP01"),
  types: [LAMBDA],
  ofStack: true,
  broken: ({ props }, { resources }) => {
    const named = at(props, "loggingConfig", "logGroup");
    const group = isSet(named) ? named : props.name === UNKNOWN ? UNKNOWN : `/aws/lambda/${String(props.name)}`;
    return group === UNKNOWN || ofType(resources, LOGS).some((each) => is(each.props.name, group))
      ? []
      : [`no log group is named ${shown(group)}.`];
  },
  passes: [
    { props: { name: "f" }, among: [{ type: LOGS, props: { name: "/aws/lambda/f" } }] },
    { props: { name: "f", loggingConfig: { logGroup: "logs" } }, among: [{ type: LOGS, props: { name: "logs" } }] },
  ],
  fails: [
    { props: { name: "f" } },
    { props: { name: "f" }, among: [{ type: LOGS, props: { name: "/aws/lambda/g" } }] },
  ],
};

/** What X-Ray traces, the property that turns it on, and its value. */
const TRACED: readonly (readonly [type: string, path: readonly string[], value: unknown])[] = [
  ["aws:appsync/graphQLApi:GraphQLApi", ["xrayEnabled"], true],
  [LAMBDA, ["tracingConfig", "mode"], "Active"],
  [STAGE, ["xrayTracingEnabled"], true],
  [MACHINE, ["tracingConfiguration", "enabled"], true],
];

const withPath = (path: readonly string[], value: unknown): Example["props"] =>
  [...path].reverse().reduce<unknown>((inner, key) => ({ [key]: inner }), value) as Example["props"];

const TRACING: Rule = {
  ...SAME,
  name: "xray-traces-what-answers",
  says: "Functions, API stages, state machines and GraphQL APIs send traces to X-Ray.",
  why: "Without traces, which hop is slow is a guess.",
  fix: "Turn tracing on: tracingConfig.mode Active, xrayTracingEnabled, tracingConfiguration.enabled, xrayEnabled.",
  level: "advisory",
  severity: "low",
  controls: [...fsbp("APIGateway.3"), ...securityHub("Lambda.7")],
  types: TRACED.map(([type]) => type),
  broken: ({ type, props }) =>
    TRACED.filter(([of, path, value]) => of === type && !is(at(props, ...path), value)).map(
      ([, path]) => `${path.join(".")} is ${shown(at(props, ...path))}.`,
    ),
  remedy: ({ type }) => {
    const [found] = TRACED.filter(([of]) => of === type);
    return found && withPath(found[1], found[2]);
  },
  passes: TRACED.map(([type, path, value]) => ({ type, props: withPath(path, value) })),
  fails: [
    ...TRACED.map(([type]) => ({ type, props: {} })),
    { type: LAMBDA, props: { tracingConfig: { mode: "PassThrough" } } },
  ],
};

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

const BALANCERS = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];

/** Who writes down its requests, and the property that says where to. */
const LOGGING: readonly (readonly [type: string, path: readonly string[], good: unknown])[] = [
  [BALANCERS[0]!, ["accessLogs", "enabled"], true],
  [BALANCERS[1]!, ["accessLogs", "enabled"], true],
  [STAGE, ["accessLogSettings", "destinationArn"], "arn:aws:logs:us-east-1:123456789012:log-group:api"],
  [
    "aws:apigatewayv2/stage:Stage",
    ["accessLogSettings", "destinationArn"],
    "arn:aws:logs:us-east-1:123456789012:log-group:api",
  ],
  ["aws:cloudfront/distribution:Distribution", ["loggingConfig", "bucket"], "logs.s3.amazonaws.com"],
  [MACHINE, ["loggingConfiguration", "level"], "ERROR"],
];

const ACCESS_LOGS: Rule = {
  ...SAME,
  name: "aws-edge-writes-access-logs",
  says: "Load balancers, API stages, distributions and state machines write down what they were asked.",
  why: "Who called, and what they were answered, is else only known to the caller.",
  fix: "Give accessLogs, accessLogSettings, loggingConfig or loggingConfiguration with a destination.",
  level: "advisory",
  controls: [...fsbp("ELB.5", "APIGateway.9", "CloudFront.5", "StepFunctions.1"), ...cis("4.10")],
  types: LOGGING.map(([type]) => type),
  broken: ({ type, props }) =>
    LOGGING.filter(
      ([of, path]) => of === type && [undefined, null, "", false, "OFF"].includes(at(props, ...path) as never),
    ).map(([, path]) => `${path.join(".")} is ${shown(at(props, ...path))}.`),
  passes: LOGGING.map(([type, path, good]) => ({ type, props: withPath(path, good) })),
  fails: [
    ...LOGGING.map(([type]) => ({ type, props: {} })),
    { type: MACHINE, props: { loggingConfiguration: { level: "OFF" } } },
  ],
};

const FLOWS: Rule = {
  ...SAME,
  name: "ec2-vpc-has-flow-logs",
  says: "A network's flows are logged.",
  why: "Who talked to whom is the first question after an intrusion.",
  fix: "Add a FlowLog for the network.",
  level: "advisory",
  controls: [...fsbp("EC2.6"), ...cis("4.7")],
  types: [VPC],
  ofStack: true,
  broken: (vpc, { resources }) =>
    referring(resources, FLOW_LOG, "vpcId", vpc).length > 0 ? [] : ["it has no FlowLog."],
  passes: [{ props: { id: "vpc-1" }, among: [{ type: FLOW_LOG, props: { vpcId: "vpc-1" } }] }],
  fails: [
    { props: { id: "vpc-1" } },
    { props: { id: "vpc-1" }, among: [{ type: FLOW_LOG, props: { vpcId: "vpc-2" } }] },
  ],
};

const ACL_LOGS: Rule = {
  ...SAME,
  name: "waf-acl-writes-logs",
  says: "A web ACL writes down what it counts and blocks.",
  why: "A block that hits customers is found in the logs or not at all.",
  fix: "Add a WebAclLoggingConfiguration for its ARN.",
  level: "advisory",
  controls: securityHub("WAF.11"),
  types: [ACL],
  ofStack: true,
  broken: (acl, { resources }) =>
    referring(resources, ACL_LOGGING, "resourceArn", acl).length > 0 ? [] : ["it has no WebAclLoggingConfiguration."],
  passes: [
    {
      props: { arn: "arn:aws:wafv2:us-east-1:1:regional/webacl/w/1" },
      among: [{ type: ACL_LOGGING, props: { resourceArn: "arn:aws:wafv2:us-east-1:1:regional/webacl/w/1" } }],
    },
  ],
  fails: [{ props: { arn: "arn:aws:wafv2:us-east-1:1:regional/webacl/w/1" } }],
};

export const OBSERVABLE: readonly Rule[] = [
  ACCESS_LOGS,
  SPEAKS,
  watched("dynamodb-table-has-an-alarm", "table", "aws:dynamodb/table:Table", "AWS/DynamoDB", "TableName"),
  FLOWS,
  watched("kinesis-stream-has-an-alarm", "stream", "aws:kinesis/stream:Stream", "AWS/Kinesis", "StreamName"),
  watched("lambda-function-has-an-alarm", "function", LAMBDA, "AWS/Lambda", "FunctionName"),
  LOGGED,
  RETENTION,
  watched("sqs-queue-has-an-alarm", "queue", "aws:sqs/queue:Queue", "AWS/SQS", "QueueName"),
  ACL_LOGS,
  TRACING,
];
