import type * as aws from "@pulumi/aws";
import { needed, nothingElse, type Plain } from "../resources/materialiser";
import type { Action, Condition, HealthCheck, TargetGroup } from "./model";

/** An action as the program gives it: the target group still by its ARN. */
export type PlannedAction =
  | Exclude<Action, { kind: "forward" }>
  | { readonly kind: "forward"; readonly groupArn: string };

type ActionInputs = NonNullable<Plain<aws.lb.ListenerArgs>["defaultActions"]>[number];
type ConditionInputs = NonNullable<Plain<aws.lb.ListenerRuleArgs>["conditions"]>[number];
type HealthCheckInputs = NonNullable<Plain<aws.lb.TargetGroupArgs>["healthCheck"]>;

/** The one action of a rule or listener. @throws for more than one, and for those that are not imitated */
export function plannedAction(actions: readonly ActionInputs[] | undefined): PlannedAction {
  const [action, ...more] = actions ?? [];
  if (action === undefined || more.length > 0)
    throw new Error(`there are ${actions?.length ?? 0} actions; give one: forward, redirect or fixed-response.`);
  const { type, order: _order, targetGroupArn, forward, redirect, fixedResponse, ...rest } = action;
  nothingElse(rest);
  if (type === "forward") return { kind: "forward", groupArn: groupOf(targetGroupArn, forward) };
  if (type === "redirect") return redirectOf(needed(redirect, "redirect"));
  if (type === "fixed-response") return fixedResponseOf(needed(fixedResponse, "fixedResponse"));
  throw new Error(`the action is ${type}; give forward, redirect or fixed-response.`);
}

function groupOf(targetGroupArn: string | undefined, forward: ActionInputs["forward"]): string {
  const { targetGroups = [], stickiness } = forward ?? {};
  nothingElse({ stickiness });
  if (targetGroups.length > 1) throw new Error(`${targetGroups.length} target groups share an action; give it one.`);
  return needed(targetGroupArn ?? targetGroups[0]?.arn, "targetGroupArn");
}

/** What is left out stays as it came ("Redirect actions"). */
function redirectOf({ statusCode, ...parts }: NonNullable<ActionInputs["redirect"]>): PlannedAction {
  if (statusCode !== "HTTP_301" && statusCode !== "HTTP_302")
    throw new Error(`statusCode is ${statusCode}; give HTTP_301 or HTTP_302.`);
  const { protocol = "#{protocol}", host = "#{host}", port = "#{port}", path = "/#{path}", query = "#{query}" } = parts;
  return { kind: "redirect", status: statusCode === "HTTP_301" ? 301 : 302, protocol, host, port, path, query };
}

function fixedResponseOf(inputs: NonNullable<ActionInputs["fixedResponse"]>): PlannedAction {
  const { contentType, messageBody: body = "", statusCode } = inputs;
  if (!/^[245]\d\d$/.test(statusCode ?? "")) throw new Error(`statusCode is ${statusCode}; give 2XX, 4XX or 5XX.`);
  return { kind: "fixed-response", status: Number(statusCode), contentType, body };
}

export function conditionOf({ pathPattern, hostHeader, httpRequestMethod, ...rest }: ConditionInputs): Condition {
  const given: Condition[] = [
    ...(pathPattern ? [{ field: "path-pattern" as const, values: valuesIn(pathPattern) }] : []),
    ...(hostHeader ? [{ field: "host-header" as const, values: valuesIn(hostHeader) }] : []),
    ...(httpRequestMethod ? [{ field: "http-request-method" as const, values: httpRequestMethod.values }] : []),
  ];
  nothingElse(rest);
  const [condition, ...more] = given;
  if (condition === undefined || more.length > 0)
    throw new Error(`a condition has ${given.length} kinds; give one: pathPattern, hostHeader or httpRequestMethod.`);
  return condition;
}

function valuesIn({ values, ...rest }: NonNullable<ConditionInputs["pathPattern"]>): string[] {
  nothingElse(rest);
  return needed(values, "values");
}

/** With the provider's defaults; undefined when checks are off, as they are for functions when nothing is said. */
export function healthCheckOf(inputs: HealthCheckInputs | undefined): HealthCheck | undefined {
  if (inputs === undefined) return undefined;
  const { enabled = true, path = "/", matcher = "200", interval = 30, timeout = 30, ...more } = inputs;
  const { healthyThreshold = 3, unhealthyThreshold = 3, ...rest } = more;
  nothingElse(rest);
  if (!enabled) return undefined;
  if (interval <= timeout)
    throw new Error(
      `healthCheck.interval is ${interval} s, the timeout ${timeout} s; give an interval that is longer.`,
    );
  return {
    ...{ path, matcher, intervalSeconds: interval, timeoutSeconds: timeout, healthyThreshold, unhealthyThreshold },
  };
}

/** Inputs of a listener that put a header on every response ("HTTP header modification"). */
export const RESPONSE_HEADERS = {
  routingHttpResponseAccessControlAllowCredentialsHeaderValue: "access-control-allow-credentials",
  routingHttpResponseAccessControlAllowHeadersHeaderValue: "access-control-allow-headers",
  routingHttpResponseAccessControlAllowMethodsHeaderValue: "access-control-allow-methods",
  routingHttpResponseAccessControlAllowOriginHeaderValue: "access-control-allow-origin",
  routingHttpResponseAccessControlExposeHeadersHeaderValue: "access-control-expose-headers",
  routingHttpResponseAccessControlMaxAgeHeaderValue: "access-control-max-age",
  routingHttpResponseContentSecurityPolicyHeaderValue: "content-security-policy",
  routingHttpResponseStrictTransportSecurityHeaderValue: "strict-transport-security",
  routingHttpResponseXContentTypeOptionsHeaderValue: "x-content-type-options",
  routingHttpResponseXFrameOptionsHeaderValue: "x-frame-options",
} as const satisfies Partial<Record<keyof aws.lb.ListenerArgs, string>>;

/** Those of them that the program gives, by header. */
export const responseHeadersOf = (inputs: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(RESPONSE_HEADERS).flatMap(([input, header]) =>
      typeof inputs[input] === "string" ? [[header, inputs[input]] as const] : [],
    ),
  );

/** What a target group is, before anything is registered. */
export const groupIn = (state: Readonly<Record<string, unknown>>): Omit<TargetGroup, "functionArn"> => {
  const healthCheck = healthCheckOf(state.healthCheck as HealthCheckInputs | undefined);
  return {
    arn: String(state.arn),
    name: String(state.name),
    multiValueHeaders: state.lambdaMultiValueHeadersEnabled === true,
    ...(healthCheck ? { healthCheck } : {}),
  };
};
