import type { Answer, Header } from "../load-balancer/model";
import { valuesOf } from "../load-balancer/model";
import type { Call } from "./call";
import { isBinary } from "./proxy-event";

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Visible characters, spaces and tabs (RFC 9110, section 5.5). */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** "Important notes", Developer Guide: these headers of an integration reach a client under another name. */
const REMAPPED = new Set([
  ...["authorization", "connection", "content-length", "content-md5", "date", "host", "max-forwards", "pragma"],
  ...["server", "te", "transfer-encoding", "trailer", "upgrade", "user-agent", "www-authenticate"],
]);

/**
 * Reads what a function answered ("Output format of a Lambda function for proxy integration"). Undefined when it is malformed, which
 * is 502 to the client.
 */
export function readResponse(payload: string, call: Call): Answer | undefined {
  const response = objectIn(payload);
  if (response === undefined) return undefined;
  const { statusCode, body = null, isBase64Encoded = false, headers = {}, multiValueHeaders = {} } = response;
  const status = Number(statusCode);
  const all = headersOf(headers ?? {}, multiValueHeaders ?? {});
  const isWhole =
    /^[1-5]\d\d$/.test(String(statusCode)) &&
    (typeof body === "string" || body === null) &&
    typeof isBase64Encoded === "boolean" &&
    all !== undefined;
  if (!isWhole) return undefined;
  const isTyped = valuesOf(all, "content-type").length > 0;
  return {
    status,
    headers: isTyped ? all : [["content-type", "application/json"], ...all],
    // Base64 stays text for whoever does not accept one of the API's binary media types.
    body:
      isBase64Encoded && isBinary(call, valuesOf(call.asked.headers, "accept")[0])
        ? Buffer.from(body ?? "", "base64")
        : (body ?? ""),
  };
}

function objectIn(payload: string): Readonly<Record<string, unknown>> | undefined {
  const value: unknown = JSON.parse(payload);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

/** "If you specify values for both headers and multiValueHeaders, API Gateway merges them into a single list." */
function headersOf(single: unknown, several: unknown): Header[] | undefined {
  if (!isObject(single) || !isObject(several)) return undefined;
  const lists = Object.entries(several);
  if (!lists.every(([, values]) => Array.isArray(values))) return undefined;
  const listed = lists.flatMap(([name, values]) => (values as unknown[]).map((value) => [name, value] as const));
  const names = new Set(listed.map(([name]) => name.toLowerCase()));
  const merged = [...Object.entries(single).filter(([name]) => !names.has(name.toLowerCase())), ...listed];
  const texts = merged.map(([name, value]): Header => [name, String(value)]);
  if (!texts.every(([name, value]) => TOKEN.test(name) && VALUE.test(value))) return undefined;
  if (merged.some(([, value]) => !["string", "number", "boolean"].includes(typeof value))) return undefined;
  return texts.map(([name, value]) =>
    REMAPPED.has(name.toLowerCase()) ? [`x-amzn-Remapped-${name}`, value] : [name, value],
  );
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
