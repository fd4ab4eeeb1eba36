import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import type { Clock } from "../../shared/clock";
import { within } from "../../shared/deadline";
import type { Log } from "../../shared/log";
import type { Metrics } from "../../shared/metrics";
import { told } from "../../shared/outcome";
import { type Caller, callerFrom, type Permission } from "../domain/caller";
import { Problem } from "../domain/campaigns/problem";
import { type Answer, refused } from "./answers";
import { archive, type Change, change, create, type Owner } from "./changing";
import type { CampaignReads, CampaignStore } from "./ports";
import { type Asked, askedBy } from "./request";
import { list, show } from "./showing";

export interface CampaignsWorld {
  readonly reads: CampaignReads;
  readonly store: CampaignStore;
  /** Seconds that an answer about one campaign may be kept. */
  readonly cacheSeconds: number;
  readonly clock: Clock;
  /** An id that is nobody's yet. */
  readonly newId: () => string;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** The part of Lambda's context that is used. */
export interface InvocationContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

interface Route {
  readonly may: Permission;
  readonly follow: (request: Change) => Promise<Answer>;
}

const ALL = "/v1/campaigns";
const ONE = "/v1/campaigns/{id}";

const ROUTES: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  [ALL]: {
    GET: { may: "campaigns:read", follow: ({ asked, caller, world }) => list(asked, caller.advertiser, world) },
    POST: { may: "campaigns:write", follow: create },
  },
  [ONE]: {
    GET: { may: "campaigns:read", follow: ({ asked, caller, world }) => show(asked, caller.advertiser, world) },
    PATCH: { may: "campaigns:write", follow: change },
    DELETE: { may: "campaigns:write", follow: archive },
  },
};

/** The edge keeps answers whatever their status: without the header, a repetition gets the same one. */
const ASK_ANEW = 'send the request again, with "Cache-Control: max-age=0"';

/** Milliseconds kept back for the answer and the log. */
const RESERVE = 1_000;

/**
 * Answers one request of an advertiser about its own campaigns; another's are not found. What cannot be reached is 503, and its reason
 * stands in the log alone.
 */
export async function serve(
  event: APIGatewayProxyEvent,
  context: InvocationContext,
  world: CampaignsWorld,
): Promise<APIGatewayProxyResult> {
  const begun = world.clock.now();
  const asked = askedBy(event);
  const caller = callerFrom(event.requestContext.authorizer);
  const { code, ...answer } = await answered(asked, caller, context, world);
  const { log, metrics, clock } = world;
  const durationMs = clock.now() - begun;
  metrics.record({ counts: {}, milliseconds: { RequestLatency: durationMs }, ...(code ? { reason: code } : {}) });
  const fields = { awsRequestId: context.awsRequestId, principal: caller?.principal, advertiser: caller?.advertiser };
  log.info(`campaigns ${answer.statusCode}`, {
    ...{ ...fields, method: asked.method, route: asked.route, campaign: asked.id || undefined },
    ...{ status: answer.statusCode, problem: code, durationMs },
  });
  return answer;
}

async function answered(
  asked: Asked,
  caller: Caller | undefined,
  context: InvocationContext,
  world: CampaignsWorld,
): Promise<Answer> {
  try {
    const route = routeOf(asked, caller);
    if (route instanceof Problem) return refused(route);
    const request = { asked, caller: route.caller, requestId: context.awsRequestId, world };
    return await within(context.getRemainingTimeInMillis() - RESERVE, "the request", route.follow(request));
  } catch (error) {
    world.log.error("campaigns failed", { awsRequestId: context.awsRequestId, failure: told(error) });
    return refused(new Problem("unavailable", asked.method === "GET" ? ASK_ANEW : "send the request again"));
  }
}

function routeOf({ route, method }: Asked, caller: Caller | undefined): (Route & { caller: Owner }) | Problem {
  const methods = Object.hasOwn(ROUTES, route) ? ROUTES[route] : undefined;
  if (methods === undefined) return new Problem("not_found", `there is no such path; give ${ALL} or ${ONE}`);
  const found = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (found === undefined) {
    const allow = Object.keys(methods).join(", ");
    return new Problem("method_not_allowed", `give ${allow}`, { headers: { allow } });
  }
  const { advertiser } = caller ?? {};
  if (!caller?.may.includes(found.may) || advertiser === undefined)
    return new Problem("not_permitted", `this takes a token of an advertiser with the permission ${found.may}`);
  return { ...found, caller: { ...caller, advertiser } };
}
