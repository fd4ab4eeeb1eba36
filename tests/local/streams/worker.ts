import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policy } from "../roles";

/**
 * A function with a role and a log group.
 * @param resources of each grant
 */
export function workerOf(
  handler: string,
  name: string,
  grants: readonly object[],
  resources: pulumi.Input<string>[],
): aws.lambda.Function {
  const trust = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
  const role = new aws.iam.Role(name, { name, assumeRolePolicy: policy([trust]) });
  const log = new aws.cloudwatch.LogGroup(name, { name: `/aws/lambda/${name}` });
  const logs = { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: "*" };
  const statements = pulumi
    .all(resources)
    .apply((arns) => policy([logs, ...grants.map((grant, at) => ({ Effect: "Allow", ...grant, Resource: arns[at] }))]));
  const rights = new aws.iam.RolePolicy(name, { name, role: role.name, policy: statements });
  const code = new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(handler) });
  const settings = { name, code, role: role.arn, runtime: "nodejs22.x", handler: "index.handler" };
  return new aws.lambda.Function(name, settings, { dependsOn: [rights, log] });
}
