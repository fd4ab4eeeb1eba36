import { forwardedHeaders, type Moment, momentNow } from "./forwarded-headers";
import { lambdaEvent } from "./lambda-event";
import { askFunction, type ErrorReason, type LambdaTargetWorld } from "./lambda-target";
import type { Incoming } from "./listener-server";
import { type Answer, type Header, type Listener, type LoadBalancer, type TargetGroup, valuesOf } from "./model";
import { page } from "./pages";
import { redirected } from "./redirect";
import { refusalOf } from "./refusal";
import { actionFor } from "./routing";

export interface BalancerWorld extends LambdaTargetWorld {
  /** Told of each request to a function that failed. */
  readonly onError?: (reason: ErrorReason, detail: string) => void;
  /** Default: the present, and a random id. */
  readonly moment?: () => Moment;
}

/** Troubleshooting guide, "The load balancer generates an HTTP error". It does not name throttling: 502 as for other failures. */
const STATUS: Readonly<Record<ErrorReason, number>> = {
  LambdaAccessDenied: 502,
  LambdaInvalidResponse: 502,
  LambdaRequestTooLarge: 413,
  LambdaResponseTooLarge: 502,
  LambdaServiceException: 502,
  LambdaThrottling: 502,
  LambdaUnhandled: 502,
};

/** What a listener of a load balancer answers to a request. Never rejects. */
export async function answerTo(
  request: Incoming,
  listener: Listener,
  balancer: LoadBalancer,
  world: BalancerWorld,
): Promise<Answer> {
  const refused = refusalOf(request);
  const answer = refused === undefined ? await act(request, listener, balancer, world) : page(refused);
  return { ...answer, headers: withListeners(answer.headers, listener) };
}

/** The listener's headers take the place of the target's. */
function withListeners(headers: readonly Header[], { responseHeaders }: Listener): Header[] {
  const own = new Set(Object.keys(responseHeaders).map((name) => name.toLowerCase()));
  const isServed = valuesOf(headers, "server").length > 0;
  const kept = headers.filter(([name]) => !own.has(name.toLowerCase()));
  return [...kept, ...(isServed ? [] : [["server", "awselb/2.0"] as const]), ...Object.entries(responseHeaders)];
}

async function act(request: Incoming, listener: Listener, balancer: LoadBalancer, world: BalancerWorld) {
  const seen = { ...request, body: request.body ?? new Uint8Array() };
  const action = actionFor(listener, seen);
  switch (action.kind) {
    case "redirect":
      return redirected(action, listener, seen);
    case "fixed-response":
      return { status: action.status, headers: [["content-type", action.contentType] as const], body: action.body };
    case "forward":
      return forward(
        request,
        action.group,
        forwardedHeaders(seen, balancer, listener, (world.moment ?? momentNow)()),
        world,
      );
  }
}

/**
 * A function's health does not count here: there is one function in a group, and "if a target group contains only unhealthy
 * registered targets, the load balancer nodes route requests across its unhealthy targets".
 */
async function forward(
  { body, ...request }: Incoming,
  { functionArn, ...group }: TargetGroup,
  headers: readonly Header[],
  world: BalancerWorld,
): Promise<Answer> {
  const failed = (reason: ErrorReason, detail: string) => {
    world.onError?.(reason, detail);
    return page(STATUS[reason]);
  };
  if (functionArn === undefined) return page(503); // "The target groups for the load balancer have no registered targets."
  if (valuesOf(headers, "upgrade").length > 0) return page(400); // "Upgrade requests are rejected with an HTTP 400 code."
  if (body === undefined) return failed("LambdaRequestTooLarge", `${functionArn}: the request's body exceeds 1 MB`);
  const event = lambdaEvent(group, { ...request, body }, headers);
  const asked = await askFunction({ ...group, functionArn }, event, world);
  return asked.reason === undefined ? asked.answer : failed(asked.reason, asked.detail);
}
