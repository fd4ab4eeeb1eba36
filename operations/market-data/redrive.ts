import { parseArgs } from "node:util";
import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { marketDataNames } from "../../components/market-data/names";
import { operate } from "../operate";
import { type LettersTaken, queueUrlOf, takeLetters } from "../take-letters";
import { locate } from "../where";
import { type Letter, parseLetter } from "./letters";

export interface RedriveRequest {
  readonly queueUrl: string;
  readonly functionName: string;
  /** Letters to take at most. */
  readonly maximum: number;
}

/** How long a letter is held while its event is tried again; longer than a function can take (15 min). */
const HIDDEN_SECONDS = 960;

/**
 * Takes letters from a failure queue and invokes the function with each one's event, synchronously. Writes are idempotent, so a letter may
 * be tried any number of times.
 */
export function redrive(
  clients: { readonly sqs: SQSClient; readonly lambda: LambdaClient },
  { functionName, ...request }: RedriveRequest,
  report: (letter: Letter | undefined, problem: string | undefined) => void = () => {},
): Promise<LettersTaken> {
  return takeLetters(
    clients.sqs,
    { ...request, hiddenSeconds: HIDDEN_SECONDS },
    { read: parseLetter, solve: (letter) => problemOf(clients.lambda, functionName, letter), report },
  );
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

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      stage: { type: "string" },
      undelivered: { type: "boolean", default: false },
      maximum: { type: "string", default: "1000" },
      stack: { type: "string", default: "local" },
    },
  });
  const { clients, names } = await locate(values.stack, marketDataNames);
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
