import {
  CreateArchiveCommand,
  CreateEventBusCommand,
  DeleteArchiveCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  PutPermissionCommand,
  PutRuleCommand,
  RemovePermissionCommand,
  type RuleState,
} from "@aws-sdk/client-eventbridge";
import type * as aws from "@pulumi/aws";
import { eventTarget } from "./event-target";
import {
  documentText,
  given,
  type Materialisers,
  materialiser,
  nameFor,
  needed,
  nothingElse,
  tagList,
} from "./materialiser";

const bus = materialiser<aws.cloudwatch.EventBusArgs>({
  async create({ clients }, { name, description, kmsKeyIdentifier, tags, ...rest }, logicalName) {
    nothingElse(rest);
    const Name = nameFor(name, logicalName);
    const request = given({ Name, Description: description, KmsKeyIdentifier: kmsKeyIdentifier, Tags: tagList(tags) });
    const { EventBusArn } = await clients.events.send(new CreateEventBusCommand(request));
    return { id: Name, outputs: { name: Name, arn: EventBusArn } };
  },
  async delete({ clients }, { id }) {
    await clients.events.send(new DeleteEventBusCommand({ Name: id }));
  },
});

const busPolicy = materialiser<aws.cloudwatch.EventBusPolicyArgs>({
  async create({ clients }, { eventBusName: EventBusName = "default", policy, ...rest }) {
    nothingElse(rest);
    await clients.events.send(new PutPermissionCommand({ EventBusName, Policy: documentText(policy) }));
    return { id: EventBusName, outputs: { eventBusName: EventBusName } };
  },
  async delete({ clients }, { id }) {
    await clients.events.send(new RemovePermissionCommand({ EventBusName: id, RemoveAllPermissions: true }));
  },
});

const rule = materialiser<aws.cloudwatch.EventRuleArgs>({
  async create(
    { clients },
    { name, eventBusName = "default", eventPattern, scheduleExpression, ...more },
    logicalName,
  ) {
    const { description, state, roleArn, tags, ...rest } = more;
    nothingElse(rest);
    const Name = nameFor(name, logicalName);
    const request = given({
      Name,
      EventBusName: eventBusName,
      EventPattern: eventPattern,
      ScheduleExpression: scheduleExpression,
      Description: description,
      State: (state ?? "ENABLED") as RuleState,
      RoleArn: roleArn,
      Tags: tagList(tags),
    });
    const { RuleArn } = await clients.events.send(new PutRuleCommand(request));
    return { id: `${eventBusName}/${Name}`, outputs: { name: Name, arn: RuleArn, eventBusName } };
  },
  async delete({ clients }, { outputs }) {
    const { name, eventBusName } = outputs as { name: string; eventBusName: string };
    await clients.events.send(new DeleteRuleCommand({ Name: name, EventBusName: eventBusName }));
  },
});

const archive = materialiser<aws.cloudwatch.EventArchiveArgs>({
  async create(
    { clients },
    { name, eventSourceArn, description, eventPattern, retentionDays, kmsKeyIdentifier, ...rest },
    logicalName,
  ) {
    nothingElse(rest);
    const ArchiveName = nameFor(name, logicalName);
    const request = given({
      ArchiveName,
      EventSourceArn: needed(eventSourceArn, "eventSourceArn"),
      Description: description,
      EventPattern: eventPattern,
      RetentionDays: retentionDays,
      KmsKeyIdentifier: kmsKeyIdentifier,
    });
    const { ArchiveArn } = await clients.events.send(new CreateArchiveCommand(request));
    return { id: ArchiveName, outputs: { name: ArchiveName, arn: ArchiveArn } };
  },
  async delete({ clients }, { id }) {
    await clients.events.send(new DeleteArchiveCommand({ ArchiveName: id }));
  },
});

export const events: Materialisers = {
  "aws:cloudwatch/eventBus:EventBus": bus,
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": busPolicy,
  "aws:cloudwatch/eventRule:EventRule": rule,
  "aws:cloudwatch/eventTarget:EventTarget": eventTarget,
  "aws:cloudwatch/eventArchive:EventArchive": archive,
};
