import { ofType, referring, refersTo } from "../links";
import type { Resource, Rule } from "../rule";
import { FUNCTION, FUNCTION_ARN, QUEUE_ARN, SUBSCRIPTION, TARGET } from "../types";
import { at, isSet, shown } from "../values";
import { SAME } from "./same";

const DESTINATION = { destinationConfig: { onFailure: { destination: "arn:aws:sqs:us-east-1:1:q" } } };

const destinationOf = (props: unknown): unknown => at(props, "destinationConfig", "onFailure", "destination");

const INVOCATION = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";

/** Whatever invokes a function and does not wait for its answer, by the property that names the function. */
const INVOKERS: readonly (readonly [type: string, property: string, within?: string])[] = [
  [TARGET, "arn"],
  [SUBSCRIPTION, "endpoint"],
  ["aws:s3/bucketNotification:BucketNotification", "lambdaFunctions"],
  ["aws:scheduler/schedule:Schedule", "target", "arn"],
  ["aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", "destinationArn"],
];

/** A resource with nothing in the property but what is within it: an input may hold any text. */
const narrowed = (resource: Resource, property: string, within: string | undefined): Resource =>
  within === undefined
    ? resource
    : { ...resource, props: { ...resource.props, [property]: at(resource.props, property, within) } };

const CONFIGURED: Rule = {
  ...SAME,
  name: "lambda-async-invocation-has-a-failure-destination",
  says: "Asynchronous invocations end, when they fail for good, in a destination.",
  why: "Lambda drops an event after its last retry.",
  fix: "Give destinationConfig.onFailure.destination, a queue's or topic's ARN.",
  types: [INVOCATION],
  broken: ({ props }) =>
    isSet(destinationOf(props)) ? [] : [`destinationConfig.onFailure.destination is ${shown(destinationOf(props))}.`],
  passes: [{ props: DESTINATION }],
  fails: [{ props: {} }, { props: { destinationConfig: { onSuccess: { destination: "arn" } } } }],
};

const INVOKED: Rule = {
  ...SAME,
  name: "lambda-async-function-has-a-failure-destination",
  says: "A function that is invoked without anyone waiting has a failure destination or a dead-letter queue.",
  why: "Lambda drops an event after its last retry, and whoever sent it has long been told that all is well.",
  fix: "Add a FunctionEventInvokeConfig with destinationConfig.onFailure, or give the function a deadLetterConfig.",
  types: [FUNCTION],
  ofStack: true,
  broken: (lambda, { resources }) => {
    const [invoker] = INVOKERS.flatMap(([type, property, within]) =>
      ofType(resources, type).filter((each) => refersTo(narrowed(each, property, within), property, lambda)),
    );
    const covered =
      isSet(at(lambda.props, "deadLetterConfig", "targetArn")) ||
      referring(resources, INVOCATION, "functionName", lambda).some(({ props }) => isSet(destinationOf(props)));
    return invoker === undefined || covered ? [] : [`${invoker.name} invokes it, and nothing takes what fails.`];
  },
  passes: [
    { props: { arn: FUNCTION_ARN } },
    {
      props: { arn: FUNCTION_ARN, name: "f" },
      among: [
        { type: TARGET, props: { arn: FUNCTION_ARN } },
        { type: INVOCATION, props: { functionName: "f", ...DESTINATION } },
      ],
    },
    {
      props: { arn: FUNCTION_ARN, deadLetterConfig: { targetArn: QUEUE_ARN } },
      among: [{ type: SUBSCRIPTION, props: { protocol: "lambda", endpoint: FUNCTION_ARN } }],
    },
  ],
  fails: [
    { props: { arn: FUNCTION_ARN }, among: [{ type: TARGET, props: { arn: FUNCTION_ARN } }] },
    {
      props: { arn: FUNCTION_ARN, name: "f" },
      among: [
        { type: SUBSCRIPTION, props: { protocol: "lambda", endpoint: FUNCTION_ARN } },
        { type: INVOCATION, props: { functionName: "another", ...DESTINATION } },
      ],
    },
  ],
};

export const INVOCATIONS_KEPT: readonly Rule[] = [CONFIGURED, INVOKED];
