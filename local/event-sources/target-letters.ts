import { GetQueueAttributesCommand, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { QueueUrls } from "./destinations";
import { allowsService } from "./resource-policy";

/** EventBridge's service principal. */
export const EVENTBRIDGE = "events.amazonaws.com";

/** Why an event did not reach its target. */
export interface DeliveryFailure {
  readonly code: string;
  readonly message: string;
  readonly retries: number;
  /** Which limit of the retry policy ended it; undefined for what is never tried again. */
  readonly exhausted?: string | undefined;
}

/** `aws:SourceArn` and `aws:SourceAccount` of what EventBridge does for a rule. */
export const sourceOf = (ruleArn: string) => ({ sourceArn: ruleArn, sourceAccount: ruleArn.split(":")[4] ?? "" });

/** Sends undeliverable events to a target's dead-letter queue. */
export class TargetLetters {
  constructor(
    private readonly sqs: SQSClient,
    private readonly urls: QueueUrls,
  ) {}

  /**
   * Sends the event as it stands. Rejects when the queue's policy does not let the rule send ("Granting permissions to
   * the dead-letter queue", EventBridge User Guide), which the embedded cloud itself would not notice.
   */
  async send(
    target: { readonly ruleArn: string; readonly targetArn: string },
    queueArn: string,
    body: string,
    failure: DeliveryFailure,
  ): Promise<void> {
    const QueueUrl = await this.urls.of(queueArn);
    const { Attributes } = await this.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy"] }));
    const request = { service: EVENTBRIDGE, action: "sqs:SendMessage", resource: queueArn };
    if (!allowsService(Attributes?.Policy, { ...request, ...sourceOf(target.ruleArn) })) {
      throw new Error(`the policy of ${queueArn} does not let the rule send`);
    }
    const MessageAttributes = attributesOf(target, failure);
    await this.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body, MessageAttributes }));
  }
}

/** The custom attributes of "Using dead-letter queues to process undelivered events", EventBridge User Guide. */
function attributesOf(
  { ruleArn, targetArn }: { readonly ruleArn: string; readonly targetArn: string },
  { code, message, retries, exhausted }: DeliveryFailure,
) {
  const values: Record<string, string> = {
    RULE_ARN: ruleArn,
    TARGET_ARN: targetArn,
    ERROR_CODE: code,
    ERROR_MESSAGE: message,
    RETRY_ATTEMPTS: String(retries),
    ...(exhausted === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: exhausted }),
  };
  const attributes = Object.entries(values).map(([name, text]) => [name, { DataType: "String", StringValue: text }]);
  return Object.fromEntries(attributes);
}
