import { type Header, type HealthCheck, type Received, type TargetGroup, valuesOf } from "./model";

/** What a function is handed ("Receive events from the load balancer", "Multi-value headers"). */
export interface LambdaEvent {
  readonly requestContext: { readonly elb: { readonly targetGroupArn: string } };
  readonly httpMethod: string;
  readonly path: string;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

type Group = Pick<TargetGroup, "arn" | "multiValueHeaders">;

/** "The maximum size of the request body that you can send to a Lambda function is 1 MB." */
export const LARGEST_BODY = 1024 * 1024;

/** Media types whose bodies go as they are; every other body, and every one with a content encoding, goes as Base64. */
const TEXT = /^(text\/[^;]*|application\/(json|javascript|xml))\s*(;|$)/i;

/** @param headers what is left of the request's and what the load balancer added */
export function lambdaEvent(group: Group, request: Received, headers: readonly Header[]): LambdaEvent {
  const [mediaType = ""] = valuesOf(headers, "content-type");
  const isText = valuesOf(headers, "content-encoding").length === 0 && TEXT.test(mediaType.trim());
  const isBase64Encoded = request.body.length > 0 && !isText;
  return eventOf(group, {
    ...{ method: request.method, path: request.path, query: request.query, headers, isBase64Encoded },
    body: Buffer.from(request.body).toString(isBase64Encoded ? "base64" : "utf8"),
  });
}

/** The event that asks for a function's health ("Enable health checks"). */
export function healthCheckEvent(group: Group, { path: target }: Pick<HealthCheck, "path">): LambdaEvent {
  const { path, query } = splitTarget(target);
  const headers: Header[] = [["user-agent", "ELB-HealthChecker/2.0"]];
  return eventOf(group, { method: "GET", path, query, headers, body: "", isBase64Encoded: false });
}

/** A request target's path and its query, which goes without the question mark. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const [path = "", ...query] = target.split("?");
  return { path, query: query.join("?") };
}

interface Parts extends Pick<Received, "method" | "path" | "query" | "headers"> {
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** "If the query parameters are URL-encoded, the load balancer does not decode them." */
function eventOf(group: Group, { method, path, query, headers, body, isBase64Encoded }: Parts): LambdaEvent {
  const parameters = query.split("&").flatMap((part): Header[] => {
    const [name = "", ...value] = part.split("=");
    return part === "" ? [] : [[name, value.join("=")]];
  });
  const several = group.multiValueHeaders
    ? { multiValueQueryStringParameters: all(parameters), multiValueHeaders: all(headers) }
    : { queryStringParameters: last(parameters), headers: last(headers) };
  const requestContext = { elb: { targetGroupArn: group.arn } };
  return { requestContext, httpMethod: method, path, ...several, body, isBase64Encoded };
}

const all = (pairs: readonly Header[]): Record<string, string[]> => {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(values);
};

/** "… the load balancer uses the last value that it receives." */
const last = (pairs: readonly Header[]): Record<string, string> => Object.fromEntries(pairs);
