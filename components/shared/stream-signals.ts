import type * as aws from "@pulumi/aws";
import { LASTING, type Reading, type Signal, type Subject } from "./signals";

const onStream = (stream: aws.kinesis.Stream, subject: Subject, reading: Reading): Signal => ({
  ...subject,
  ...reading,
  namespace: "AWS/Kinesis",
  dimensions: { StreamName: stream.name },
});

/**
 * The age of the last record that a reader of the stream got. A reader that reads says 0 when nothing comes; one that was paused, or may
 * no longer read, says nothing, and meanwhile what comes in expires.
 */
export const lagOfStream = (subject: string, stream: aws.kinesis.Stream, milliseconds: number): Signal =>
  onStream(
    stream,
    {
      name: `lag-${subject}`,
      chart: "Age of records (ms)",
      says: `Records are read over ${milliseconds} ms after they came, or nobody reads at all: what is not read in time expires.`,
    },
    {
      metric: "GetRecords.IteratorAgeMilliseconds",
      statistic: "Maximum",
      above: milliseconds,
      lasting: LASTING,
      silenceFires: true,
    },
  );

export const refusedWritesOf = (subject: string, stream: aws.kinesis.Stream): Signal =>
  onStream(
    stream,
    {
      name: `throttled-writes-${subject}`,
      chart: "Throttled by Kinesis",
      says: "A shard refuses records (1,000 or 1 MB a second); the collector tries again. Add shards, or look for a hot key.",
    },
    { metric: "WriteProvisionedThroughputExceeded", statistic: "Sum", above: 0 },
  );

export const refusedReadsOf = (subject: string, stream: aws.kinesis.Stream): Signal =>
  onStream(
    stream,
    {
      name: `throttled-reads-${subject}`,
      chart: "Throttled by Kinesis",
      says: "A shard refuses reads (2 MB or five requests a second): too many readers share it. Give one a consumer of its own.",
    },
    { metric: "ReadProvisionedThroughputExceeded", statistic: "Sum", above: 0 },
  );
