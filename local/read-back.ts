import { paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { paginateScan } from "@aws-sdk/client-dynamodb";
import { GetQueueAttributesCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Clients } from "./clients";

/** Every item of a table, read through the AWS API. */
export async function itemsOf(clients: Clients, table: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for await (const page of paginateScan({ client: clients.dynamodb }, { TableName: table, ConsistentRead: true })) {
    items.push(...(page.Items ?? []).map((item) => unmarshall(item)));
  }
  return items;
}

/** How many messages a queue holds, visible or under way. */
export async function depthOf(clients: Clients, queueUrl: string): Promise<number> {
  const { Attributes = {} } = await clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["All"] }),
  );
  return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
}

/** Receives all messages of a queue, invisible to others for two seconds, and leaves them there. */
export async function peek(clients: Clients, queueUrl: string) {
  const seen = new Map<string, { Body?: string; MessageAttributes?: Record<string, { StringValue?: string }> }>();
  for (let empty = 0; empty < 2; ) {
    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 2,
        MessageAttributeNames: ["All"],
      }),
    );
    const fresh = Messages.filter((message) => !seen.has(message.MessageId!));
    for (const message of fresh) seen.set(message.MessageId!, message as never);
    empty = fresh.length === 0 ? empty + 1 : 0;
  }
  return [...seen.values()];
}

/** The log lines of a function. */
export async function logLinesOf(clients: Clients, logGroup: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const page of paginateFilterLogEvents({ client: clients.logs }, { logGroupName: logGroup })) {
    lines.push(...(page.events ?? []).map((event) => event.message ?? ""));
  }
  return lines;
}
