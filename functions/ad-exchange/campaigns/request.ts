import type { APIGatewayProxyEvent } from "aws-lambda";

/** What is asked for. */
export interface Asked {
  readonly method: string;
  /** The route's path as the API spells it: "/v1/campaigns/{id}". */
  readonly route: string;
  /** Of the campaign, where the route names one. */
  readonly id: string;
  /** By name in lower case; one that came several times is one, joined by commas (RFC 9110, section 5.2). */
  readonly headers: ReadonlyMap<string, string>;
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly body: Uint8Array;
}

/** Reads an event of API Gateway's REST proxy integration (Developer Guide, "Input format of a Lambda function for proxy integration"). */
export const askedBy = ({
  httpMethod,
  resource,
  pathParameters,
  multiValueHeaders,
  headers,
  multiValueQueryStringParameters,
  queryStringParameters,
  body,
  isBase64Encoded,
}: APIGatewayProxyEvent): Asked => ({
  method: httpMethod,
  route: resource,
  id: pathParameters?.id ?? "",
  headers: new Map(valuesIn(multiValueHeaders, headers).map(([name, all]) => [name.toLowerCase(), all.join(", ")])),
  query: new Map(valuesIn(multiValueQueryStringParameters, queryStringParameters)),
  body: Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8"),
});

type Several = Readonly<Record<string, readonly string[] | string | undefined>> | null | undefined;

const valuesIn = (several: Several, single: Several): readonly (readonly [string, readonly string[]])[] =>
  Object.entries(several ?? single ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, [value].flat()] as const],
  );

/** The media type that a body is said to have, without its parameters. */
export const mediaType = ({ headers }: Asked): string =>
  headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
