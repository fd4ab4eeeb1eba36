import type { FunctionPolicies } from "../event-sources/function-policies";
import { allowsService } from "../event-sources/resource-policy";

/** Whether a function's resource policy lets the load balancer invoke it on behalf of a target group. */
export async function mayInvoke(policies: FunctionPolicies, functionArn: string, groupArn: string): Promise<boolean> {
  return allowsService(await policies.of(functionArn), {
    service: "elasticloadbalancing.amazonaws.com",
    action: "lambda:InvokeFunction",
    resource: functionArn,
    sourceArn: groupArn,
    sourceAccount: groupArn.split(":")[4] ?? "",
  });
}
