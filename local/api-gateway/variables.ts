import { valuesOf } from "../load-balancer/model";
import type { Call } from "./call";

type Value = string | number | undefined;

/** "Variables for access logging" and "Context variables for data transformations", Developer Guide. */
const VARIABLES: Readonly<Record<string, (call: Call) => Value>> = {
  accountId: ({ stage }) => stage.api.account,
  apiId: ({ stage }) => stage.api.id,
  "authorizer.latency": ({ authorizerStep }) => authorizerStep?.milliseconds,
  "authorizer.integrationLatency": ({ authorizerStep }) => authorizerStep?.milliseconds,
  "authorizer.principalId": ({ authorized }) => authorized?.principalId,
  "authorizer.status": ({ authorizerStep }) => authorizerStep?.status,
  deploymentId: ({ stage }) => stage.deploymentId,
  domainName: ({ asked }) => valuesOf(asked.headers, "host")[0],
  "error.message": ({ refusal }) => refusal?.message,
  "error.messageString": ({ refusal }) =>
    refusal && (refusal.message === undefined ? "null" : JSON.stringify(refusal.message)),
  "error.responseType": ({ refusal }) => refusal?.type,
  extendedRequestId: ({ requestId }) => requestId,
  httpMethod: ({ asked }) => asked.method,
  "identity.apiKeyId": ({ key }) => key?.id,
  "identity.sourceIp": ({ asked }) => asked.client.address,
  "identity.userAgent": ({ asked }) => valuesOf(asked.headers, "user-agent")[0],
  "integration.latency": ({ integrationStep }) => integrationStep?.milliseconds,
  "integration.status": ({ integrationStep }) => integrationStep?.status,
  integrationLatency: ({ integrationStep }) => integrationStep?.milliseconds,
  integrationStatus: ({ integrationStep }) => integrationStep?.status,
  path: ({ asked, stage }) => `/${stage.name}${asked.path}`,
  protocol: () => "HTTP/1.1",
  requestId: ({ requestId }) => requestId,
  requestTime: ({ now }) => clfTime(now),
  requestTimeEpoch: ({ now }) => now,
  resourceId: ({ routed }) => routed?.route.resourceId,
  resourcePath: ({ routed }) => routed?.route.path,
  stage: ({ stage }) => stage.name,
};

/** What an access log says only when all is over. */
export interface Outcome {
  readonly status: number;
  readonly responseLatency: number;
  /** Bytes. */
  readonly responseLength: number;
}

/** Known to access logs, and never set here: no firewall, no tracing, no TLS. */
const NEVER_SET =
  /^(waf\.\w+|wafResponseCode|webaclArn|xrayTraceId|tlsVersion|cipherSuite|authorize\.\w+|authenticate\.\w+)$/;
const ERROR_TEXTS = /^(authorizer\.error|integration\.error|integrationErrorMessage|error\.validationErrorString)$/;
const OUTCOME = ["status", "responseLatency", "responseLength"] as const;

/** A variable of `$context`, by its name without it; undefined where nothing is known of the request. */
export function contextVariable(call: Call, name: string): Value {
  if (Object.hasOwn(VARIABLES, name)) return VARIABLES[name]?.(call);
  const property = /^authorizer\.(\w+)$/.exec(name)?.[1];
  const context = call.authorized?.context ?? {};
  return property !== undefined && Object.hasOwn(context, property) ? context[property] : undefined;
}

/** Whether a template may ask for a variable: whatever an authorizer's context may hold, and the known ones. */
export const isContextVariable = (name: string): boolean =>
  Object.hasOwn(VARIABLES, name) || (/^authorizer\.\w+$/.test(name) && !ERROR_TEXTS.test(name));

const IN_TEXT = /\$context\.([A-Za-z]\w*(?:\.\w+)*)/g;

/** The variables that a text asks for. */
export const variablesIn = (text: string): string[] => [...text.matchAll(IN_TEXT)].map(([, name = ""]) => name);

/** A line of an access log: variables without a value are a hyphen. */
export const accessLine = (format: string, call: Call, outcome: Outcome): string =>
  format.replace(IN_TEXT, (_, name: string) => {
    const own = OUTCOME.find((each) => each === name);
    return String((own ? outcome[own] : contextVariable(call, name)) ?? "-");
  });

/** @throws for a variable that no access log knows, or none here */
export function requireLogFormat(format: string): void {
  const known = (name: string) =>
    isContextVariable(name) || OUTCOME.some((each) => each === name) || NEVER_SET.test(name) || ERROR_TEXTS.test(name);
  const unknown = variablesIn(format).filter((name) => !known(name));
  if (unknown.length > 0) throw new Error(`the access log asks for ${unknown.join(", ")}, which is not imitated.`);
  if (!variablesIn(format).some((name) => name === "requestId" || name === "extendedRequestId"))
    throw new Error("the access log has no $context.requestId; API Gateway refuses a format without."); // "Set up CloudWatch logging"
}

/** A text with `$context` and `$stageVariables` filled in; nothing stands for what is not there. */
export const filled = (text: string, call: Call): string =>
  text
    .replace(IN_TEXT, (_, name: string) => String(contextVariable(call, name) ?? ""))
    .replace(/\$stageVariables\.(\w+)/g, (_, name: string) => call.stage.variables[name] ?? "");

/** For example `21/Nov/2026:17:05:09 +0000`. */
export function clfTime(now: number): string {
  const [, day, month, year, time] = /, (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(new Date(now).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}
