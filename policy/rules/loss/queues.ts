import { ofType, referring, refersTo } from "../links";
import type { Among, Resource, Rule } from "../rule";
import { FUNCTION, FUNCTION_ARN, MAPPING, QUEUE, QUEUE_ARN } from "../types";
import { UNKNOWN } from "../values";
import { SAME } from "./same";

const REDRIVE = "aws:sqs/redrivePolicy:RedrivePolicy";

const REDRIVEN = JSON.stringify({ deadLetterTargetArn: `${QUEUE_ARN}-dead`, maxReceiveCount: 5 });

const PIPE = "aws:pipes/pipe:Pipe";

/** Mappings by which functions consume a queue, and pipes that do. */
const consumersOf = (queue: Resource, resources: readonly Resource[]): readonly Resource[] => [
  ...referring(resources, MAPPING, "eventSourceArn", queue),
  ...referring(resources, PIPE, "source", queue),
];

/** Whether another queue gives up on messages into this one, which then is the end. */
const isLast = (queue: Resource, resources: readonly Resource[]): boolean =>
  ofType(resources, QUEUE, REDRIVE).some((other) => other !== queue && refersTo(other, "redrivePolicy", queue));

const redrives = (policy: unknown): boolean => policy === UNKNOWN || String(policy).includes("deadLetterTargetArn");

const functionOf = (mapping: Resource, resources: readonly Resource[]): Resource | undefined =>
  ofType(resources, FUNCTION).find((each) => refersTo(mapping, "functionName", each));

const consumed = (timeout: number): Among => [
  { type: MAPPING, props: { eventSourceArn: QUEUE_ARN, functionName: FUNCTION_ARN } },
  { type: FUNCTION, props: { arn: FUNCTION_ARN, timeout } },
];

const CONSUMED: Rule = {
  ...SAME,
  name: "sqs-queue-with-a-consumer-has-a-dead-letter-queue",
  says: "A queue that a function consumes gives up on a message into another queue.",
  why: "What cannot be processed is received again and again until it expires, and then is gone.",
  fix: "Give redrivePolicy with deadLetterTargetArn and maxReceiveCount, 5 or more.",
  types: [QUEUE],
  ofStack: true,
  broken: (queue, { resources }) => {
    const beside = referring(resources, REDRIVE, "queueUrl", queue).map(({ props }) => props.redrivePolicy);
    const redriven = [queue.props.redrivePolicy, ...beside].some(redrives) || isLast(queue, resources);
    const [consumer] = consumersOf(queue, resources);
    return redriven || consumer === undefined ? [] : [`${consumer.name} consumes it, and redrivePolicy is absent.`];
  },
  passes: [
    { props: { arn: QUEUE_ARN, redrivePolicy: REDRIVEN }, among: consumed(30) },
    {
      props: { arn: QUEUE_ARN, url: "https://q" },
      among: [...consumed(30), { type: REDRIVE, props: { queueUrl: "https://q", redrivePolicy: REDRIVEN } }],
    },
    { props: { arn: `${QUEUE_ARN}-dead` }, among: consumed(30) },
    {
      props: { arn: QUEUE_ARN },
      among: [
        ...consumed(30),
        {
          type: QUEUE,
          props: { redrivePolicy: JSON.stringify({ deadLetterTargetArn: QUEUE_ARN, maxReceiveCount: 5 }) },
        },
      ],
    },
  ],
  fails: [
    { props: { arn: QUEUE_ARN }, among: consumed(30) },
    { props: { arn: QUEUE_ARN, redrivePolicy: "{}" }, among: consumed(30) },
    { props: { arn: QUEUE_ARN }, among: [{ type: PIPE, props: { source: QUEUE_ARN, target: FUNCTION_ARN } }] },
  ],
};

const HIDING: Rule = {
  ...SAME,
  name: "sqs-queue-hides-messages-six-times-as-long-as-its-consumer-runs",
  says: "A queue's visibility timeout is at least six times the timeout of the function that consumes it.",
  why: 'A message that shows itself while it is still being processed, or retried after throttling, is processed twice (Lambda developer guide, "Using Lambda with Amazon SQS").',
  fix: "Raise visibilityTimeoutSeconds, or lower the function's timeout.",
  types: [QUEUE],
  ofStack: true,
  broken: (queue, { resources }) => {
    const visible = queue.props.visibilityTimeoutSeconds ?? 30;
    return consumersOf(queue, resources).flatMap((mapping) => {
      const lambda = functionOf(mapping, resources);
      const timeout = lambda && (lambda.props.timeout ?? 3);
      if (typeof timeout !== "number" || typeof visible !== "number" || visible >= 6 * timeout) return [];
      return [`visibilityTimeoutSeconds is ${visible}, and ${lambda!.name} may run for ${timeout} s.`];
    });
  },
  passes: [
    { props: { arn: QUEUE_ARN, visibilityTimeoutSeconds: 180 }, among: consumed(30) },
    { props: { arn: `${QUEUE_ARN}-other` }, among: consumed(30) },
  ],
  fails: [
    { props: { arn: QUEUE_ARN, visibilityTimeoutSeconds: 179 }, among: consumed(30) },
    { props: { arn: QUEUE_ARN }, among: consumed(6) },
  ],
};

export const QUEUES_KEPT: readonly Rule[] = [CONSUMED, HIDING];
