import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  type LogGroupClass,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type * as aws from "@pulumi/aws";
import { given, type Materialisers, materialiser, nameFor, nothingElse } from "./materialiser";

export const logs: Materialisers = {
  "aws:cloudwatch/logGroup:LogGroup": materialiser<aws.cloudwatch.LogGroupArgs>({
    async create(
      { clients, region, account },
      { name, retentionInDays, kmsKeyId, logGroupClass, tags, ...rest },
      logicalName,
    ) {
      nothingElse(rest);
      const logGroupName = nameFor(name, logicalName);
      const request = given({
        logGroupName,
        kmsKeyId,
        tags,
        logGroupClass: logGroupClass as LogGroupClass | undefined,
      });
      await clients.logs.send(new CreateLogGroupCommand(request));
      if (retentionInDays) await clients.logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
      // The provider's `arn` has no trailing `:*`.
      const arn = `arn:aws:logs:${region}:${account}:log-group:${logGroupName}`;
      return { id: logGroupName, outputs: { name: logGroupName, arn } };
    },
    async delete({ clients }, { id }) {
      await clients.logs.send(new DeleteLogGroupCommand({ logGroupName: id }));
    },
  }),
};
