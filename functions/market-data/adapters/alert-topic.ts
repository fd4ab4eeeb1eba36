import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";

/** One notification, for people and for programs. */
export interface Notification {
  /** What subscriptions filter by. */
  readonly symbol: string;
  readonly rule: string;
  readonly severity: string;
  /** First line of an e-mail. */
  readonly subject: string;
  /** Body of an e-mail. */
  readonly text: string;
  /** Body for every other protocol, as JSON. */
  readonly body: object;
}

export interface AlertTopic {
  /** Resolves with the message's id once the topic has it. */
  publish(notification: Notification): Promise<string>;
}

/** SNS takes up to 100 characters of printable ASCII (API reference, Publish). */
const subjectOf = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?").slice(0, 100);

const attribute = (value: string) => ({ DataType: "String", StringValue: value });

export class SnsAlertTopic implements AlertTopic {
  constructor(
    private readonly client: Pick<SNSClient, "send">,
    private readonly topicArn: string,
  ) {}

  async publish({ symbol, rule, severity, subject, text, body }: Notification): Promise<string> {
    const { MessageId } = await this.client.send(
      new PublishCommand({
        TopicArn: this.topicArn,
        Subject: subjectOf(subject),
        MessageStructure: "json",
        Message: JSON.stringify({ default: JSON.stringify(body), email: text }),
        MessageAttributes: { symbol: attribute(symbol), rule: attribute(rule), severity: attribute(severity) },
      }),
    );
    return MessageId ?? "unknown";
  }
}
