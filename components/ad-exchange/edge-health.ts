import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ApiDefinition } from "./edge-definition";

/** The one path without a token: it tells nothing but that the gateway answers. */
export const HEALTH = "/health";

export interface HealthArgs {
  readonly definition: ApiDefinition;
  readonly restApi: pulumi.Input<string>;
  readonly resourceId: pulumi.Input<string>;
}

/** Answered by the gateway itself: no function, no token. */
export function edgeHealth(name: string, args: HealthArgs, opts: pulumi.CustomResourceOptions): aws.apigateway.Method {
  const { definition, restApi, resourceId } = args;
  const method = definition.make(
    aws.apigateway.Method,
    `${name}-get-health-method`,
    { restApi, resourceId, httpMethod: "GET", authorization: "NONE" },
    opts,
  );
  const at = { restApi, resourceId, httpMethod: method.httpMethod };
  const integration = definition.make(
    aws.apigateway.Integration,
    `${name}-get-health-integration`,
    {
      ...at,
      type: "MOCK",
      passthroughBehavior: "NEVER", // a mock that is handed a body in place of its template fails with 500
      requestTemplates: { "application/json": '{"statusCode":200}' },
    },
    opts,
  );
  answered(name, { ...args, at, integration }, opts);
  return method;
}

function answered(
  name: string,
  args: HealthArgs & {
    readonly at: Pick<aws.apigateway.MethodResponseArgs, "restApi" | "resourceId" | "httpMethod">;
    readonly integration: aws.apigateway.Integration;
  },
  opts: pulumi.CustomResourceOptions,
): void {
  const { definition, at, integration } = args;
  const response = definition.make(
    aws.apigateway.MethodResponse,
    `${name}-get-health-response`,
    {
      ...at,
      statusCode: "200",
      responseModels: { "application/json": "Empty" },
      responseParameters: { "method.response.header.Cache-Control": true },
    },
    opts,
  );
  definition.make(
    aws.apigateway.IntegrationResponse,
    `${name}-get-health-integration-response`,
    {
      ...at,
      statusCode: response.statusCode,
      responseTemplates: { "application/json": '{"status":"ok"}' },
      responseParameters: { "method.response.header.Cache-Control": "'no-store'" },
    },
    { ...opts, dependsOn: [integration] },
  );
}
