import type { Answer, Header } from "../load-balancer/model";
import { type Call, PARAMETER, parameterOf } from "./call";
import { type GatewayResponse, RESPONSE_STATUS, type Refusal, type ResponseType } from "./model";
import { contextVariable, filled, isContextVariable, variablesIn } from "./variables";

/** The header `x-amzn-ErrorType`; AWS documents no list. */
const ERROR_TYPES: Readonly<Partial<Record<ResponseType, string>>> = {
  ACCESS_DENIED: "AccessDeniedException",
  AUTHORIZER_CONFIGURATION_ERROR: "AuthorizerConfigurationException",
  AUTHORIZER_FAILURE: "AuthorizerConfigurationException",
  BAD_REQUEST_BODY: "BadRequestException",
  BAD_REQUEST_PARAMETERS: "BadRequestException",
  INVALID_API_KEY: "ForbiddenException",
  MISSING_AUTHENTICATION_TOKEN: "MissingAuthenticationTokenException",
  QUOTA_EXCEEDED: "LimitExceededException",
  REQUEST_TOO_LARGE: "RequestTooLargeException",
  THROTTLED: "TooManyRequestsException",
  UNAUTHORIZED: "UnauthorizedException",
};

/**
 * What the gateway answers by itself: as the program says for the type, or else for all 4XX or 5XX, or else as it does without
 * ("Gateway responses for REST APIs", Developer Guide). Templates are not evaluated, only their variables are filled in.
 */
export function refused(call: Call, refusal: Refusal): Answer {
  const { type, more } = refusal;
  const own = more.status ?? RESPONSE_STATUS[type] ?? (type === "DEFAULT_4XX" ? 400 : 500);
  const { responses } = call.stage;
  const said: GatewayResponse | undefined = responses[type] ?? responses[own < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX"];
  const template = said?.template ?? ownTemplate(type);
  const headers: Header[] = [
    ["content-type", "application/json"],
    ["x-amzn-ErrorType", ERROR_TYPES[type] ?? (own < 500 ? "BadRequestException" : "InternalServerErrorException")],
  ];
  for (const [name, value] of Object.entries(said?.headers ?? {})) {
    const text = headerValue(value, call);
    if (text === undefined) continue;
    const before = headers.findIndex(([each]) => each.toLowerCase() === name.toLowerCase());
    if (before >= 0) headers.splice(before, 1);
    headers.push([name, text]);
  }
  return { status: said?.status ?? own, headers, body: filled(template, call) };
}

const ownTemplate = (type: ResponseType) =>
  // The one whose member has a capital letter, as callers of AWS's own services know it.
  type === "ACCESS_DENIED" ? '{"Message":$context.error.messageString}' : '{"message":$context.error.messageString}';

function headerValue(value: string, call: Call): string | undefined {
  if (value.startsWith("'")) return value.slice(1, -1);
  if (value.startsWith("context.")) return contextVariable(call, value.slice("context.".length))?.toString();
  if (value.startsWith("stageVariables.")) return call.stage.variables[value.slice("stageVariables.".length)];
  return parameterOf(call, value);
}

const HEADER = "gatewayresponse.header.";

/** A response of the program's, as its inputs give it. @throws for what would not be imitated */
export function gatewayResponse(inputs: {
  readonly responseType?: string | undefined;
  readonly statusCode?: string | undefined;
  readonly responseParameters?: Readonly<Record<string, string>> | undefined;
  readonly responseTemplates?: Readonly<Record<string, string>> | undefined;
}): readonly [ResponseType, GatewayResponse] {
  const { responseType: type = "", statusCode, responseParameters = {}, responseTemplates = {} } = inputs;
  if (!isResponseType(type)) throw new Error(`responseType is ${type}; give one of ${Object.keys(RESPONSE_STATUS)}.`);
  const { "application/json": template, ...others } = responseTemplates;
  if (Object.keys(others).length > 0)
    throw new Error(`${Object.keys(others)}: only application/json has a template here.`);
  const unknown = variablesIn(template ?? "").filter((name) => !isContextVariable(name));
  if (unknown.length > 0) throw new Error(`the template of ${type} asks for ${unknown}, which is not imitated.`);
  if (/\$(?!context\.|stageVariables\.)/.test(template ?? "") || /#(set|if|foreach)/.test(template ?? ""))
    throw new Error(`the template of ${type} has more than variables, which API Gateway would not evaluate.`);
  const headers = Object.entries(responseParameters).map(([name, value]) => {
    if (!name.startsWith(HEADER)) throw new Error(`${name}: give ${HEADER}<name>.`);
    if (!isHeaderValue(value)) throw new Error(`${name} is ${value}; give a text in quotes, or context.<variable>.`);
    return [name.slice(HEADER.length), value] as const;
  });
  const status = statusCode === undefined ? {} : { status: Number(statusCode) };
  return [type, { ...status, headers: Object.fromEntries(headers), ...(template === undefined ? {} : { template }) }];
}

const isResponseType = (type: string): type is ResponseType => Object.hasOwn(RESPONSE_STATUS, type);

const isHeaderValue = (value: string): boolean =>
  /^'[^']*'$/.test(value) ||
  PARAMETER.test(value) ||
  /^stageVariables\.\w+$/.test(value) ||
  (value.startsWith("context.") && isContextVariable(value.slice("context.".length)));
