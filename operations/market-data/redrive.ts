import { parseArgs } from "node:util";
import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { operate } from "../operate";
import { type Letter, parseLetter } from "./letters";
import { locate } from "./where";

export interface RedriveRequest {
  readonly queueUrl: string;
  readonly functionName: string;
  /** Letters to take at most. */
  readonly maximum: number;
}

export interface RedriveResult {
  readonly redriven: number;
  readonly failed: number;
  readonly unreadable: number;
}

/** How long a letter is held while its event is tried again; longer than a function can take (15 min). */
const VISIBILITY_SECONDS = 960;

/**
 * Takes letters from a failure queue and invokes the function with each one's event, synchronously. A letter is deleted
 * only once the function has succeeded; any other is held until the end, so that it is tried once, and stays in the queue. Writes are idempotent, so a letter may be tried
 * any number of times.
 */
export async function redrive(
  clients: { readonly sqs: SQSClient; readonly lambda: LambdaClient },
  request: RedriveRequest,
  report: (letter: Letter | undefined, problem: string | undefined) => void = () => {},
): Promise<RedriveResult> {
  const result = { redriven: 0, failed: 0, unreadable: 0 };
  const held: string[] = [];
  const total = () => result.redriven + result.failed + result.unreadable;
  while (total() < request.maximum) {
    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: request.queueUrl,
        MaxNumberOfMessages: 1, // each is tried for as long as the function takes
        VisibilityTimeout: VISIBILITY_SECONDS,
        MessageAttributeNames: ["All"],
        WaitTimeSeconds: 1,
      }),
    );
    const [message] = Messages;
    if (!message) break;
    const receipt = { QueueUrl: request.queueUrl, ReceiptHandle: message.ReceiptHandle! };
    const letter = readable(message);
    const problem = letter && (await problemOf(clients.lambda, request.functionName, letter));
    if (!letter) result.unreadable++;
    else if (problem) result.failed++;
    else result.redriven++;
    if (letter && !problem) await clients.sqs.send(new DeleteMessageCommand(receipt));
    else held.push(receipt.ReceiptHandle);
    report(letter, letter ? problem : "not a letter of ours");
  }
  for (const ReceiptHandle of held) {
    const release = { QueueUrl: request.queueUrl, ReceiptHandle, VisibilityTimeout: 0 };
    await clients.sqs.send(new ChangeMessageVisibilityCommand(release));
  }
  return result;
}

function readable(message: Parameters<typeof parseLetter>[0]): Letter | undefined {
  try {
    return parseLetter(message);
  } catch {
    return undefined;
  }
}

/** Why the function refused the event again; undefined when it took it. */
async function problemOf(lambda: LambdaClient, functionName: string, letter: Letter): Promise<string | undefined> {
  try {
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(letter.event)) }),
    );
    return (
      FunctionError &&
      `${FunctionError}: ${Buffer.from(Payload ?? [])
        .toString()
        .slice(0, 300)}`
    );
  } catch (error) {
    return String(error);
  }
}

async function queueUrlOf(sqs: SQSClient, name: string): Promise<string> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  return QueueUrl!;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      stage: { type: "string" },
      undelivered: { type: "boolean", default: false },
      maximum: { type: "string", default: "1000" },
      stack: { type: "string", default: "local" },
    },
  });
  const { clients, names } = await locate(values.stack);
  const stage = names.stages[values.stage as keyof typeof names.stages];
  if (!stage) throw new Error(`--stage: ${values.stage ?? "nothing"}; give ${Object.keys(names.stages).join(", ")}.`);
  const queueUrl = await queueUrlOf(clients.sqs, values.undelivered ? stage.undelivered : stage.failures);
  const request = { queueUrl, functionName: stage.function, maximum: Number(values.maximum) };
  const result = await redrive(clients, request, (letter, problem) =>
    console.log(`${letter?.event.detail.eventId ?? letter?.event.id ?? "?"}: ${problem ?? "done"}`),
  );
  console.log(`${result.redriven} redriven, ${result.failed} failed again, ${result.unreadable} unreadable`);
  if (result.failed + result.unreadable > 0) process.exitCode = 1;
}

if (require.main === module) operate(main);
