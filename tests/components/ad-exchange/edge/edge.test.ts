import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ACCESS_LOG_FORMAT } from "../../../../components/ad-exchange/access-logs";
import { ANSWERS } from "../../../../components/ad-exchange/edge-responses";
import { HEADER_FORM } from "../../../../functions/ad-exchange/domain/auth/credential";
import { ROUTES } from "../../../../functions/ad-exchange/domain/auth/routes";
import { statementsOf } from "../../../support/iam";
import { type RecordedProgram, recordResources } from "../../../support/recorded-program";
import { GATEWAY, lambdaUri, recordEdge, routesIn, sampleEdge } from "./sample";

const keyed = (program: RecordedProgram, kind: string) =>
  new Map(program.ofType(GATEWAY(kind)).map((each) => [routesIn(program)(each), each.inputs]));

describe("The exchange's methods", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordEdge();
  });

  it("are those of the routes, and /health", () => {
    const routes = ROUTES.map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual([...keyed(program, "Method").keys()].sort(), [...routes, "GET /health"].sort());
    assert.deepEqual([...keyed(program, "Integration").keys()].sort(), [...routes, "GET /health"].sort());
  });

  it("ask the authorizer and count against the caller's key, all but /health", () => {
    const authorizer = program.named("x-authorizer");
    for (const [route, inputs] of keyed(program, "Method")) {
      const asks = route === "GET /health" ? ["NONE", undefined, undefined] : ["CUSTOM", authorizer.id, true];
      assert.deepEqual([inputs.authorization, inputs.authorizerId, inputs.apiKeyRequired], asks, route);
    }
    assert.equal(program.named("x-api").inputs.apiKeySource, "AUTHORIZER");
  });

  it("hand requests whole to their functions, and wait as long as those may run", () => {
    for (const [route, inputs] of keyed(program, "Integration")) {
      if (route === "GET /health") continue;
      const auction = route.endsWith("/auction");
      assert.equal(inputs.type, "AWS_PROXY", route);
      assert.equal(inputs.integrationHttpMethod, "POST", route);
      assert.equal(inputs.uri, lambdaUri(auction ? "bid:live" : "campaigns"), route);
      assert.equal(inputs.timeoutMilliseconds, auction ? 1_000 : 10_000, route);
    }
  });

  it("may be invoked by exactly the method that leads to each, through the alias where there is one", () => {
    const arn = String(program.named("x-api").state.executionArn);
    const permissions = program
      .ofType("aws:lambda/permission:Permission")
      .map(({ inputs }) => [inputs.function, inputs.qualifier, String(inputs.sourceArn).replace(arn, "")].join(" "));
    assert.deepEqual(permissions.sort(), [
      `authorizer  /authorizers/${program.named("x-authorizer").id}`,
      "bid live /live/POST/openrtb2/auction",
      "campaigns  /live/DELETE/v1/campaigns/*",
      "campaigns  /live/GET/v1/campaigns",
      "campaigns  /live/GET/v1/campaigns/*",
      "campaigns  /live/PATCH/v1/campaigns/*",
      "campaigns  /live/POST/v1/campaigns",
    ]);
    for (const { inputs } of program.ofType("aws:lambda/permission:Permission")) {
      assert.equal(inputs.principal, "apigateway.amazonaws.com");
      assert.equal(inputs.action, "lambda:InvokeFunction");
    }
  });

  it("check bodies, of whatever content type they say they are, and demand the path's id", () => {
    const models: Record<string, unknown> = {};
    for (const [route, inputs] of keyed(program, "Method")) {
      if (route === "GET /health") continue;
      assert.equal(inputs.requestValidatorId, program.named("x-validator").id, route);
      if (inputs.requestModels) models[route] = inputs.requestModels;
      const parameters = (inputs.requestParameters ?? {}) as Record<string, boolean>;
      assert.equal(parameters["method.request.path.id"], route.includes("{id}") ? true : undefined, route);
    }
    const both = (model: string) => ({ "application/json": model, $default: model });
    assert.deepEqual(models, {
      "POST /openrtb2/auction": both("AuctionRequest"),
      "POST /v1/campaigns": both("Campaign"),
      "PATCH /v1/campaigns/{id}": both("CampaignPatch"),
    });
    const validator = program.named("x-validator").inputs;
    assert.deepEqual([validator.validateRequestBody, validator.validateRequestParameters], [true, true]);
  });

  it("answer /health without a function, and never from a cache", () => {
    const integration = keyed(program, "Integration").get("GET /health");
    assert.equal(integration?.type, "MOCK");
    assert.deepEqual(integration?.requestTemplates, { "application/json": '{"statusCode":200}' });
    const { inputs, dependsOn } = program.named("x-get-health-integration-response");
    assert.deepEqual(inputs.responseTemplates, { "application/json": '{"status":"ok"}' });
    assert.deepEqual(inputs.responseParameters, { "method.response.header.Cache-Control": "'no-store'" });
    assert.deepEqual(dependsOn, ["x-get-health-integration"]);
  });
});

