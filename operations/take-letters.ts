import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";

export interface LettersTaken {
  readonly redriven: number;
  readonly failed: number;
  readonly unreadable: number;
}

export interface LetterQueue {
  readonly queueUrl: string;
  /** Letters to take at most. */
  readonly maximum: number;
  /** How long a letter is hidden from other readers while it is tried: longer than trying takes. */
  readonly hiddenSeconds: number;
}

export interface LetterWork<Letter> {
  /** @throws when the message is no letter */
  read(message: Message): Letter;
  /** Tries again. Why it did not work; undefined when it did. */
  solve(letter: Letter): Promise<string | undefined>;
  report(letter: Letter | undefined, problem: string | undefined): void;
}

/**
 * Takes letters from a failure queue, one after another. A letter is deleted only once its trouble is solved; any other is held until the
 * end, so that it is tried once, and stays in the queue.
 */
export async function takeLetters<Letter>(
  sqs: SQSClient,
  { queueUrl: QueueUrl, maximum, hiddenSeconds: VisibilityTimeout }: LetterQueue,
  work: LetterWork<Letter>,
): Promise<LettersTaken> {
  const taken = { redriven: 0, failed: 0, unreadable: 0 };
  const held: string[] = [];
  while (taken.redriven + held.length < maximum) {
    const { Messages: [message] = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 1, // each is tried for a while
        VisibilityTimeout,
        MessageAttributeNames: ["All"],
        WaitTimeSeconds: 1,
      }),
    );
    if (!message) break;
    const ReceiptHandle = message.ReceiptHandle!;
    const letter = readable(message, work);
    const problem = letter === undefined ? "not a letter of ours" : await work.solve(letter);
    if (problem === undefined) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    else held.push(ReceiptHandle);
    taken[letter === undefined ? "unreadable" : problem === undefined ? "redriven" : "failed"] += 1;
    work.report(letter, problem);
  }
  for (const ReceiptHandle of held)
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  return taken;
}

function readable<Letter>(message: Message, { read }: LetterWork<Letter>): Letter | undefined {
  try {
    return read(message);
  } catch {
    return undefined;
  }
}

export async function queueUrlOf(sqs: SQSClient, name: string): Promise<string> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  return QueueUrl!;
}
