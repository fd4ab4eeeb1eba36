import { FanOutStream } from "./fan-out-stream";
import { KinesisStream, type Reading } from "./kinesis-stream";
import { sourceOf } from "./source";
import type { StreamPort } from "./stream-port";
import { TableStream } from "./table-stream";

/** The reader of a mapping's source. */
export function openStream(eventSourceArn: string, reading: Reading): StreamPort {
  const source = sourceOf(eventSourceArn);
  if (source?.kind === "dynamodb") return new TableStream(reading, source.streamArn);
  if (source?.kind === "fan-out") return new FanOutStream(reading, source.streamArn, source.consumerArn);
  return new KinesisStream(reading, eventSourceArn);
}