describe("The authorizer of the exchange", () => {
  it("is asked with the token, keeps its answer as long as told, and sees only what looks like a token", async () => {
    const program = await recordEdge({ api: { authorizerTtlSeconds: 17 } });
    const { inputs } = program.named("x-authorizer");
    assert.equal(inputs.type, "TOKEN");
    assert.equal(inputs.identitySource, "method.request.header.Authorization");
    assert.equal(inputs.authorizerResultTtlInSeconds, 17);
    assert.equal(inputs.authorizerUri, lambdaUri("authorizer"));
    assert.equal(inputs.identityValidationExpression, HEADER_FORM);
  });
});

describe("The exchange's API", () => {
  it("is regional, speaks TLS 1.2 or newer and compresses long answers", async () => {
    const { inputs } = (await recordEdge()).named("x-api");
    assert.deepEqual(inputs.endpointConfiguration, { types: "REGIONAL" });
    assert.equal(inputs.securityPolicy, "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09");
    assert.equal(inputs.endpointAccessMode, "STRICT");
    assert.equal(inputs.minimumCompressionSize, "16384");
    assert.equal(inputs.disableExecuteApiEndpoint, false);
  });

  it("compresses answers from as many bytes on as told, or never", async () => {
    const of = async (compressFromBytes: number | null) =>
      (await recordEdge({ api: { compressFromBytes } })).named("x-api").inputs.minimumCompressionSize;
    assert.deepEqual([await of(0), await of(10_485_760), await of(null)], ["0", "10485760", "-1"]);
  });

  it("is private where told, and lets in no endpoint but those named", async () => {
    const vpcEndpointIds = ["vpce-0123456789abcdef0", "vpce-0123456789abcdef1"];
    const program = await recordEdge({ api: { endpointType: "private", vpcEndpointIds } });
    const { inputs, state } = program.named("x-api");
    assert.deepEqual(inputs.endpointConfiguration, { types: "PRIVATE", vpcEndpointIds });
    assert.equal(inputs.securityPolicy, "TLS_1_2");
    assert.equal(inputs.endpointAccessMode, undefined);
    const [allow, deny, ...more] = statementsOf(program.named("x-api-policy").inputs.policy);
    assert.deepEqual(more, []);
    assert.deepEqual(
      [allow?.Effect, allow?.Condition, allow?.Resource],
      ["Allow", undefined, `${state.executionArn}/*`],
    );
    assert.deepEqual(
      [deny?.Effect, deny?.Principal, deny?.Action, deny?.Resource],
      ["Deny", "*", "execute-api:Invoke", `${state.executionArn}/*`],
    );
    assert.deepEqual(deny?.Condition, { StringNotEquals: { "aws:SourceVpce": vpcEndpointIds } });
    assert.equal(program.named("x-deployment").dependsOn.includes("x-api-policy"), true);
  });

  it("has no policy where it is regional", async () => {
    assert.deepEqual((await recordEdge()).ofType(GATEWAY("RestApiPolicy")), []);
  });

  it("is reached by its own domain only, where there is one", async () => {
    const certificateArn = "arn:aws:acm:us-east-1:123456789012:certificate/1-2";
    let url: pulumi.Output<string> | undefined;
    const program = await recordResources(() => {
      ({ url } = sampleEdge({ api: { domain: { name: "rtb.example.com", certificateArn } } }));
    });
    assert.equal(program.named("x-api").inputs.disableExecuteApiEndpoint, true);
    const { inputs } = program.named("x-domain");
    assert.deepEqual(inputs.endpointConfiguration, { types: "REGIONAL" });
    assert.equal(inputs.regionalCertificateArn, certificateArn);
    assert.equal(inputs.securityPolicy, "TLS_1_2");
    assert.match(String(program.named("x-api").inputs.securityPolicy), /TLS13_1_2/);
    assert.deepEqual(program.named("x-domain-mapping").inputs, {
      domainName: "rtb.example.com",
      restApi: program.named("x-api").id,
      stageName: "live",
    });
    assert.equal(await resolved(url), "https://rtb.example.com");
  });

  it("tells its address before it has methods", async () => {
    let url: pulumi.Output<string> | undefined;
    const program = await recordResources(() => {
      ({ url } = sampleEdge());
    });
    const { id } = program.named("x-api");
    assert.equal(await resolved(url), `https://${id}.execute-api.us-east-1.amazonaws.com/live`);
  });

  for (const milliseconds of [49, 29_001, 80.5])
    it(`refuses to wait ${milliseconds} ms for an auction`, async () => {
      await assert.rejects(recordEdge({ auctionMilliseconds: milliseconds }), (error: Error) => {
        assert.equal(pulumi.ResourceError.isInstance(error), true, String(error));
        assert.match(
          error.message,
          /^x: timeoutMilliseconds of auction is .*; give a whole number from 50 to 29000\.$/,
        );
        return true;
      });
    });
});

