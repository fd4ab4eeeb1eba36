import assert from "node:assert/strict";
import { join } from "node:path";
import { CreateLogGroupCommand, CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  AuthorizeSecurityGroupEgressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupRulesCommand,
  RevokeSecurityGroupEgressCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateArchiveCommand,
  CreateEventBusCommand,
  DescribeReplayCommand,
  PutEventsCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemovePermissionCommand,
  StartReplayCommand,
} from "@aws-sdk/client-eventbridge";
import { CreateTopicCommand, PublishCommand, SetTopicAttributesCommand, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { GetParametersCommand, PutParameterCommand } from "@aws-sdk/client-ssm";
import { Clients } from "../../local/clients";
import { type Cloud, startCloud } from "../../local/cloud";
import { actingAs, policy, roleThatMay } from "./roles";

interface Envelope {
  readonly id: string;
  readonly time: string;
  readonly "replay-name"?: string;
}

const LONG_AGO = new Date("2020-03-01T12:00:00Z");
const allow = (Action: string | string[], Resource: string, Condition?: object) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});

describe("MiniStack, corrected, does as AWS documents:", () => {
  let cloud: Cloud;
  let admin: Clients;
  let bus: string;
  const queues: Record<string, string> = {};
  const rules: Record<string, string> = {};

  before(async () => {
    cloud = await startCloud({ root: join(__dirname, "../.."), stateName: "test-corrections" });
    admin = new Clients(cloud, cloud.admin);
    bus = (await admin.events.send(new CreateEventBusCommand({ Name: "bus" }))).EventBusArn!;
    for (const name of ["first", "second"]) {
      queues[name] = (await admin.sqs.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl!;
      const rule = { Name: name, EventBusName: "bus", EventPattern: '{"source":["ours"]}' };
      rules[name] = (await admin.events.send(new PutRuleCommand(rule))).RuleArn!;
      const target = { Id: "queue", Arn: `arn:aws:sqs:${cloud.region}:${cloud.account}:${name}` };
      await admin.events.send(new PutTargetsCommand({ Rule: name, EventBusName: "bus", Targets: [target] }));
    }
  });
  after(async () => {
    admin.close();
    await cloud.stop();
  });

  const put = (clients: Clients, ...entries: { Source: string; DetailType: string; Time?: Date }[]) =>
    clients.events.send(
      new PutEventsCommand({ Entries: entries.map((one) => ({ ...one, EventBusName: "bus", Detail: "{}" })) }),
    );

  async function drain(QueueUrl: string): Promise<string[]> {
    const { Messages = [] } = await admin.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    for (const { ReceiptHandle } of Messages)
      await admin.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    return Messages.map(({ Body }) => Body!);
  }
  const events = async (queue: string) => (await drain(queues[queue]!)).map((body) => JSON.parse(body) as Envelope);
  const role = async (name: string, ...statements: object[]) =>
    actingAs(cloud, await roleThatMay(admin, name, statements));

  it("an entry's Time is the event's time, the others' is the time of the call", async () => {
    await put(admin, { Source: "ours", DetailType: "Old", Time: LONG_AGO }, { Source: "ours", DetailType: "New" });
    const [old, young] = await events("first");
    assert.equal(old?.time, "2020-03-01T12:00:00Z");
    assert.ok(Math.abs(Date.parse(young!.time) - Date.now()) < 10_000, young?.time);
    await events("second");
  });

  it("a replay is marked, keeps ids and times, goes to the chosen rules only, and takes events by their time", async () => {
    const archive = await admin.events.send(new CreateArchiveCommand({ ArchiveName: "archive", EventSourceArn: bus }));
    await put(admin, { Source: "ours", DetailType: "Old", Time: LONG_AGO }, { Source: "ours", DetailType: "New" });
    const [old] = await events("first");
    await events("second");
    const span = {
      EventStartTime: new Date(LONG_AGO.getTime() - 1000),
      EventEndTime: new Date(LONG_AGO.getTime() + 1000),
    };
    const Destination = { Arn: bus, FilterArns: [rules.second!] };
    await admin.events.send(
      new StartReplayCommand({ ReplayName: "replay", EventSourceArn: archive.ArchiveArn!, Destination, ...span }),
    );
    const isRunning = async () =>
      (await admin.events.send(new DescribeReplayCommand({ ReplayName: "replay" }))).State !== "COMPLETED";
    while (await isRunning()) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(await events("second"), [{ ...old, "replay-name": "replay" }]);
    assert.deepEqual(await events("first"), []);
  });

  it("a role puts events of the source and type that its policy names; one other entry and none is put", async () => {
    const condition = { StringEquals: { "events:source": "ours", "events:detail-type": "Fine" } };
    const publisher = await role("publisher", allow("events:PutEvents", bus, condition));
    await put(publisher, { Source: "ours", DetailType: "Fine" });
    const denied = { name: "AccessDeniedException" };
    await assert.rejects(put(publisher, { Source: "theirs", DetailType: "Fine" }), denied);
    await assert.rejects(
      put(publisher, { Source: "ours", DetailType: "Fine" }, { Source: "ours", DetailType: "Other" }),
      denied,
    );
    assert.equal((await events("first")).length, 1);
    assert.equal((await events("second")).length, 1);
    publisher.close();
  });

  it("a bus policy keeps a type for one role, known by the role's own ARN", async () => {
    const owner = await role("owner", allow("events:PutEvents", bus));
    const deny = {
      Effect: "Deny",
      Principal: "*",
      Action: "events:PutEvents",
      Resource: bus,
      Condition: {
        StringEquals: { "events:detail-type": "Mine" },
        ArnNotEquals: { "aws:PrincipalArn": `arn:aws:iam::${cloud.account}:role/owner` },
      },
    };
    await admin.events.send(new PutPermissionCommand({ EventBusName: "bus", Policy: policy([deny]) }));
    await put(owner, { Source: "none", DetailType: "Mine" });
    await put(admin, { Source: "none", DetailType: "Anyone's" });
    await assert.rejects(put(admin, { Source: "none", DetailType: "Mine" }), { name: "AccessDeniedException" });
    await admin.events.send(new RemovePermissionCommand({ EventBusName: "bus", RemoveAllPermissions: true }));
    owner.close();
  });

  it("requests count as encrypted: a policy against plain HTTP denies none of them", async () => {
    const resource = `arn:aws:sqs:${cloud.region}:${cloud.account}:tls`;
    const plain = { Bool: { "aws:SecureTransport": "false" } };
    const Policy = policy([{ Effect: "Deny", Principal: "*", Action: "sqs:*", Resource: resource, Condition: plain }]);
    const queue = await admin.sqs.send(new CreateQueueCommand({ QueueName: "tls", Attributes: { Policy } }));
    const sender = await role("sender", allow("sqs:SendMessage", resource));
    await sender.sqs.send(new SendMessageCommand({ QueueUrl: queue.QueueUrl, MessageBody: "a" }));
    sender.close();
  });

  it("a topic's policy knows a role by its ARN, and a queue takes what the topic's filter lets through", async () => {
    const { TopicArn } = await admin.sns.send(new CreateTopicCommand({ Name: "topic" }));
    const notifier = await role("notifier", allow("sns:Publish", TopicArn!));
    const other = await role("other", allow("sns:Publish", TopicArn!));
    const onlyNotifier = { ArnNotEquals: { "aws:PrincipalArn": `arn:aws:iam::${cloud.account}:role/notifier` } };
    const nobodyElse = {
      Effect: "Deny",
      Principal: "*",
      Action: "sns:Publish",
      Resource: TopicArn,
      Condition: onlyNotifier,
    };
    const attribute = { AttributeName: "Policy", AttributeValue: policy([nobodyElse]) };
    await admin.sns.send(new SetTopicAttributesCommand({ TopicArn, ...attribute }));
    const Endpoint = `arn:aws:sqs:${cloud.region}:${cloud.account}:subscriber`;
    const fromTopic = { ArnEquals: { "aws:SourceArn": TopicArn } };
    const take = { ...allow("sqs:SendMessage", Endpoint, fromTopic), Principal: { Service: "sns.amazonaws.com" } };
    const Attributes = { Policy: policy([take]) };
    const { QueueUrl } = await admin.sqs.send(new CreateQueueCommand({ QueueName: "subscriber", Attributes }));
    const filter = { FilterPolicy: '{"severity":["critical"]}', RawMessageDelivery: "true" };
    await admin.sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint, Attributes: filter }));
    const publish = (clients: Clients, severity: string) => {
      const MessageAttributes = { severity: { DataType: "String", StringValue: severity } };
      return clients.sns.send(new PublishCommand({ TopicArn, Message: severity, MessageAttributes }));
    };
    await publish(notifier, "info");
    await publish(notifier, "critical");
    await assert.rejects(publish(other, "critical"), { name: "AuthorizationErrorException" });
    assert.deepEqual(await drain(QueueUrl!), ["critical"]);
    notifier.close();
    other.close();
  });

  it("a role reads the parameters that its policy names, and no others", async () => {
    for (const Name of ["/a/one", "/a/two"]) {
      await admin.ssm.send(new PutParameterCommand({ Name, Type: "String", Value: Name }));
    }
    const resource = `arn:aws:ssm:${cloud.region}:${cloud.account}:parameter/a/one`;
    const reader = await role("reader", allow("ssm:GetParameters", resource));
    const { Parameters } = await reader.ssm.send(new GetParametersCommand({ Names: ["/a/one"] }));
    assert.deepEqual(
      Parameters?.map(({ Value }) => Value),
      ["/a/one"],
    );
    const both = new GetParametersCommand({ Names: ["/a/one", "/a/two"] });
    await assert.rejects(reader.ssm.send(both), { name: "AccessDeniedException" });
    reader.close();
  });

  it("a role writes to the streams of a log group that its policy names as `<ARN>:*`", async () => {
    const group = `arn:aws:logs:${cloud.region}:${cloud.account}:log-group:/mine`;
    const writer = await role("log-writer", allow(["logs:CreateLogStream", "logs:PutLogEvents"], `${group}:*`));
    for (const logGroupName of ["/mine", "/theirs"]) await admin.logs.send(new CreateLogGroupCommand({ logGroupName }));
    const stream = { logGroupName: "/mine", logStreamName: "2026/11/21/[$LATEST]0" };
    await writer.logs.send(new CreateLogStreamCommand(stream));
    const logEvents = [{ timestamp: Date.now(), message: "a" }];
    await writer.logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
    const elsewhere = new CreateLogStreamCommand({ ...stream, logGroupName: "/theirs" });
    await assert.rejects(writer.logs.send(elsewhere), { name: "AccessDeniedException" });
    writer.close();
  });

  it("rules of a security group to two prefix lists are two, each with its list, and go one by one", async () => {
    const { GroupId } = await admin.ec2.send(new CreateSecurityGroupCommand({ GroupName: "g", Description: "g" }));
    const lets = async (PrefixListId: string) => {
      const https = {
        IpProtocol: "tcp",
        FromPort: 443,
        ToPort: 443,
        PrefixListIds: [{ PrefixListId, Description: "d" }],
      };
      const request = new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: [https] });
      return (await admin.ec2.send(request)).SecurityGroupRules?.[0]?.SecurityGroupRuleId;
    };
    const [first] = [await lets("pl-1"), await lets("pl-2")];
    const lists = async () => {
      const Filters = [{ Name: "group-id", Values: [String(GroupId)] }];
      const { SecurityGroupRules = [] } = await admin.ec2.send(new DescribeSecurityGroupRulesCommand({ Filters }));
      return SecurityGroupRules.flatMap(({ PrefixListId }) => PrefixListId ?? []);
    };
    assert.deepEqual(await lists(), ["pl-1", "pl-2"]);
    const SecurityGroupRuleIds = [String(first)];
    await admin.ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, SecurityGroupRuleIds }));
    assert.deepEqual(await lists(), ["pl-2"]);
  });
});
