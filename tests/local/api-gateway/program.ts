import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policy } from "../roles";

/** Answers with its event, or fails as its `x-do` says. */
const ECHO = `
let count = 0;
exports.handler = async (event, context) => {
  const wish = event.headers["x-do"];
  if (wish === "throw") throw new Error("thrown");
  if (wish === "sleep") await new Promise((resolve) => setTimeout(resolve, 1500));
  if (wish === "nonsense") return { statusCode: 200, body: { no: "text" } };
  const { invokedFunctionArn, functionVersion } = context;
  count += 1;
  const headers = { "content-type": "application/json", "www-authenticate": "Basic" };
  return { statusCode: 200, headers, body: JSON.stringify({ count, event, invokedFunctionArn, functionVersion }) };
};`;

/** Tokens are \`reader\`, \`writer\`, \`nobody\` and \`denied\`; any other fails. */
const AUTHORIZER = `
exports.handler = async ({ authorizationToken, methodArn }) => {
  const token = authorizationToken.replace("Bearer ", "");
  const stage = methodArn.split("/").slice(0, 2).join("/");
  const open = { reader: ["GET/v1/items/*"], writer: ["GET/v1/items/*", "POST/v1/items"], denied: ["*"], keyless: ["*"] }[token];
  if (token === "nobody-here") throw new Error("Unauthorized");
  if (open === undefined) throw new Error("no such token");
  const Resource = open.map((method) => stage + "/" + method);
  const Effect = token === "denied" ? "Deny" : "Allow";
  const policyDocument = { Version: "2012-10-17", Statement: [{ Action: "execute-api:Invoke", Effect, Resource }] };
  const usageIdentifierKey = token === "keyless" ? undefined : "the-key-of-everybody-here";
  return { principalId: token, policyDocument, context: { tenant: "acme", level: 3, on: true }, usageIdentifierKey };
};`;

export function fn(name: string, code: string, args: Partial<aws.lambda.FunctionArgs> = {}): aws.lambda.Function {
  const trust = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
  const role = new aws.iam.Role(name, { name, assumeRolePolicy: policy([trust]) });
  const logs = { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: "*" };
  const rights = new aws.iam.RolePolicy(name, { name, role: role.name, policy: policy([logs]) });
  const log = new aws.cloudwatch.LogGroup(name, { name: `/aws/lambda/${name}` });
  const archive = new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(code) });
  const runs = { runtime: "nodejs22.x", handler: "index.handler", timeout: 5, ...args };
  return new aws.lambda.Function(name, { name, code: archive, role: role.arn, ...runs }, { dependsOn: [rights, log] });
}

const INSIGHTS = "arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension-Arm64:20";
const FORMAT = JSON.stringify({
  ...{ id: "$context.requestId", status: "$context.status", route: "$context.resourcePath" },
  ...{ who: "$context.authorizer.principalId", error: "$context.error.responseType", waf: "$context.waf.status" },
  authorizer: "$context.authorizer.latency",
});

