import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policy } from "../roles";

/** Answers with its event, or fails as the path says. */
const HANDLER = `
exports.handler = async (event) => {
  if (event.path === "/health") console.log("asked for health");
  if (event.path === "/throw") throw new Error("thrown");
  if (event.path === "/sleep") await new Promise((resolve) => setTimeout(resolve, 5000));
  if (event.path === "/wrong") return { statusCode: 200 };
  const multiValueHeaders = { "content-type": ["application/json"] };
  return { statusCode: 200, isBase64Encoded: false, multiValueHeaders, body: JSON.stringify(event) };
};`;

const CERTIFICATE = "arn:aws:acm:us-east-1:000000000000:certificate/11111111-2222-3333-4444-555555555555";

/** A function with its role and log group. */
export function echo(name: string): aws.lambda.Function {
  const trust = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
  const role = new aws.iam.Role(name, { name, assumeRolePolicy: policy([trust]) });
  const logs = { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: "*" };
  const rights = new aws.iam.RolePolicy(name, { name, role: role.name, policy: policy([logs]) });
  const log = new aws.cloudwatch.LogGroup(name, { name: `/aws/lambda/${name}` });
  const code = new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(HANDLER) });
  const runs = { runtime: "nodejs22.x", handler: "index.handler", timeout: 1, reservedConcurrentExecutions: 10 };
  return new aws.lambda.Function(name, { name, code, role: role.arn, ...runs }, { dependsOn: [rights, log] });
}

/** The function registered with a target group, which may invoke it. */
function targets(
  name: string,
  fn: aws.lambda.Function,
  args: Partial<aws.lb.TargetGroupArgs> = {},
): aws.lb.TargetGroup {
  const group = new aws.lb.TargetGroup(name, {
    ...{ name, targetType: "lambda", lambdaMultiValueHeadersEnabled: true, tags: { Owner: "tests" } },
    ...args,
  });
  const permission = new aws.lambda.Permission(name, {
    ...{ action: "lambda:InvokeFunction", principal: "elasticloadbalancing.amazonaws.com" },
    ...{ function: fn.name, sourceArn: group.arn, statementId: name },
  });
  new aws.lb.TargetGroupAttachment(name, { targetGroupArn: group.arn, targetId: fn.arn }, { dependsOn: [permission] });
  return group;
}

/** A load balancer that redirects HTTP to HTTPS, and there hands /v1 to a function. */
export async function program() {
  const fn = echo("echo");
  const healthCheck = { enabled: true, path: "/health", interval: 60, timeout: 30, matcher: "200-299" };
  const group = targets("group", fn, { healthCheck });
  const empty = new aws.lb.TargetGroup("empty", { name: "empty", targetType: "lambda" });
  const balancer = new aws.lb.LoadBalancer("front", {
    ...{ name: "front", internal: true, loadBalancerType: "application", subnets: ["subnet-a", "subnet-b"] },
    ...{ securityGroups: ["sg-1"], dropInvalidHeaderFields: true, idleTimeout: 30, tags: { Owner: "tests" } },
  });
  const loadBalancerArn = balancer.arn;
  const toHttps = { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } };
  const fixedResponse = { contentType: "application/json", messageBody: '{"error":"not_found"}', statusCode: "404" };
  new aws.lb.Listener("http", { loadBalancerArn, port: 80, protocol: "HTTP", defaultActions: [toHttps] });
  const https = new aws.lb.Listener("https", {
    ...{ loadBalancerArn, port: 443, protocol: "HTTPS", certificateArn: CERTIFICATE },
    ...{
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
      defaultActions: [{ type: "fixed-response", fixedResponse }],
    },
    routingHttpResponseStrictTransportSecurityHeaderValue: "max-age=31536000",
  });
  const rule = (
    name: string,
    priority: number,
    targetGroupArn: pulumi.Input<string>,
    ...conditions: aws.types.input.lb.ListenerRuleCondition[]
  ) =>
    new aws.lb.ListenerRule(name, {
      ...{ listenerArn: https.arn, priority, conditions, actions: [{ type: "forward", targetGroupArn }] },
    });
  rule("empty", 10, empty.arn, { pathPattern: { values: ["/v1/empty"] } }, { httpRequestMethod: { values: ["GET"] } });
  rule("all", 20, group.arn, { pathPattern: { values: ["/v1/*", "/throw", "/sleep", "/wrong"] } });
  const forward = { targetGroups: [{ arn: group.arn }] };
  new aws.lb.ListenerRule("host", {
    ...{ listenerArn: https.arn, priority: 30, actions: [{ type: "forward", forward }] },
    conditions: [{ hostHeader: { values: ["*.example.com"] } }],
  });
  return { function: fn.name, group: group.arn, dnsName: balancer.dnsName, balancer: balancer.arn, https: https.arn };
}
