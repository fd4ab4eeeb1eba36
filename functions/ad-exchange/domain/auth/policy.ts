import type { Permission } from "../caller";
import { ROUTES } from "./routes";

/** What the gateway holds a caller's requests against. */
export interface Policy {
  readonly Version: "2012-10-17";
  readonly Statement: {
    readonly Action: "execute-api:Invoke";
    readonly Effect: "Allow" | "Deny";
    readonly Resource: string[];
  }[];
}

/** "arn:<partition>:execute-api:<region>:<account>:<api>/<stage>", in front of the method that was asked for. */
const STAGE = /^(arn:[a-z-]+:execute-api:[a-z0-9-]+:\d+:[A-Za-z0-9]+\/[A-Za-z0-9_-]+)\//;

/**
 * All that the permissions open in the API and stage that were asked, and nothing else: the gateway keeps one policy by token
 * for every method, so that one of the requested method alone would refuse the next, and one of "*" would open all.
 *
 * No `execute-api:InvalidateCache`: the gateway takes it of signed requests alone. The stage wants none: what is kept is kept for
 * one token, whose holder may have it renewed (`Cache-Control: max-age=0`).
 * @throws Error when it is no ARN of a method
 */
export function policyFor(methodArn: string, may: readonly Permission[]): Policy {
  const stage = STAGE.exec(methodArn)?.[1];
  if (stage === undefined) throw new Error(`${JSON.stringify(methodArn.slice(0, 120))} is no ARN of an API's method.`);
  const open = ROUTES.filter(({ permission }) => may.includes(permission));
  // A policy needs a statement; who may nothing is told so of everything.
  const Effect = open.length > 0 ? "Allow" : "Deny";
  const Resource = (open.length > 0 ? open : ROUTES).map(
    ({ method, path }) => `${stage}/${method}${path.replace(/\{\w+\}/g, "*")}`,
  );
  return { Version: "2012-10-17", Statement: [{ Action: "execute-api:Invoke", Effect, Resource }] };
}