/** An API of items, whose methods ask an authorizer; its GET is cached. */
export async function program() {
  const echo = fn("echo", ECHO, { publish: true, layers: [INSIGHTS] });
  const live = new aws.lambda.Alias("live", { name: "live", functionName: echo.name, functionVersion: echo.version });
  new aws.lambda.ProvisionedConcurrencyConfig("ready", {
    ...{ functionName: live.functionName, qualifier: live.name, provisionedConcurrentExecutions: 1 },
  });
  const asks = fn("asks", AUTHORIZER);
  const api = new aws.apigateway.RestApi("api", {
    ...{ name: "items", apiKeySource: "AUTHORIZER", minimumCompressionSize: "1000", tags: { Owner: "tests" } },
    endpointConfiguration: { types: "REGIONAL" },
  });
  const restApi = api.id;
  const authorizer = new aws.apigateway.Authorizer("asks", {
    ...{ restApi, name: "asks", authorizerUri: asks.invokeArn, authorizerResultTtlInSeconds: 300 },
    identityValidationExpression: "^Bearer [a-z-]+$",
  });
  const parts: pulumi.Resource[] = [];
  const part = <Made extends pulumi.Resource>(made: Made): Made => {
    parts.push(made);
    return made;
  };
  const path = (name: string, parentId: pulumi.Input<string>, pathPart: string) =>
    part(new aws.apigateway.Resource(name, { restApi, parentId, pathPart }));
  const health = path("health", api.rootResourceId, "health");
  const v1 = path("v1", api.rootResourceId, "v1");
  const items = path("items", v1.id, "items");
  const item = path("item", items.id, "{id}");
  const model = part(
    new aws.apigateway.Model("item", {
      ...{ restApi, name: "Item", contentType: "application/json" },
      schema: JSON.stringify({
        $schema: "http://json-schema.org/draft-04/schema#",
        ...{ type: "object", required: ["price"] },
        properties: { price: { type: "number", minimum: 0, exclusiveMinimum: true } },
      }),
    }),
  );
  const validator = part(
    new aws.apigateway.RequestValidator("all", {
      ...{ restApi, name: "all", validateRequestBody: true, validateRequestParameters: true },
    }),
  );
  const method = (
    name: string,
    resource: aws.apigateway.Resource,
    httpMethod: string,
    args: Partial<aws.apigateway.MethodArgs>,
  ) => {
    const at = { restApi, resourceId: resource.id, httpMethod };
    return part(new aws.apigateway.Method(name, { authorization: "NONE", ...at, ...args })).httpMethod;
  };
  const behind = (
    name: string,
    resource: aws.apigateway.Resource,
    httpMethod: pulumi.Input<string>,
    args: Partial<aws.apigateway.IntegrationArgs> = {},
  ) =>
    part(
      new aws.apigateway.Integration(name, {
        ...{ restApi, resourceId: resource.id, httpMethod, type: "AWS_PROXY", integrationHttpMethod: "POST" },
        ...{ uri: live.invokeArn, timeoutMilliseconds: 1000 },
        ...args,
      }),
    );
  const guarded = { authorization: "CUSTOM", authorizerId: authorizer.id, apiKeyRequired: true };
  const get = method("get", item, "GET", {
    ...guarded,
    requestValidatorId: validator.id,
    requestParameters: { "method.request.path.id": true, "method.request.header.Authorization": true },
  });
  behind("get", item, get, {
    cacheKeyParameters: ["method.request.path.id", "method.request.header.Authorization"],
  });
  const post = method("post", items, "POST", {
    ...guarded,
    ...{ requestValidatorId: validator.id, requestModels: { "application/json": model.name } },
  });
  behind("post", items, post);
  const mock = method("health", health, "GET", {});
  const requestTemplates = { "application/json": '{"statusCode":200}' };
  const integration = part(
    new aws.apigateway.Integration("health", {
      ...{ restApi, resourceId: health.id, httpMethod: mock, type: "MOCK", passthroughBehavior: "NEVER" },
      requestTemplates,
    }),
  );
  const ok = part(
    new aws.apigateway.MethodResponse("health", {
      ...{ restApi, resourceId: health.id, httpMethod: mock, statusCode: "200" },
      responseParameters: { "method.response.header.Cache-Control": true },
    }),
  );
  part(
    new aws.apigateway.IntegrationResponse(
      "health",
      {
        ...{ restApi, resourceId: health.id, httpMethod: mock, statusCode: ok.statusCode },
        responseTemplates: { "application/json": '{"status":"ok"}' },
        responseParameters: { "method.response.header.Cache-Control": "'no-store'" },
      },
      { dependsOn: [integration] },
    ),
  );
  part(
    new aws.apigateway.Response("unknown", {
      ...{ restApiId: restApi, responseType: "MISSING_AUTHENTICATION_TOKEN", statusCode: "404" },
      responseTemplates: { "application/json": '{"title":"Not Found","id":"$context.requestId"}' },
      responseParameters: { "gatewayresponse.header.X-Error-Type": "context.error.responseType" },
    }),
  );
  const deployment = new aws.apigateway.Deployment("first", { restApi }, { dependsOn: [authorizer, ...parts] });
  // Declared, and in no deployment.
  const late = new aws.apigateway.Resource(
    "late",
    { restApi, parentId: api.rootResourceId, pathPart: "late" },
    { dependsOn: [deployment] },
  );
  behind("late", late, method("late", late, "GET", {}));
  const log = new aws.cloudwatch.LogGroup("access", { name: "/access" });
  new aws.cloudwatch.LogMetricFilter("throttled", {
    ...{ name: "throttled", logGroupName: log.name, pattern: '{ $.error = "THROTTLED" }' },
    metricTransformation: { name: "throttled", namespace: "Items", value: "1", unit: "Count" },
  });
  new aws.cloudwatch.LogResourcePolicy("logs", { policyName: "logs", policyDocument: policy([]) });
  new aws.apigateway.Account("account", { cloudwatchRoleArn: "arn:aws:iam::000000000000:role/logs" });
  const anyone = { Effect: "Allow", Principal: "*", Action: "execute-api:Invoke", Resource: "*" };
  new aws.apigateway.RestApiPolicy("anyone", { restApiId: restApi, policy: policy([anyone]) });
  const stage = new aws.apigateway.Stage("live", {
    ...{ restApi, deployment: deployment.id, stageName: "live", cacheClusterEnabled: true, cacheClusterSize: "0.5" },
    ...{ accessLogSettings: { destinationArn: log.arn, format: FORMAT }, xrayTracingEnabled: true },
  });
  const { stageName } = stage;
  const settings = { metricsEnabled: true, throttlingRateLimit: 1000, throttlingBurstLimit: 1000 };
  new aws.apigateway.MethodSettings("get", {
    ...{ restApi, stageName, methodPath: "v1/items/{id}/GET" },
    settings: { ...settings, cachingEnabled: true, cacheTtlInSeconds: 60, cacheDataEncrypted: true },
  });
  new aws.apigateway.MethodSettings("health", {
    ...{ restApi, stageName, methodPath: "health/GET" },
    settings: { throttlingRateLimit: 0.001, throttlingBurstLimit: 3 },
  });
  const key = new aws.apigateway.ApiKey("all", { name: "all", value: "the-key-of-everybody-here" });
  const plan = new aws.apigateway.UsagePlan("plan", {
    ...{ name: "plan", throttleSettings: { rateLimit: 1000, burstLimit: 1000 } },
    apiStages: [
      {
        ...{ apiId: stage.restApi, stage: stageName },
        throttles: [{ path: "/v1/items/POST", rateLimit: 0.001, burstLimit: 6 }],
      },
    ],
    quotaSettings: { limit: 1000, period: "DAY" },
  });
  new aws.apigateway.UsagePlanKey("all", { keyId: key.id, keyType: "API_KEY", usagePlanId: plan.id });
  const may = (name: string, sourceArn: pulumi.Input<string>, args: Partial<aws.lambda.PermissionArgs>) =>
    new aws.lambda.Permission(name, {
      ...{ action: "lambda:InvokeFunction", principal: "apigateway.amazonaws.com", function: echo.name, sourceArn },
      ...{ statementId: name, ...args },
    });
  may("authorizer", pulumi.interpolate`${api.executionArn}/authorizers/${authorizer.id}`, { function: asks.name });
  may("getting", pulumi.interpolate`${api.executionArn}/live/GET/v1/items/*`, { qualifier: live.name });
  may("posting", pulumi.interpolate`${api.executionArn}/live/POST/v1/items`, { qualifier: live.name });
  const named = new aws.apigateway.DomainName("domain", {
    ...{ domainName: "items.example.com", regionalCertificateArn: "arn:aws:acm:us-east-1:000000000000:certificate/1" },
    ...{ endpointConfiguration: { types: "REGIONAL" }, securityPolicy: "TLS_1_2" },
  });
  new aws.apigateway.BasePathMapping("domain", { domainName: named.domainName, restApi, stageName });
  const known = new aws.wafv2.IpSet("known", {
    ...{ name: "known", scope: "REGIONAL", ipAddressVersion: "IPV4", addresses: ["198.51.100.0/24"] },
  });
  const acl = new aws.wafv2.WebAcl("acl", {
    ...{ name: "acl", scope: "REGIONAL", defaultAction: { allow: {} } },
    visibilityConfig: { cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true, metricName: "acl" },
    rules: [
      {
        ...{ name: "rate", priority: 0, action: { block: {} } },
        statement: {
          rateBasedStatement: {
            ...{ aggregateKeyType: "IP", limit: 10 },
            scopeDownStatement: { notStatement: { statement: { ipSetReferenceStatement: { arn: known.arn } } } },
          },
        },
        visibilityConfig: { cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true, metricName: "rate" },
      },
    ],
  });
  new aws.wafv2.WebAclAssociation("acl", { resourceArn: stage.arn, webAclArn: acl.arn });
  return {
    ...{ apiId: api.id, invokeUrl: stage.invokeUrl, alias: live.arn, function: echo.name, aclArn: acl.arn },
    ...{ stageArn: stage.arn, knownArn: known.arn, keyId: key.id, rootResourceId: api.rootResourceId },
  };
}
