import type { InvokeResult, Invoker } from "../lambda/lambda-function";
import type { LambdaEvent } from "./lambda-event";
import { type ResponseFault, readResponse } from "./lambda-response";
import type { Answer, TargetGroup } from "./model";

/** Why a request to a function failed, in the words of the access log ("Error reason codes"). */
export type ErrorReason =
  | ResponseFault
  | "LambdaAccessDenied"
  | "LambdaRequestTooLarge"
  | "LambdaServiceException"
  | "LambdaThrottling"
  | "LambdaUnhandled";

export type TargetAnswer =
  | { readonly answer: Answer; readonly reason?: undefined }
  /** @property detail for whoever develops; a client gets only the status. */
  | { readonly reason: ErrorReason; readonly detail: string };

/** What it takes to ask functions. */
export interface LambdaTargetWorld {
  readonly invoker: Invoker;
  /** Whether the function's resource policy lets the load balancer invoke it for this target group. */
  readonly mayInvoke: (functionArn: string, targetGroupArn: string) => Promise<boolean>;
}

/** Invokes the function of a target group and reads its answer. Never rejects. */
export async function askFunction(
  group: TargetGroup & { readonly functionArn: string },
  event: LambdaEvent,
  { invoker, mayInvoke }: LambdaTargetWorld,
): Promise<TargetAnswer> {
  const { functionArn, arn } = group;
  try {
    if (!(await mayInvoke(functionArn, arn)))
      return { reason: "LambdaAccessDenied", detail: `${functionArn}: its policy does not let ${arn} invoke it` };
    return read(await invoker.invoke(functionArn, JSON.stringify(event)), group);
  } catch (error) {
    return { reason: "LambdaServiceException", detail: `${functionArn}: ${(error as Error).message}` };
  }
}

function read(result: InvokeResult, group: TargetGroup): TargetAnswer {
  const detail = (text: string) => `${group.functionArn}: ${text}`;
  if (result.kind === "throttled") return { reason: "LambdaThrottling", detail: detail("throttled") };
  if (result.kind === "service-error") return { reason: "LambdaServiceException", detail: detail(result.message) };
  if (result.kind === "function-error") return { reason: "LambdaUnhandled", detail: detail(result.payload) };
  const answer = readResponse(result.payload, group);
  return typeof answer === "string" ? { reason: answer, detail: detail(result.payload.slice(0, 1000)) } : { answer };
}
