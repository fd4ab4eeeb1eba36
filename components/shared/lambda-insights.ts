import * as pulumi from "@pulumi/pulumi";
import { grant } from "./access";
import type { Layer } from "./lambda";

const COMMON = "580247275435";
/**
 * Whose layer and which version: 1.0.333.0 of the extension for arm64 by region (CloudWatch User Guide, "Available versions
 * of the Lambda Insights extension", ARM64 platforms, as of November 2024). AWS keeps published versions.
 */
const VERSIONS: Readonly<Record<string, readonly [account: string, version: number]>> = {
  "us-east-1": [COMMON, 20],
  "us-east-2": [COMMON, 22],
  "us-west-1": [COMMON, 18],
  "us-west-2": [COMMON, 20],
  "af-south-1": ["012438385374", 18],
  "ap-east-1": ["519774774795", 18],
  "ap-south-1": [COMMON, 22],
  "ap-south-2": ["891564319516", 6],
  "ap-southeast-1": [COMMON, 20],
  "ap-southeast-2": [COMMON, 20],
  "ap-southeast-3": ["439286490199", 18],
  "ap-northeast-1": [COMMON, 31],
  "ap-northeast-2": [COMMON, 19],
  "ap-northeast-3": ["194566237122", 17],
  "ca-central-1": [COMMON, 18],
  "eu-central-1": [COMMON, 20],
  "eu-north-1": [COMMON, 18],
  "eu-south-1": ["339249233099", 18],
  "eu-west-1": [COMMON, 20],
  "eu-west-2": [COMMON, 20],
  "eu-west-3": [COMMON, 18],
  "me-south-1": ["285320876703", 18],
  "sa-east-1": [COMMON, 18],
};

/** Whether there is a version of the layer for arm64 there. */
export const hasInsights = (region: string): boolean => region in VERSIONS;

/** The group that the extension writes to, one in an account; it can be told no other. */
export const INSIGHTS_LOG_GROUP = "/aws/lambda-insights";

/**
 * Lambda Insights: CPU time, memory and network of each invocation, sent by an extension as one log event each (about 1 KB,
 * $0.50 a GB in us-east-1). What it may do is what the managed policy CloudWatchLambdaInsightsExecutionRolePolicy says, of this
 * one group alone: the first function of an account makes it, and no stack destroys it, for it is everybody's.
 * @throws RangeError where the layer is not published
 */
export function insightsLayer({
  region,
  account,
}: {
  readonly region: string;
  readonly account: pulumi.Input<string>;
}): Layer {
  const [publisher, version] = VERSIONS[region] ?? [];
  if (publisher === undefined)
    throw new RangeError(`Lambda Insights for arm64 is not known in ${region}; leave it out.`);
  const group = pulumi.interpolate`arn:aws:logs:${region}:${account}:log-group:${INSIGHTS_LOG_GROUP}`;
  return {
    value: `arn:aws:lambda:${region}:${publisher}:layer:LambdaInsightsExtension-Arm64:${version}`,
    grants: [
      grant(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], [pulumi.interpolate`${group}:*`]),
    ],
    reach: [{ service: "logs" }],
  };
}
