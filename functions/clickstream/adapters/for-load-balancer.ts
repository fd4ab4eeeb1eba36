import { STATUS_CODES } from "node:http";
import type { Answer } from "../domain/answers";

/**
 * What the load balancer takes from a function whose target group has multi-value headers (Application Load Balancer guide, "Respond to
 * the load balancer"): at most 1 MB.
 */
export interface ForLoadBalancer {
  readonly statusCode: number;
  readonly statusDescription: string;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

export const forLoadBalancer = ({ status, headers, body }: Answer): ForLoadBalancer => ({
  statusCode: status,
  statusDescription: `${status} ${STATUS_CODES[status]}`,
  multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  body,
  isBase64Encoded: false,
});
