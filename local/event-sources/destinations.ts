import { GetQueueUrlCommand, type MessageAttributeValue, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { ExecutionRoles } from "../lambda/execution-role";
import type { CloudAccess, LambdaFunction } from "../lambda/lambda-function";

/** A function with its asynchronous invocation settings; a deployed function satisfies it. */
export interface AsyncFunction extends LambdaFunction {
  readonly asyncConfig?:
    | {
        readonly maximumRetryAttempts?: number | undefined;
        readonly maximumEventAgeSeconds?: number | undefined;
        readonly onFailureArn?: string | undefined;
        readonly onSuccessArn?: string | undefined;
      }
    | undefined;
  readonly deadLetterArn?: string | undefined;
}

/** Sends a record or letter on behalf of a function. Rejects when the destination did not take it. */
export interface LetterSender {
  send(fn: AsyncFunction, queueArn: string, body: string, attributes?: LetterAttributes): Promise<void>;
}

export type LetterAttributes = Readonly<Record<string, MessageAttributeValue>>;

/** Every destination of a function with what it is for. */
export function destinationsOf(fn: AsyncFunction): [role: string, arn: string][] {
  const all: [string, string | undefined][] = [
    ["on-failure destination", fn.asyncConfig?.onFailureArn],
    ["on-success destination", fn.asyncConfig?.onSuccessArn],
    ["dead-letter queue", fn.deadLetterArn],
  ];
  return all.filter((pair): pair is [string, string] => pair[1] !== undefined);
}

/** Refuses what cannot be delivered here, before any event depends on it. Throws one Error with every mistake. */
export function requireQueues(functions: Iterable<AsyncFunction>): void {
  const mistakes = [...functions].flatMap((fn) =>
    destinationsOf(fn)
      .filter(([, arn]) => !/^arn:[\w-]+:sqs:[^:]+:\d{12}:(?!.*\.fifo$)/.test(arn))
      .map(
        ([role, arn]) => `${fn.name}: ${role} is ${arn}; give a standard SQS queue, nothing else is delivered here.`,
      ),
  );
  if (mistakes.length > 0) throw new Error(mistakes.join("\n"));
}

/** Finds queue URLs by ARN and remembers them. Asks as the service: naming a queue is no right of the function. */
export class QueueUrls {
  readonly #known = new Map<string, Promise<string>>();

  constructor(private readonly sqs: SQSClient) {}

  of(arn: string): Promise<string> {
    const known = this.#known.get(arn);
    if (known !== undefined) return known;
    const [, , , , QueueOwnerAWSAccountId, QueueName] = arn.split(":");
    const found = this.sqs
      .send(new GetQueueUrlCommand({ QueueName, QueueOwnerAWSAccountId }))
      .then(({ QueueUrl }) => QueueUrl ?? "");
    this.#known.set(arn, found);
    found.catch(() => this.#known.delete(arn));
    return found;
  }
}

/**
 * Sends to SQS with the function's execution role, as Lambda does ("Adding a destination": "ensure that your function's
 * execution role also contains the relevant permissions"), so that a missing `sqs:SendMessage` is seen here.
 */
export class QueueLetterSender implements LetterSender {
  readonly #clients = new Map<string, SQSClient>();

  constructor(
    private readonly cloud: CloudAccess,
    private readonly roles: ExecutionRoles,
    private readonly urls: QueueUrls,
  ) {}

  async send(fn: AsyncFunction, queueArn: string, body: string, attributes?: LetterAttributes): Promise<void> {
    const QueueUrl = await this.urls.of(queueArn);
    await this.#clientOf(fn).send(
      new SendMessageCommand({ QueueUrl, MessageBody: body, ...(attributes && { MessageAttributes: attributes }) }),
    );
  }

  close(): void {
    for (const client of this.#clients.values()) client.destroy();
  }

  #clientOf(fn: AsyncFunction): SQSClient {
    const known = this.#clients.get(fn.arn);
    if (known !== undefined) return known;
    const credentials = () => this.roles.credentialsOf(fn);
    const client = new SQSClient({ endpoint: this.cloud.endpoint, region: this.cloud.region, credentials });
    this.#clients.set(fn.arn, client);
    return client;
  }
}
