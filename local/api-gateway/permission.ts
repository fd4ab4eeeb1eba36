import type { FunctionPolicies } from "../event-sources/function-policies";
import { allowsService } from "../event-sources/resource-policy";

/**
 * Whether the resource policy of a function, or of the version or alias that is named, lets API Gateway invoke it on behalf of a
 * method or an authorizer.
 */
export async function mayInvoke(policies: FunctionPolicies, functionArn: string, sourceArn: string): Promise<boolean> {
  return allowsService(await policies.of(functionArn), {
    service: "apigateway.amazonaws.com",
    action: "lambda:InvokeFunction",
    resource: functionArn,
    sourceArn,
    sourceAccount: sourceArn.split(":")[4] ?? "",
  });
}
