/** What the load balancer hands a function (Application Load Balancer guide, "Receive events from the load balancer"). */
export interface Incoming {
  readonly httpMethod: string;
  readonly path: string;
  /** With multi-value headers enabled on the target group; names in whatever case. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | undefined;
  /** Without. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** As the caller encoded them: the load balancer decodes neither names nor values. */
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[] | undefined>> | undefined;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | undefined;
  readonly body: string | null;
  /** True for every body that has a content encoding, or a media type that is no text. */
  readonly isBase64Encoded: boolean;
}

export interface Request {
  readonly method: string;
  readonly path: string;
  /** By name in lower case; a header that came several times is one, joined by commas (RFC 9110, section 5.2). */
  readonly headers: ReadonlyMap<string, string>;
  /** Names with their values, still encoded. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** As it came over the wire, still compressed where the client compressed it. */
  readonly body: Uint8Array;
}

/** Reads an event of the load balancer. Never throws for one that has these shapes. */
export const readRequest = ({
  httpMethod,
  path,
  multiValueHeaders,
  headers,
  multiValueQueryStringParameters,
  queryStringParameters,
  body,
  isBase64Encoded,
}: Incoming): Request => ({
  method: httpMethod,
  path,
  headers: new Map(
    Object.entries(multiValueHeaders ?? headers ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), [value].flat().join(", ").trim()] as const],
    ),
  ),
  query: Object.entries(multiValueQueryStringParameters ?? queryStringParameters ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((each) => [name, each] as const),
  ),
  body: Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8"),
});

/** Letters of a user agent that are kept. */
const LONGEST_AGENT = 1024;

/**
 * Who calls, as an envelope says it. The address is the last of `x-forwarded-for`: the load balancer wrote that one itself, all before it
 * are the caller's word.
 */
export function callerOf({ headers }: Request): { readonly address?: string; readonly userAgent?: string } {
  const address = headers.get("x-forwarded-for")?.split(",").at(-1)?.trim();
  const userAgent = headers.get("user-agent")?.slice(0, LONGEST_AGENT);
  return { ...(address ? { address } : {}), ...(userAgent ? { userAgent } : {}) };
}

/** The part of the Lambda context that is used. */
export interface InvocationContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}
