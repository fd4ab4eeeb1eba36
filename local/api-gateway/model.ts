import type { ValidateFunction } from "ajv";
import type { Header, Received } from "../load-balancer/model";

/** A stage of a REST API as far as requests notice it: what its deployment captured, and what the stage says itself. */
export interface Stage {
  readonly api: Api;
  readonly name: string;
  readonly deploymentId: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly routes: readonly Route[];
  /** The program's own, by type; the others have the gateway's. */
  readonly responses: GatewayResponses;
  /** Usage plans that hold for the stage, each with its keys. */
  readonly plans: readonly UsagePlan[];
  readonly accessLog?: { readonly group: string; readonly format: string };
}

export interface Api {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly account: string;
  /** Where a method that wants a key finds it: in X-API-Key, or in what the authorizer answered. */
  readonly keySource: "HEADER" | "AUTHORIZER";
  readonly binaryMediaTypes: readonly string[];
  /** Bytes from which answers are compressed; absent for never. */
  readonly minimumCompressionSize?: number;
  /** Names of its own, besides API Gateway's. */
  readonly domains: readonly string[];
}

/** A method of a resource. */
export interface Route {
  /** `ANY` for every method that has no route of its own. */
  readonly method: string;
  /** With `{name}` and, at its end, `{name+}`. */
  readonly path: string;
  readonly resourceId: string;
  /** Absent: everybody may. */
  readonly authorizer?: Authorizer;
  readonly keyRequired: boolean;
  /** Names of the parameters without which a request is refused; empty where none are checked. */
  readonly requiredParameters: readonly string[];
  /** By media type, or `$default`; empty where bodies are not checked. */
  readonly bodies: Readonly<Record<string, ValidateFunction>>;
  readonly integration: Integration;
  /** Requests a second, of all callers together. */
  readonly limit?: Limit;
  /** Absent: answers are not kept. */
  readonly cache?: RouteCache;
}

/** A bucket of `burst` tokens that fills up by `rate` a second. */
export interface Limit {
  readonly rate: number;
  readonly burst: number;
}

export interface RouteCache {
  readonly ttlSeconds: number;
  /** Names of parameters of the request. */
  readonly keys: readonly string[];
  /** Whether only who may invalidate an entry does; nobody may who is known by an authorizer. */
  readonly isGuarded: boolean;
  readonly otherwise: "FAIL_WITH_403" | "SUCCEED_WITH_RESPONSE_HEADER" | "SUCCEED_WITHOUT_RESPONSE_HEADER";
}

export interface Authorizer {
  readonly id: string;
  readonly type: "TOKEN" | "REQUEST";
  readonly functionArn: string;
  /** Names of parameters of the request; one for TOKEN. */
  readonly identitySources: readonly string[];
  /** The whole token has to match. */
  readonly expression?: RegExp;
  /** 0: every request asks it. */
  readonly ttlSeconds: number;
}

export type Integration = LambdaIntegration | MockIntegration;

export interface LambdaIntegration {
  readonly kind: "lambda";
  /** With its qualifier, where the program gives one. */
  readonly functionArn: string;
  readonly timeoutMilliseconds: number;
}

/** An answer without anything behind the gateway. */
export interface MockIntegration {
  readonly kind: "mock";
  /** Request templates by media type; each is JSON with a status code. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly passthrough: "WHEN_NO_MATCH" | "WHEN_NO_TEMPLATES" | "NEVER";
  readonly responses: readonly MockResponse[];
}

export interface MockResponse {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly contentType: string;
  readonly body: string;
}

export interface UsagePlan {
  readonly id: string;
  /** Of each key. */
  readonly limit?: Limit;
  /** Of each key, by `path/METHOD`. */
  readonly methodLimits: Readonly<Record<string, Limit>>;
  readonly quota?: { readonly limit: number; readonly period: "DAY" | "WEEK" | "MONTH" };
  readonly keys: readonly ApiKey[];
}

export interface ApiKey {
  readonly id: string;
  readonly value: string;
  readonly enabled: boolean;
}

/** "Gateway response types", Developer Guide; those that are imitated, and what the others fall back on. */
export const RESPONSE_STATUS = {
  ACCESS_DENIED: 403,
  API_CONFIGURATION_ERROR: 500,
  AUTHORIZER_CONFIGURATION_ERROR: 500,
  AUTHORIZER_FAILURE: 500,
  BAD_REQUEST_BODY: 400,
  BAD_REQUEST_PARAMETERS: 400,
  DEFAULT_4XX: undefined,
  DEFAULT_5XX: undefined,
  EXPIRED_TOKEN: 403,
  INTEGRATION_FAILURE: 504,
  INTEGRATION_TIMEOUT: 504,
  INVALID_API_KEY: 403,
  INVALID_SIGNATURE: 403,
  MISSING_AUTHENTICATION_TOKEN: 403,
  QUOTA_EXCEEDED: 429,
  REQUEST_TOO_LARGE: 413,
  RESOURCE_NOT_FOUND: 404,
  THROTTLED: 429,
  UNAUTHORIZED: 401,
  UNSUPPORTED_MEDIA_TYPE: 415,
  WAF_FILTERED: 403,
} as const;
export type ResponseType = keyof typeof RESPONSE_STATUS;

/** How the program wants an answer of the gateway's own to look. */
export interface GatewayResponse {
  readonly status?: number;
  /** By header: a text in quotes, or what of the request or its context stands there. */
  readonly headers: Readonly<Record<string, string>>;
  /** For `application/json`; the gateway's own when absent. */
  readonly template?: string;
}
export type GatewayResponses = Readonly<Partial<Record<ResponseType, GatewayResponse>>>;

/** Why the gateway answers by itself. */
export class Refusal {
  constructor(
    readonly type: ResponseType,
    /** `$context.error.message`; the client sees it unless the program says otherwise. */
    readonly message: string | undefined,
    readonly more: {
      /** Where the type's own is not it. */
      readonly status?: number;
      /** For whoever develops; no client sees it. */
      readonly detail?: string;
    } = {},
  ) {}
}

/** A request to a stage, its path without the stage's name and its body decompressed. */
export type Asked = Received;

/** A method's ARN as policies know it (Developer Guide, "Resource format of permissions"). */
export const methodArn = ({ api, name }: Pick<Stage, "api" | "name">, method: string, path: string): string =>
  `arn:aws:execute-api:${api.region}:${api.account}:${api.id}/${name}/${method}${path}`;
