import { cis, fsbp, securityHub } from "../controls";
import type { Rule } from "../rule";
import { BALANCERS, FUNCTION, STAGE } from "../types";
import { at, is, nested, shown } from "../values";
import { SAME } from "./same";

const MACHINE = "aws:sfn/stateMachine:StateMachine";

/** What X-Ray traces, the property that turns it on, and its value. */
const TRACED: readonly (readonly [type: string, path: readonly string[], value: unknown])[] = [
  ["aws:appsync/graphQLApi:GraphQLApi", ["xrayEnabled"], true],
  [FUNCTION, ["tracingConfig", "mode"], "Active"],
  [STAGE, ["xrayTracingEnabled"], true],
  [MACHINE, ["tracingConfiguration", "enabled"], true],
];

const TRACING: Rule = {
  ...SAME,
  name: "xray-traces-what-answers",
  says: "Functions, API stages, state machines and GraphQL APIs send traces to X-Ray.",
  why: "Without traces, which hop is slow is a guess.",
  fix: "Turn tracing on: tracingConfig.mode Active (the role needs xray:PutTraceSegments), xrayTracingEnabled, tracingConfiguration.enabled, xrayEnabled.",
  level: "advisory",
  severity: "low",
  controls: [...fsbp("APIGateway.3"), ...securityHub("Lambda.7")],
  types: TRACED.map(([type]) => type),
  broken: ({ type, props }) =>
    TRACED.filter(([of, path, value]) => of === type && !is(at(props, ...path), value)).map(
      ([, path]) => `${path.join(".")} is ${shown(at(props, ...path))}.`,
    ),
  passes: TRACED.map(([type, path, value]) => ({ type, props: nested(path, value) })),
  fails: [
    ...TRACED.map(([type]) => ({ type, props: {} })),
    { type: FUNCTION, props: { tracingConfig: { mode: "PassThrough" } } },
  ],
};

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
  passes: LOGGING.map(([type, path, good]) => ({ type, props: nested(path, good) })),
  fails: [
    ...LOGGING.map(([type]) => ({ type, props: {} })),
    { type: MACHINE, props: { loggingConfiguration: { level: "OFF" } } },
  ],
};

export const REQUESTS: readonly Rule[] = [TRACING, ACCESS_LOGS];
