import { DescribeStreamSummaryCommand, type KinesisClient } from "@aws-sdk/client-kinesis";
import type { Clock } from "../../shared/clock";
import { checkOf } from "./checks";

/** A stream takes records as long as it is one of these (Kinesis API reference, StreamDescriptionSummary, `StreamStatus`). */
const TAKING: ReadonlySet<string | undefined> = new Set(["ACTIVE", "UPDATING"]);

/** Whether a stream takes records. */
export const streamCheck = (client: Pick<KinesisClient, "send">, StreamARN: string, clock: Clock) =>
  checkOf(
    "the stream",
    async () => {
      const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamARN }));
      const status = StreamDescriptionSummary?.StreamStatus;
      return TAKING.has(status) ? undefined : `the stream is ${status}; it takes records when it is ACTIVE`;
    },
    clock,
  );
