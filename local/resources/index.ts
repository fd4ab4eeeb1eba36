import { cloudwatch } from "./cloudwatch";
import { dynamodb } from "./dynamodb";
import { events } from "./events";
import { iam } from "./iam";
import { kinesis } from "./kinesis";
import { kms } from "./kms";
import { lambda } from "./lambda";
import { logs } from "./logs";
import type { Materialisers } from "./materialiser";
import { randoms } from "./random";
import { sns } from "./sns";
import { sqs } from "./sqs";
import { ssm } from "./ssm";

/** Every type that the embedded cloud can make. */
export const MATERIALISERS: Materialisers = {
  ...cloudwatch,
  ...dynamodb,
  ...events,
  ...iam,
  ...kinesis,
  ...kms,
  ...lambda,
  ...logs,
  ...randoms,
  ...sns,
  ...sqs,
  ...ssm,
};