const resolved = (output: pulumi.Output<string> | undefined) =>
  new Promise((resolve) => pulumi.output(output).apply(resolve));

describe("What the gateway answers by itself", () => {
  let responses: ReadonlyMap<unknown, Readonly<Record<string, unknown>>>;
  before(async () => {
    const program = await recordEdge();
    responses = new Map(program.ofType(GATEWAY("Response")).map(({ inputs }) => [inputs.responseType, inputs]));
  });

  it("is 400 without content to a malformed request, as OpenRTB has it", () => {
    for (const type of ["BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS"]) {
      const inputs = responses.get(type);
      assert.equal(inputs?.statusCode, "400", type);
      assert.deepEqual(inputs?.responseTemplates, { "application/json": "" }, type);
      assert.equal(headers(inputs)["Content-Type"], undefined, type);
    }
  });

  it("is a problem with the request's id otherwise, and tells nothing of the inside", () => {
    for (const { type, status, title } of ANSWERS.filter((each) => each.title !== undefined)) {
      const inputs = responses.get(type);
      const body = JSON.parse(
        String((inputs?.responseTemplates as Record<string, string> | undefined)?.["application/json"]),
      );
      assert.deepEqual(body, {
        type: "about:blank",
        title,
        ...(status && { status }),
        requestId: "$context.requestId",
      });
      assert.equal(inputs?.statusCode, status === undefined ? undefined : String(status), type);
      assert.equal(headers(inputs)["Content-Type"], "'application/problem+json'", type);
    }
  });

  it("says what to do where there is something to do", () => {
    assert.equal(headers(responses.get("UNAUTHORIZED"))["WWW-Authenticate"], "'Bearer'");
    assert.equal(headers(responses.get("THROTTLED"))["Retry-After"], "'1'");
    assert.equal(headers(responses.get("QUOTA_EXCEEDED"))["Retry-After"], "'3600'");
  });

  it("has the status that each case asks for", () => {
    const statuses = Object.fromEntries([...responses].map(([type, { statusCode }]) => [type, statusCode]));
    assert.deepEqual(statuses, {
      ...{ BAD_REQUEST_BODY: "400", BAD_REQUEST_PARAMETERS: "400", UNAUTHORIZED: "401" },
      ...{ ACCESS_DENIED: "403", INVALID_API_KEY: "403", WAF_FILTERED: "403" },
      ...{ MISSING_AUTHENTICATION_TOKEN: "404", RESOURCE_NOT_FOUND: "404" },
      ...{ REQUEST_TOO_LARGE: "413", UNSUPPORTED_MEDIA_TYPE: "415", THROTTLED: "429", QUOTA_EXCEEDED: "429" },
      ...{ AUTHORIZER_FAILURE: "500", AUTHORIZER_CONFIGURATION_ERROR: "500", API_CONFIGURATION_ERROR: "500" },
      ...{ INTEGRATION_FAILURE: "504", INTEGRATION_TIMEOUT: "504", DEFAULT_4XX: undefined, DEFAULT_5XX: undefined },
    });
  });
});

