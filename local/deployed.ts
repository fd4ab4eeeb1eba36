import type { StreamMapping } from "./event-sources/streams/mapping";
import type { LambdaFunction } from "./lambda/lambda-function";

/** A Lambda function that was deployed: what it takes to run it, and what becomes of its asynchronous invocations. */
export interface DeployedFunction extends LambdaFunction {
  readonly asyncConfig?: AsyncConfig;
  readonly deadLetterArn?: string;
}

/** How a function's asynchronous invocations are retried, and where they end. What is absent has Lambda's default. */
export interface AsyncConfig {
  readonly maximumRetryAttempts?: number;
  readonly maximumEventAgeSeconds?: number;
  readonly onFailureArn?: string;
  readonly onSuccessArn?: string;
}

/** A Lambda target of a rule; on the bus stands a queue in its place, from which the event sources deliver. */
export interface DeployedTarget {
  readonly ruleArn: string;
  readonly ruleName: string;
  readonly busName: string;
  readonly targetArn: string;
  readonly deliveryQueueUrl: string;
  /** What is absent has EventBridge's default: 185 attempts within 24 hours. */
  readonly retryPolicy: { readonly maximumRetryAttempts?: number; readonly maximumEventAgeSeconds?: number };
  readonly deadLetterArn?: string;
  /** Of a rule that is no pattern's: `rate(…)` or `cron(…)`. */
  readonly schedule?: string;
}

/** A function's mapping of a stream, of Kinesis or of a table. */
export interface DeployedMapping extends StreamMapping {
  /** Aborted when the mapping is deleted: its reader stops. */
  readonly deleted: AbortSignal;
}

/** A resource of the program that was created. */
export interface DeployedResource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly id: string;
  /** As the program gave them, secrets opened. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs and what AWS added. */
  readonly state: Readonly<Record<string, unknown>>;
  /** How long its creation took. */
  readonly seconds: number;
}
