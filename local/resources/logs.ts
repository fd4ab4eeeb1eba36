import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteMetricFilterCommand,
  DeleteResourcePolicyCommand,
  type LogGroupClass,
  PutMetricFilterCommand,
  type PutMetricFilterCommandInput,
  PutResourcePolicyCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type * as aws from "@pulumi/aws";
import { documentText, given, type Materialisers, materialiser, nameFor, nothingElse } from "./materialiser";

/** Stands, and counts nothing. */
const metricFilter = materialiser<aws.cloudwatch.LogMetricFilterArgs>({
  async create({ clients }, { name, logGroupName, pattern, metricTransformation: to, ...rest }, logicalName) {
    nothingElse(rest);
    const request = given({
      ...{ filterName: nameFor(name, logicalName), logGroupName, filterPattern: pattern },
      metricTransformations: to && [
        given({
          ...{ metricName: to.name, metricNamespace: to.namespace, metricValue: to.value, unit: to.unit },
          defaultValue: to.defaultValue === undefined ? undefined : Number(to.defaultValue),
          dimensions: to.dimensions,
        }),
      ],
    }) as PutMetricFilterCommandInput;
    await clients.logs.send(new PutMetricFilterCommand(request));
    return { id: String(request.filterName), outputs: { name: request.filterName } };
  },
  async delete({ clients }, { id: filterName }, { logGroupName }) {
    await clients.logs.send(new DeleteMetricFilterCommand({ filterName, logGroupName }));
  },
});

const resourcePolicy = materialiser<aws.cloudwatch.LogResourcePolicyArgs>({
  async create({ clients }, { policyName, policyDocument, ...rest }) {
    nothingElse(rest);
    const request = { policyName, policyDocument: documentText(policyDocument) };
    await clients.logs.send(new PutResourcePolicyCommand(request));
    return { id: String(policyName), outputs: {} };
  },
  async delete({ clients }, { id }) {
    await clients.logs.send(new DeleteResourcePolicyCommand({ policyName: id }));
  },
});

export const logs: Materialisers = {
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": metricFilter,
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": resourcePolicy,
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
