import { parseArgs } from "node:util";
import { DescribeStreamSummaryCommand, type KinesisClient } from "@aws-sdk/client-kinesis";
import { DeleteObjectCommand, GetObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { clickstreamNames } from "../../components/clickstream/names";
import { type Intake, KinesisIntake } from "../../functions/clickstream/adapters/kinesis-intake";
import { systemClock } from "../../functions/shared/clock";
import { wholeNumber } from "../../local/options";
import { operate } from "../operate";
import { queueUrlOf, takeLetters } from "../take-letters";
import { locate } from "../where";
import { type Kept, objectsIn, recordsIn } from "./letters";

export interface RedriveRequest {
  readonly queueUrl: string;
  readonly bucket: string;
  /** Letters, and then objects without one, to take at most. */
  readonly maximum: number;
  /** Whether objects are redriven, too, whose letter has expired or never came. */
  readonly withoutLetter: boolean;
}

export interface Redriven {
  /** Records that are in the stream again. */
  readonly records: number;
  readonly failed: number;
  readonly unreadable: number;
}

export interface RedriveWorld {
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly intake: Intake;
  readonly report: (what: string) => void;
}

const HIDDEN_SECONDS = 300;
/** How long one object's records may take to get into the stream. */
const PUT_WITHIN = 60_000;

/**
 * Puts records that processing gave up on into the stream again, with the key that they had. An object and its letter go only once all of
 * its records are in; events are stored once by their ids, so an object may be redriven any number of times.
 */
export async function redrive(world: RedriveWorld, request: RedriveRequest): Promise<Redriven> {
  const { sqs, s3, report } = world;
  const { queueUrl, bucket, maximum } = request;
  let records = 0;
  const again = async (kept: Kept): Promise<string | undefined> => {
    const result = await putAgain(world, kept);
    report(`${kept.key}: ${typeof result === "number" ? `${result} records` : result}`);
    if (typeof result === "string") return result;
    records += result;
    return undefined;
  };
  const solve = async (objects: readonly Kept[]) => {
    for (const kept of objects) {
      const problem = await again(kept);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
  const letters = await takeLetters(
    sqs,
    { queueUrl, maximum, hiddenSeconds: HIDDEN_SECONDS },
    { read: ({ Body = "" }) => objectsIn(Body), solve, report: (letter) => letter ?? report("not a letter of ours") },
  );
  let { failed } = letters;
  if (request.withoutLetter)
    for (const key of await keysIn(s3, bucket, maximum)) if (await again({ bucket, key })) failed += 1;
  return { records, failed, unreadable: letters.unreadable };
}

/** How many records were put; why not, where that failed. What is gone was redriven before. */
async function putAgain({ s3, intake }: RedriveWorld, { bucket: Bucket, key: Key }: Kept): Promise<number | string> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const records = recordsIn((await Body?.transformToString()) ?? "");
    const lost = await intake.put(records, Date.now() + PUT_WITHIN);
    if (lost.length > 0) return `${lost.length} of ${records.length} records were not taken: ${lost[0]?.code}`;
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    return records.length;
  } catch (error) {
    return (error as Error).name === "NoSuchKey" ? 0 : String(error);
  }
}

async function keysIn(s3: S3Client, Bucket: string, maximum: number): Promise<string[]> {
  const keys: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix: "aws/lambda/" })) {
    keys.push(...Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key])));
    if (keys.length >= maximum) break;
  }
  return keys.slice(0, maximum);
}

async function streamArnOf(kinesis: KinesisClient, StreamName: string): Promise<string> {
  const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
  return StreamDescriptionSummary!.StreamARN!;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      maximum: { type: "string", default: "1000" },
      stack: { type: "string", default: "local" },
      "without-letter": { type: "boolean", default: false },
    },
  });
  const { clients, names, region } = await locate(values.stack, clickstreamNames);
  const { Account = "" } = await clients.sts.send(new GetCallerIdentityCommand({}));
  const intake = new KinesisIntake(clients.kinesis, await streamArnOf(clients.kinesis, names.stream), systemClock);
  const result = await redrive(
    { sqs: clients.sqs, s3: clients.s3, intake, report: console.log },
    {
      queueUrl: await queueUrlOf(clients.sqs, names.letters),
      bucket: names.bucket("failed", Account, region),
      maximum: wholeNumber("maximum", values.maximum),
      withoutLetter: values["without-letter"],
    },
  );
  console.log(`${result.records} records redriven, ${result.failed} objects failed, ${result.unreadable} unreadable`);
  if (result.failed + result.unreadable > 0) process.exitCode = 1;
}

if (require.main === module) operate(main);
