import type { InvokeResult, Invoker } from "../lambda/lambda-function";
import type { Answer } from "../load-balancer/model";
import type { Call } from "./call";
import { type LambdaIntegration, type MockIntegration, methodArn, Refusal } from "./model";
import { proxyEvent } from "./proxy-event";
import { readResponse } from "./proxy-response";
import { mediaTypeOf } from "./validation";

export interface IntegrationWorld {
  readonly invoker: Invoker;
  readonly mayInvoke: (functionArn: string, sourceArn: string) => Promise<boolean>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Runs `act` after so many real milliseconds; the answer cancels it. */
  readonly after: (milliseconds: number, act: () => void) => () => void;
  /** How many times longer than the program says a function is waited for. */
  readonly patience: number;
}

/** "Invocation payload (request and response): 6 MB each" (Lambda quotas). */
const LARGEST_PAYLOAD = 6 * 1024 * 1024;

const failed = (status: 500 | 502, detail: string) =>
  new Refusal(status === 500 ? "API_CONFIGURATION_ERROR" : "DEFAULT_5XX", "Internal server error", { status, detail });

/**
 * Invokes the function of a method and reads its answer. "If the Lambda API rejects the invocation request, API Gateway returns a 500
 * error code. If the function runs but returns an error, or returns a response in the wrong format, API Gateway returns a 502."
 * (Lambda Developer Guide, "Handling Lambda errors with an API Gateway API".) A function that takes too long runs on, unheard.
 */
export async function invoked(
  call: Call,
  { functionArn, timeoutMilliseconds }: LambdaIntegration,
  world: IntegrationWorld,
): Promise<Answer | Refusal> {
  const event = proxyEvent(call);
  if (Buffer.byteLength(event) > LARGEST_PAYLOAD) return new Refusal("REQUEST_TOO_LARGE", "Request Too Long");
  const source = sourceOf(call);
  if (!(await world.mayInvoke(functionArn, source)))
    return failed(500, `${functionArn}: its policy does not let ${source} invoke it`);
  const begun = world.now();
  const result = await within(timeoutMilliseconds * world.patience, world, world.invoker.invoke(functionArn, event));
  const took = Math.round(world.now() - begun);
  const answer = result === undefined ? timedOut(functionArn, took) : answerOf(result, functionArn, call);
  const status = answer instanceof Refusal ? (answer.more.status ?? 504) : 200;
  call.integrationStep = { milliseconds: took, status };
  return answer;
}

const timedOut = (functionArn: string, took: number) =>
  new Refusal("INTEGRATION_TIMEOUT", "Endpoint request timed out", {
    detail: `${functionArn}: no answer in ${took} ms`,
  });

/** The method that asks, with a star in the place of each of its path's parameters. */
function sourceOf({ stage, asked, routed }: Call): string {
  const path = (routed?.route.path ?? "").replace(/\{[^}]*\}/g, "*");
  return methodArn(stage, asked.method, path);
}

function within<Value>(
  milliseconds: number,
  { after }: IntegrationWorld,
  answer: Promise<Value>,
): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const cancel = after(milliseconds, () => resolve(undefined));
    answer.then(resolve, reject).finally(cancel);
  });
}

function answerOf(result: InvokeResult, functionArn: string, call: Call): Answer | Refusal {
  if (result.kind === "throttled") return failed(500, `${functionArn}: throttled`);
  if (result.kind === "service-error") return failed(500, `${functionArn}: ${result.message}`);
  if (result.kind === "function-error") return failed(502, `${functionArn}: ${result.payload}`);
  if (Buffer.byteLength(result.payload) > LARGEST_PAYLOAD) return failed(502, `${functionArn}: it answered over 6 MB`);
  const answer = readResponse(result.payload, call);
  return answer ?? failed(502, `${functionArn}: malformed: ${result.payload.slice(0, 1000)}`);
}

/**
 * Answers without anything behind ("Mock integrations"): the request's template, chosen by media type, says the status code, and the
 * response of that code is given. `NEVER` refuses a type without a template.
 */
export function mocked(call: Call, { statuses, passthrough, responses }: MockIntegration): Answer | Refusal {
  const status = statuses[mediaTypeOf(call)];
  const isPassed =
    passthrough === "WHEN_NO_MATCH" || (passthrough === "WHEN_NO_TEMPLATES" && Object.keys(statuses).length === 0);
  if (status === undefined && !isPassed) return new Refusal("UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type");
  const response = responses.find((each) => each.status === status);
  // What is passed through is no template's answer, and has no status code.
  if (response === undefined) return failed(500, `a mock has no response of status ${status}`);
  const { headers, contentType, body } = response;
  return { status: response.status, headers: [["content-type", contentType], ...headers], body };
}
