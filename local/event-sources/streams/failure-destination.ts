import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { ExecutionRoles } from "../../lambda/execution-role";
import type { CloudAccess, LambdaFunction } from "../../lambda/lambda-function";
import type { QueueUrls } from "../destinations";

/** Takes the invocation records of one mapping. Rejects when the destination did not. */
export interface FailureDestination {
  /** Whether records go along with what is said of them. */
  readonly withPayload: boolean;
  /** @param key of the object, where the destination is a bucket */
  send(body: string, key: string): Promise<void>;
  close(): void;
}

/**
 * A queue, a topic or a bucket, written to with the function's execution role: "your function's execution role must have
 * sqs:SendMessage, sns:Publish or s3:PutObject" ("Configuring destinations for failed invocations").
 */
export function failureDestination(
  arn: string,
  fn: LambdaFunction,
  { endpoint, region }: CloudAccess,
  roles: ExecutionRoles,
  urls: QueueUrls,
): FailureDestination {
  const settings = { endpoint, region, credentials: () => roles.credentialsOf(fn) };
  const [, , service, , , name = ""] = arn.split(":");
  if (service === "sns") {
    const sns = new SNSClient(settings);
    const publish = (Message: string) => sns.send(new PublishCommand({ TopicArn: arn, Message }));
    return { withPayload: false, send: async (body) => void (await publish(body)), close: () => sns.destroy() };
  }
  if (service === "s3") {
    const s3 = new S3Client({ ...settings, forcePathStyle: true });
    const put = (Body: string, Key: string) => s3.send(new PutObjectCommand({ Bucket: name, Key, Body }));
    return { withPayload: true, send: async (body, key) => void (await put(body, key)), close: () => s3.destroy() };
  }
  const sqs = new SQSClient(settings);
  const send = async (MessageBody: string) => {
    await sqs.send(new SendMessageCommand({ QueueUrl: await urls.of(arn), MessageBody }));
  };
  return { withPayload: false, send, close: () => sqs.destroy() };
}
