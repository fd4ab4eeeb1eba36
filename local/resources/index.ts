import { apiGateway } from "./api-gateway";
import { cloudwatch } from "./cloudwatch";
import { dynamodb } from "./dynamodb";
import { ec2 } from "./ec2";
import { events } from "./events";
import { iam } from "./iam";
import { kinesis } from "./kinesis";
import { kms } from "./kms";
import { lambda } from "./lambda";
import { loadBalancing } from "./load-balancing";
import { logs } from "./logs";
import type { Materialisers } from "./materialiser";
import { randoms } from "./random";
import { s3 } from "./s3";
import { secrets } from "./secrets";
import { securityGroups } from "./security-groups";
import { sns } from "./sns";
import { sqs } from "./sqs";
import { ssm } from "./ssm";
import { vpcEndpoints } from "./vpc-endpoints";
import { waf } from "./waf";

/** Every type that the embedded cloud can make. */
export const MATERIALISERS: Materialisers = {
  ...apiGateway,
  ...cloudwatch,
  ...dynamodb,
  ...ec2,
  ...events,
  ...iam,
  ...kinesis,
  ...kms,
  ...lambda,
  ...loadBalancing,
  ...logs,
  ...randoms,
  ...s3,
  ...secrets,
  ...securityGroups,
  ...sns,
  ...sqs,
  ...ssm,
  ...vpcEndpoints,
  ...waf,
};