const headers = (inputs: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries((inputs?.responseParameters ?? {}) as object).map(([key, value]) => [
      key.replace("gatewayresponse.header.", ""),
      value,
    ]),
  );

describe("The access log", () => {
  it("names the caller by principal, and holds no header, no address and no text of the request's", () => {
    const format = JSON.parse(ACCESS_LOG_FORMAT) as Record<string, string>;
    assert.equal(format.principal, "$context.authorizer.principalId");
    for (const [field, value] of Object.entries(format)) assert.match(value, /^\$context\.[\w.]+$/, field);
    assert.doesNotMatch(
      ACCESS_LOG_FORMAT,
      /header|sourceIp|userAgent|apiKey"|messageString|validationErrorString|\.path/i,
    );
  });

  it("goes to a group of its own, kept for so many days and encrypted where there is a key", async () => {
    const program = await recordEdge({ withKey: true });
    const group = program.named("x-access-logs");
    assert.equal(group.inputs.name, "/aws/apigateway/api-ad-exchange-dev");
    assert.equal(group.inputs.retentionInDays, 7);
    assert.equal(group.inputs.kmsKeyId, program.named("k").state.arn);
    const { accessLogSettings } = program.named("x-stage").inputs;
    assert.deepEqual(accessLogSettings, { destinationArn: group.state.arn, format: ACCESS_LOG_FORMAT });
  });

  it("comes with the gateway's own log group, which would else be kept for ever", async () => {
    const program = await recordEdge();
    const { inputs } = program.named("x-execution-logs");
    assert.equal(inputs.name, `API-Gateway-Execution-Logs_${program.named("x-api").id}/live`);
    assert.equal(inputs.retentionInDays, 7);
    assert.equal(program.named("x-stage").dependsOn.includes("x-execution-logs"), true);
  });

  it("is not written where the account has no role for it", async () => {
    const program = await recordEdge({ api: { loggingRole: "none" } });
    assert.deepEqual(program.ofType("aws:cloudwatch/logGroup:LogGroup"), []);
    assert.equal(program.named("x-stage").inputs.accessLogSettings, undefined);
  });

  it("has the account's role made only where told", async () => {
    for (const loggingRole of ["none", "present"] as const) {
      const program = await recordEdge({ api: { loggingRole } });
      assert.deepEqual(program.ofType(GATEWAY("Account")), [], loggingRole);
      assert.deepEqual(program.ofType("aws:iam/role:Role"), [], loggingRole);
    }
    const program = await recordEdge({ api: { loggingRole: "ours" } });
    assert.equal(program.named("x-logging").inputs.cloudwatchRoleArn, program.named("x-logging-role").state.arn);
    const trust = statementsOf(program.named("x-logging-role").inputs.assumeRolePolicy);
    assert.deepEqual(trust[0]?.Principal, { Service: "apigateway.amazonaws.com" });
    assert.equal(program.named("x-stage").dependsOn.includes("x-logging"), true);
  });
});
