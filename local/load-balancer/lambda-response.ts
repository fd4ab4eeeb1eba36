import type { Answer, Header, TargetGroup } from "./model";

/** "The maximum size of the response JSON that the Lambda function can send is 1 MB." */
const LARGEST_RESPONSE = 1024 * 1024;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Visible characters, spaces and tabs (RFC 9110, section 5.5). */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** "The load balancer does not honor hop-by-hop headers", and it computes the length. */
const NOT_HONORED = /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|content-length)$/;

/** Why a response of a function is none, as the access log says it ("Error reason codes"). */
export type ResponseFault = "LambdaInvalidResponse" | "LambdaResponseTooLarge";

/**
 * Reads what a function answered ("Respond to the load balancer"): status code, headers and whether the body is Base64 must be
 * there, the headers under the name that the target group's setting asks for.
 */
export function readResponse(payload: string, { multiValueHeaders }: Pick<TargetGroup, "multiValueHeaders">) {
  if (Buffer.byteLength(payload) > LARGEST_RESPONSE) return "LambdaResponseTooLarge";
  const response = objectIn(payload);
  const { statusCode, statusDescription, isBase64Encoded, body = "" } = response ?? {};
  const headers = multiValueHeaders ? listsIn(response?.multiValueHeaders) : singlesIn(response?.headers);
  const isWhole =
    isStatus(statusCode) &&
    headers !== undefined &&
    typeof isBase64Encoded === "boolean" &&
    (typeof body === "string" || body === null) &&
    (statusDescription === undefined || isDescription(statusDescription, statusCode));
  if (!isWhole) return "LambdaInvalidResponse";
  return {
    status: statusCode,
    ...(typeof statusDescription === "string" ? { reasonPhrase: statusDescription.slice(4) } : {}),
    headers: headers.filter(([name]) => !NOT_HONORED.test(name.toLowerCase())),
    body: isBase64Encoded ? Buffer.from(body ?? "", "base64") : (body ?? ""),
  } satisfies Answer;
}

function objectIn(payload: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

const isStatus = (code: unknown): code is number =>
  Number.isInteger(code) && Number(code) >= 200 && Number(code) <= 599;

/** "The statusDescription must contain the status code and reason phrase, separated by a single space." */
const isDescription = (text: unknown, status: number): text is string =>
  typeof text === "string" && text.startsWith(`${status} `) && /^\d{3} [\x21-\x7e][\x20-\x7e]*$/.test(text);

const isHeader = ([name, value]: readonly [string, unknown]): boolean =>
  TOKEN.test(name) && typeof value === "string" && VALUE.test(value);

function singlesIn(headers: unknown): Header[] | undefined {
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) return undefined;
  const pairs = Object.entries(headers);
  return pairs.every(isHeader) ? (pairs as [string, string][]) : undefined;
}

function listsIn(headers: unknown): Header[] | undefined {
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) return undefined;
  const lists = Object.entries(headers);
  if (!lists.every(([, values]) => Array.isArray(values))) return undefined;
  const pairs = lists.flatMap(([name, values]) => (values as unknown[]).map((value) => [name, value] as const));
  return pairs.every(isHeader) ? (pairs as unknown as Header[]) : undefined;
}
