/** A Lambda function that was deployed, as far as running it needs. */
export interface DeployedFunction {
  readonly name: string;
  readonly arn: string;
  /** `file.export` within the code. */
  readonly handler: string;
  /** Folder with the extracted code. */
  readonly codeFile: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly roleArn: string;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  readonly reservedConcurrency?: number;
  readonly logGroup: string;
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
