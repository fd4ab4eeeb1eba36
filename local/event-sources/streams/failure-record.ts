import type { EventOrigin } from "./invocation-event";
import type { Discard } from "./retry";
import { isTableStream, streamArnOf } from "./source";

/** What tells one discarded batch from another besides its content. */
export interface FailureOrigin extends EventOrigin {
  readonly functionArn: string;
  /** Id of the mapping. */
  readonly uuid: string;
}

const instant = (milliseconds: number | undefined) => new Date(milliseconds ?? 0).toISOString();
/** Creation times of changes are whole seconds, and the guide's example shows them so. */
const wholeSeconds = (milliseconds: number | undefined) => instant(milliseconds).replace(/\.\d{3}Z$/, "Z");

/**
 * The invocation record of discarded records ("Retain discarded batch records for a Kinesis Data Streams event source in
 * Lambda", "Retain discarded records for a DynamoDB event source in Lambda", example records, Lambda Developer Guide). For SQS and SNS "the actual records aren't included"; an S3 object
 * has them under `payload`, "the whole event" as JSON text. `responseContext` is absent where the function never ran.
 * Of a stream's consumer the guide shows no record: `streamArn` is the stream's here, with which the records can be read.
 * @param requestId of the last attempt; a new one for records that were never tried
 */
export function failureRecord(
  discard: Discard,
  origin: FailureOrigin,
  at: { readonly requestId: string; readonly now: number; readonly withPayload: boolean },
): string {
  const { records, condition, invokes, last } = discard;
  const Records = records.map(({ event }) => event);
  const isTable = isTableStream(origin.eventSourceArn);
  const arrival = isTable ? wholeSeconds : instant;
  return JSON.stringify({
    requestContext: {
      ...{ requestId: at.requestId, functionArn: origin.functionArn, condition, approximateInvokeCount: invokes },
    },
    ...responseContextOf(last?.ended),
    ...{ version: "1.0", timestamp: instant(at.now) },
    [isTable ? "DDBStreamBatchInfo" : "KinesisBatchInfo"]: {
      shardId: origin.shardId,
      startSequenceNumber: records[0]?.sequenceNumber,
      endSequenceNumber: records.at(-1)?.sequenceNumber,
      approximateArrivalOfFirstRecord: arrival(records[0]?.arrivedAt),
      approximateArrivalOfLastRecord: arrival(records.at(-1)?.arrivedAt),
      batchSize: records.length,
      streamArn: streamArnOf(origin.eventSourceArn),
    },
    ...(at.withPayload ? { payload: JSON.stringify({ Records }) } : {}),
  });
}

/** A function that reported failures did answer without error: `functionError` is only said of one that threw. */
function responseContextOf(ended: string | undefined) {
  if (ended === undefined || ended === "not-invoked") return {};
  const functionError = ended === "function-error" ? { functionError: "Unhandled" } : {};
  return { responseContext: { statusCode: 200, executedVersion: "$LATEST", ...functionError } };
}

/** "aws/lambda/<ESM-UUID>/<shardID>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<Random UUID>", in UTC. */
export function failureKey({ uuid, shardId }: FailureOrigin, now: number, random: string): string {
  const time = instant(now);
  const day = time.slice(0, 10);
  return `aws/lambda/${uuid}/${shardId}/${day.replaceAll("-", "/")}/${time.slice(0, 19).replaceAll(":", ".")}-${random}`;
}
