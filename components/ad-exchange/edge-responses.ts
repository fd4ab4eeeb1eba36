import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ApiDefinition } from "./edge-definition";

/** What the gateway answers by itself, by its own name for the case (Developer Guide, "Gateway response types"). */
interface Answer {
  readonly type: string;
  /** Left out where the type stands for several. */
  readonly status?: number;
  /** Left out: no content. */
  readonly title?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A second: the bucket of a rate fills up again at once. */
const SOON = { "Retry-After": "1" };
/** An hour: a day's quota does not come back in seconds. */
const LATER = { "Retry-After": "3600" };

/**
 * A malformed request is answered 400 without content (OpenRTB 2.6, 4.2.1 and 7.1). These answers belong to the whole API, so a
 * campaign that is no campaign at all gets the same; X-Error-Type says which part of it was wrong.
 */
const MALFORMED: readonly Answer[] = [
  { type: "BAD_REQUEST_BODY", status: 400 },
  { type: "BAD_REQUEST_PARAMETERS", status: 400 },
];

const OTHERS: readonly Answer[] = [
  { type: "UNAUTHORIZED", status: 401, title: "Unauthorized", headers: { "WWW-Authenticate": "Bearer" } },
  { type: "ACCESS_DENIED", status: 403, title: "Forbidden" },
  // A token whose usage key belongs to no usage plan of the stage.
  { type: "INVALID_API_KEY", status: 403, title: "Forbidden" },
  { type: "WAF_FILTERED", status: 403, title: "Forbidden" },
  // What the gateway calls a path that it does not know; its own 403 misleads.
  { type: "MISSING_AUTHENTICATION_TOKEN", status: 404, title: "Not Found" },
  { type: "RESOURCE_NOT_FOUND", status: 404, title: "Not Found" },
  { type: "REQUEST_TOO_LARGE", status: 413, title: "Content Too Large" },
  { type: "UNSUPPORTED_MEDIA_TYPE", status: 415, title: "Unsupported Media Type" },
  { type: "THROTTLED", status: 429, title: "Too Many Requests", headers: SOON },
  { type: "QUOTA_EXCEEDED", status: 429, title: "Too Many Requests", headers: LATER },
  { type: "AUTHORIZER_FAILURE", status: 500, title: "Internal Server Error" },
  { type: "AUTHORIZER_CONFIGURATION_ERROR", status: 500, title: "Internal Server Error" },
  { type: "API_CONFIGURATION_ERROR", status: 500, title: "Internal Server Error" },
  { type: "INTEGRATION_FAILURE", status: 504, title: "Gateway Timeout" },
  { type: "INTEGRATION_TIMEOUT", status: 504, title: "Gateway Timeout" },
  { type: "DEFAULT_4XX", title: "Bad Request" },
  { type: "DEFAULT_5XX", title: "Server Error" },
];

export const ANSWERS: readonly Answer[] = [...MALFORMED, ...OTHERS];

/** Problem details (RFC 9457) with the id that logs know the request by, and nothing of what went wrong inside. */
const problem = ({ title, status }: Answer): string =>
  JSON.stringify({ type: "about:blank", title, ...(status && { status }), requestId: "$context.requestId" });

const headersOf = ({ title, headers }: Answer): Record<string, string> => {
  const fixed = { ...(title && { "Content-Type": "application/problem+json" }), ...headers };
  return {
    ...Object.fromEntries(Object.entries(fixed).map(([key, value]) => [`gatewayresponse.header.${key}`, `'${value}'`])),
    "gatewayresponse.header.X-Error-Type": "context.error.responseType",
  };
};

export function edgeResponses(
  name: string,
  definition: ApiDefinition,
  restApiId: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  for (const answer of ANSWERS)
    definition.make(
      aws.apigateway.Response,
      `${name}-${answer.type}-response`,
      {
        restApiId,
        responseType: answer.type,
        ...(answer.status && { statusCode: String(answer.status) }),
        responseParameters: headersOf(answer),
        responseTemplates: { "application/json": answer.title ? problem(answer) : "" },
      },
      opts,
    );
}
