import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateEventBusCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AddPermissionCommand, CreateFunctionCommand } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { buildSync } from "esbuild";
import { Clients } from "../../../local/clients";
import type { BusTarget } from "../../../local/event-sources/bus-delivery";
import type { AsyncFunction } from "../../../local/event-sources/destinations";
import type { CloudAccess } from "../../../local/lambda/lambda-function";

const ACCOUNT = "000000000000";
const BUS = "bus";

/** Sends what it was given to a queue, or fails, as the event's detail says. */
const HANDLER = `
import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
const sqs = new SQSClient({});
export const handler = async (event, context) => {
  const { fail, ms } = event.detail;
  console.log(JSON.stringify({ request: context.awsRequestId, n: event.detail.n }));
  if (ms) await new Promise((resolve) => setTimeout(resolve, ms));
  if (fail) throw new Error(fail);
  await sqs.send(new SendMessageCommand({ QueueUrl: process.env.OUT, MessageBody: JSON.stringify(event) }));
  return { done: event.id };
};`;

/** Builds the functions' code into a new folder and names it. */
export function bundleHandler(): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-events-"));
  buildSync({
    stdin: { contents: HANDLER, resolveDir: __dirname },
    ...{ bundle: true, minify: true, platform: "node", target: "node20", format: "cjs" },
    outfile: join(folder, "index.js"),
  });
  return folder;
}

export interface QueueMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Functions, rules and queues made by hand on a cloud: what a deployment hands to the event sources, and no more. */
export class Estate {
  readonly functions = new Map<string, AsyncFunction>();
  readonly targets: BusTarget[] = [];
  readonly clients: Clients;

  /** `codeFolder` comes from `bundleHandler`. */
  constructor(
    cloud: CloudAccess,
    private readonly codeFolder: string,
  ) {
    this.clients = new Clients(cloud, cloud.service);
  }

  async open(): Promise<void> {
    await this.clients.events.send(new CreateEventBusCommand({ Name: BUS }));
  }

  async queue(name: string, Attributes: Record<string, string> = {}): Promise<{ url: string; arn: string }> {
    const { QueueUrl = "" } = await this.clients.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
    return { url: QueueUrl, arn: `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}` };
  }

  /** A queue that a rule may send its dead letters to. */
  async deadLetterQueue(name: string) {
    const Resource = `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;
    const Principal = { Service: "events.amazonaws.com" };
    return this.queue(name, { Policy: policy([{ Effect: "Allow", Principal, Action: "sqs:SendMessage", Resource }]) });
  }

  /** A function with its role, which may send to these queues only, and its log group. */
  async function(
    name: string,
    sendsTo: readonly string[],
    outUrl: string,
    extra: Partial<AsyncFunction> = {},
    service = "lambda.amazonaws.com",
  ): Promise<AsyncFunction> {
    const trust = policy([{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }]);
    const { Role } = await this.clients.iam.send(
      new CreateRoleCommand({ RoleName: `role-${name}`, AssumeRolePolicyDocument: trust }),
    );
    const logGroup = `/aws/lambda/${name}`;
    const logs = { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: "*" };
    const sends = { Effect: "Allow", Action: "sqs:SendMessage", Resource: sendsTo };
    await this.clients.iam.send(
      new PutRolePolicyCommand({ RoleName: `role-${name}`, PolicyName: "p", PolicyDocument: policy([logs, sends]) }),
    );
    await this.clients.logs.send(new CreateLogGroupCommand({ logGroupName: logGroup }));
    const { FunctionArn = "" } = await this.clients.lambda.send(
      new CreateFunctionCommand({
        ...{ FunctionName: name, Runtime: "nodejs22.x", Role: Role?.Arn, Handler: "index.handler" },
        Code: { ZipFile: Buffer.from(`504b0506${"00".repeat(18)}`, "hex") }, // never run there
      }),
    );
    const fn: AsyncFunction = {
      ...{ name, arn: FunctionArn, handler: "index.handler", codeFile: this.codeFolder, logGroup },
      ...{ environment: { OUT: outUrl }, roleArn: Role?.Arn ?? "", timeoutSeconds: 5, memoryMiB: 256 },
      ...extra,
    };
    this.functions.set(fn.arn, fn);
    return fn;
  }

  /** A rule for events of one source, whose target is the function by way of a delivery queue. */
  async rule(source: string, targetArn: string, extra: Partial<BusTarget> & { readonly granted?: boolean } = {}) {
    const { granted = true, ...settings } = extra;
    const { RuleArn = "" } = await this.clients.events.send(
      new PutRuleCommand({
        Name: `rule-${source}`,
        EventBusName: BUS,
        EventPattern: JSON.stringify({ source: [source] }),
      }),
    );
    const delivery = await this.queue(`sluice-delivery-${source}`);
    await this.clients.events.send(
      new PutTargetsCommand({ Rule: `rule-${source}`, EventBusName: BUS, Targets: [{ Id: "1", Arn: delivery.arn }] }),
    );
    if (granted) {
      await this.clients.lambda.send(
        new AddPermissionCommand({
          ...{ FunctionName: targetArn, StatementId: source, Action: "lambda:InvokeFunction" },
          ...{ Principal: "events.amazonaws.com", SourceArn: RuleArn },
        }),
      );
    }
    const target = {
      ruleArn: RuleArn,
      ruleName: `rule-${source}`,
      targetArn,
      deliveryQueueUrl: delivery.url,
      ...settings,
    };
    this.targets.push(target);
    return target;
  }

  async put(source: string, details: readonly object[]): Promise<string[]> {
    const ids: string[] = [];
    for (let from = 0; from < details.length; from += 10) {
      const Entries = details
        .slice(from, from + 10)
        .map((detail) => ({ EventBusName: BUS, Source: source, DetailType: "Test", Detail: JSON.stringify(detail) }));
      const { Entries: made = [] } = await this.clients.events.send(new PutEventsCommand({ Entries }));
      ids.push(...made.map(({ EventId = "refused" }) => EventId));
    }
    return ids;
  }

  /** Takes everything out of a queue. */
  async drain(QueueUrl: string): Promise<QueueMessage[]> {
    const all: QueueMessage[] = [];
    for (;;) {
      const { Messages = [] } = await this.clients.sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] }),
      );
      if (Messages.length === 0) return all;
      for (const { Body = "", MessageAttributes = {}, ReceiptHandle } of Messages) {
        const attributes = Object.entries(MessageAttributes).map(([name, { StringValue = "" }]) => [name, StringValue]);
        all.push({ body: Body, attributes: Object.fromEntries(attributes) });
        await this.clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  }

  close(): void {
    this.clients.close();
  }
}

function policy(Statement: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement });
}
