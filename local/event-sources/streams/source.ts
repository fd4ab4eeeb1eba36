/** What a mapping reads, by its event source ARN. */
export type Source =
  | { readonly kind: "kinesis"; readonly streamArn: string }
  /** A stream by way of a registered consumer: enhanced fan-out. */
  | { readonly kind: "fan-out"; readonly streamArn: string; readonly consumerArn: string }
  /** A table's changes. */
  | { readonly kind: "dynamodb"; readonly streamArn: string };

const PLACE = String.raw`arn:[\w-]+:SERVICE:[^:]+:\d{12}`;
const KINESIS = new RegExp(
  String.raw`^(${PLACE.replace("SERVICE", "kinesis")}:stream/[\w.-]+)(/consumer/[\w.-]+:\d+)?$`,
);
const DYNAMODB = new RegExp(String.raw`^${PLACE.replace("SERVICE", "dynamodb")}:table/[\w.-]+/stream/[^/]+$`);

/** Undefined for an ARN of anything else ("Stream", "consumer": Service Authorization Reference, resource types). */
export function sourceOf(arn: string): Source | undefined {
  if (DYNAMODB.test(arn)) return { kind: "dynamodb", streamArn: arn };
  const [, streamArn, consumer] = KINESIS.exec(arn) ?? [];
  if (streamArn === undefined) return undefined;
  return consumer === undefined ? { kind: "kinesis", streamArn } : { kind: "fan-out", streamArn, consumerArn: arn };
}

export const isTableStream = (arn: string): boolean => sourceOf(arn)?.kind === "dynamodb";

/** Of a stream's consumer the stream, of any other source itself. */
export const streamArnOf = (arn: string): string => sourceOf(arn)?.streamArn ?? arn;
