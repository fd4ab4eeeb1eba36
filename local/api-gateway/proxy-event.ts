import type { Header } from "../load-balancer/model";
import { valuesOf } from "../load-balancer/model";
import type { Call } from "./call";
import { clfTime } from "./variables";

/**
 * What a function is handed of a request ("Input format of a Lambda function for proxy integration", Developer Guide), but for the
 * body, which an authorizer does not get.
 */
export function requestPart(call: Call) {
  const { asked, query, routed, stage } = call;
  const headers = forwarded(call);
  return {
    resource: routed?.route.path ?? "",
    path: asked.path,
    httpMethod: asked.method,
    headers: last(headers),
    multiValueHeaders: all(headers),
    queryStringParameters: orNull(last(query)),
    multiValueQueryStringParameters: orNull(all(query)),
    pathParameters: orNull(routed?.parameters ?? {}),
    stageVariables: orNull(stage.variables),
    requestContext: contextOf(call),
  };
}

/** The whole event, as JSON text. */
export function proxyEvent(call: Call): string {
  const { body, headers } = call.asked;
  const isBase64Encoded = body.length > 0 && isBinary(call, valuesOf(headers, "content-type")[0]);
  const text = body.length === 0 ? null : Buffer.from(body).toString(isBase64Encoded ? "base64" : "utf8");
  return JSON.stringify({ ...requestPart(call), body: text, isBase64Encoded });
}

/** Whether a media type is one that the API passes on as bytes ("Binary media types for REST APIs"). */
export function isBinary({ stage }: Pick<Call, "stage">, mediaType: string | undefined): boolean {
  const type = (mediaType ?? "").split(/[;,]/)[0]!.trim().toLowerCase();
  const matches = (wanted: string) =>
    wanted === "*/*" || wanted === type || (wanted.endsWith("/*") && type.startsWith(wanted.slice(0, -1)));
  return type !== "" && stage.api.binaryMediaTypes.some((wanted) => matches(wanted.toLowerCase()));
}

/** The client's own headers, and what the gateway adds. */
function forwarded({ asked, traceId }: Call): Header[] {
  const before = valuesOf(asked.headers, "x-forwarded-for");
  const own = /^x-(forwarded-(for|port|proto)|amzn-trace-id)$/i;
  return [
    ...asked.headers.filter(([name]) => !own.test(name)),
    ["X-Amzn-Trace-Id", traceId],
    ["X-Forwarded-For", [...before, asked.client.address].join(", ")],
    ["X-Forwarded-Port", "443"],
    ["X-Forwarded-Proto", "https"],
  ];
}

function contextOf({ stage, asked, routed, authorized, authorizerStep, key, now, requestId }: Call) {
  const { api } = stage;
  const domainName = valuesOf(asked.headers, "host")[0] ?? "";
  return {
    resourceId: routed?.route.resourceId ?? "",
    resourcePath: routed?.route.path ?? "",
    httpMethod: asked.method,
    extendedRequestId: requestId,
    requestTime: clfTime(now),
    path: `/${stage.name}${asked.path}`,
    accountId: api.account,
    protocol: "HTTP/1.1",
    stage: stage.name,
    domainPrefix: domainName.split(".")[0],
    requestTimeEpoch: now,
    requestId,
    identity: {
      ...{ cognitoIdentityPoolId: null, accountId: null, cognitoIdentityId: null, caller: null },
      sourceIp: asked.client.address,
      ...{ principalOrgId: null, accessKey: null, cognitoAuthenticationType: null },
      ...{ cognitoAuthenticationProvider: null, userArn: null, user: null },
      userAgent: valuesOf(asked.headers, "user-agent")[0] ?? null,
      ...(key ? { apiKey: key.value, apiKeyId: key.id } : {}),
    },
    domainName,
    deploymentId: stage.deploymentId,
    apiId: api.id,
    ...(authorized
      ? {
          authorizer: {
            ...authorized.context,
            ...(authorized.principalId === undefined ? {} : { principalId: authorized.principalId }),
            integrationLatency: authorizerStep?.milliseconds ?? 0,
          },
        }
      : {}),
  };
}

type Pairs = readonly (readonly [string, string])[];

/** Of a name that comes more than once, the last value. */
const last = (pairs: Pairs): Record<string, string> => Object.fromEntries(pairs);

function all(pairs: Pairs): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(values);
}

const orNull = <Value extends object>(value: Value): Value | null => (Object.keys(value).length > 0 ? value : null);
