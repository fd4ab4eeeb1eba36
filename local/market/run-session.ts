import { SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, GetQueueAttributesCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { type OutgoingEvent, type SendOptions, type SentEvent, sendEvents } from "../../operations/market-data/sender";
import { type Figures, metricsIn } from "../emf";
import type { Estate } from "../estate";
import { depthOf, logLinesOf } from "../read-back";
import { type Ledger, settle } from "./ledger";
import { auditOf, lettersIn } from "./read-back";
import type { ReportFacts } from "./report";
import type { SessionEntry } from "./session";

/** Counts what the alerts topic delivers: a queue of this run's own, subscribed to it outside the program. */
export interface Subscriber {
  delivered(): Promise<number>;
  readonly queueUrl: string;
}

/** Functions' log lines reach CloudWatch Logs within two seconds. */
const LOG_DELAY_MILLISECONDS = 2_200;
const STAGES = ["Ingestion", "Processing", "Notification"] as const;

/** Subscribes a queue to the alerts topic, as a desk's own system would. */
export async function subscribe(estate: Estate, name = "sluice-subscriber"): Promise<Subscriber> {
  const { sqs, sns } = estate.clients;
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: QueueUrl!, AttributeNames: ["QueueArn"] }),
  );
  const Resource = Attributes!.QueueArn!;
  const Statement = [
    { Effect: "Allow", Principal: { Service: "sns.amazonaws.com" }, Action: "sqs:SendMessage", Resource },
  ];
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: QueueUrl!, Attributes: { Policy } }));
  await sns.send(
    new SubscribeCommand({
      TopicArn: estate.output("marketDataAlertsTopicArn"),
      Protocol: "sqs",
      Endpoint: Resource,
      Attributes: { RawMessageDelivery: "true" },
    }),
  );
  return { delivered: () => depthOf(estate.clients, QueueUrl!), queueUrl: QueueUrl! };
}

/** The failure queues of the stack: name and URL. */
export function failureQueues(estate: Estate): Map<string, string> {
  const urls = STAGES.flatMap((stage) => [
    estate.output(`marketData${stage}FailuresQueueUrl`),
    estate.output(`marketData${stage}UndeliveredQueueUrl`),
  ]);
  return new Map(urls.map((url) => [url.split("/").at(-1)!, url]));
}

/** Sends events through the public API to the stack's bus. */
export function send(
  estate: Estate,
  events: readonly OutgoingEvent[],
  options: Omit<SendOptions, "busName"> = {},
): Promise<SentEvent[]> {
  return sendEvents(estate.clients.events, events, { busName: estate.output("marketDataBusName"), ...options });
}

/** A generated session as events to send. */
export const outgoing = (session: readonly SessionEntry[]): OutgoingEvent[] =>
  session.map(({ source, detail, at }) => ({ source, detail, at }));

/** Waits until nothing is under way, reads the audit trail and the failure queues back, and settles them against what was sent. */
export async function settleAccounts(estate: Estate, sent: readonly SentEvent[]): Promise<Ledger> {
  await estate.sources.idle();
  const audit = await auditOf(estate.clients, estate.output("marketDataAuditTableName"));
  return settle(sent, audit, await lettersIn(estate.clients, failureQueues(estate)));
}

/** What the report tells beside the ledger. */
export async function factsOf(
  estate: Estate,
  subscriber: Subscriber,
  run: { readonly title: string; readonly seconds: number },
): Promise<ReportFacts> {
  await new Promise((resolve) => setTimeout(resolve, LOG_DELAY_MILLISECONDS));
  const figures = await Promise.all(
    STAGES.map(async (stage) => {
      const lines = await logLinesOf(estate.clients, estate.output(`marketData${stage}LogGroupName`));
      return [stage.toLowerCase(), metricsIn(lines)] as const;
    }),
  );
  return {
    ...run,
    delivered: await subscriber.delivered(),
    queues: [...failureQueues(estate).keys()],
    latencies: new Map(figures.map(([stage, metrics]) => [stage, metrics.get("StageLatency") ?? []])),
    metrics: totalsOf(figures.map(([, metrics]) => metrics)),
  };
}

/** Sums of the metrics that count. */
function totalsOf(all: readonly Figures[]): Map<string, number> {
  const totals = new Map<string, number>();
  for (const [name, figures] of all.flatMap((metrics) => [...metrics])) {
    const sum = figures.reduce((total, figure) => total + figure, 0);
    if (!name.endsWith("Latency")) totals.set(name, (totals.get(name) ?? 0) + sum);
  }
  return totals;
}
