import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface TracingArgs {
  /** Physical name. */
  readonly name: string;
  readonly api: aws.apigateway.RestApi;
  readonly stage: aws.apigateway.Stage;
  /** So many auctions a second are traced, and this share of the others. */
  readonly perSecond: number;
  readonly share: number;
}

/** Before the default rule, which is the last one, and before rules that others give no thought to. */
const PRIORITY = 100;

/**
 * Which auctions are traced. A function cannot be given a rate (Lambda Developer Guide, "Visualize Lambda function invocations
 * using AWS X-Ray"): it follows what the gateway in front of it has decided, so the rule is the gateway's ("Configure AWS X-Ray
 * sampling rules for API Gateway APIs"). Without it X-Ray would take one in twenty, $5 a million.
 */
export const tracing = (
  name: string,
  { name: ruleName, api, stage, perSecond, share }: TracingArgs,
  opts: pulumi.CustomResourceOptions,
): aws.xray.SamplingRule =>
  new aws.xray.SamplingRule(
    `${name}-sampling`,
    {
      ruleName,
      version: 1,
      priority: PRIORITY,
      reservoirSize: perSecond,
      fixedRate: share,
      serviceType: "AWS::ApiGateway::Stage",
      serviceName: pulumi.interpolate`${api.name}/${stage.stageName}`,
      resourceArn: stage.arn,
      host: "*",
      httpMethod: "POST",
      urlPath: "*/openrtb2/auction",
    },
    opts,
  );
