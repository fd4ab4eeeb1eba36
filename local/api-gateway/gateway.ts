import type { Incoming } from "../load-balancer/listener-server";
import type { Answer } from "../load-balancer/model";
import { type Answered, type AuthorizerWorld, authorize } from "./authorizer";
import { type Call, callOf, type Moment } from "./call";
import { compressed, decompressed, tooLarge } from "./compression";
import { cached } from "./edge-cache";
import type { ExpiringMap } from "./expiring-map";
import { refused } from "./gateway-response";
import { type IntegrationWorld, invoked, mocked } from "./integration";
import { Refusal, type Stage } from "./model";
import { routeOf } from "./routing";
import { admit, type Usage } from "./usage";
import { validate } from "./validation";

/** What a stage works with, and what it remembers between requests. */
export interface GatewayWorld extends AuthorizerWorld, IntegrationWorld {
  readonly answers: ExpiringMap<Answered>;
  readonly kept: ExpiringMap<Answer>;
  readonly usage: Usage;
  readonly moment: () => Moment;
  readonly onCacheHit?: () => void;
}

export interface Handled {
  readonly answer: Answer;
  /** Absent where no API was asked. */
  readonly call?: Call;
}

/** What a stage answers to a request. Never rejects: what goes wrong here is 500. */
export async function answerTo(request: Incoming, stage: Stage, world: GatewayWorld): Promise<Handled> {
  const path = pathIn(request.path, stage);
  if (path === undefined) return { answer: FORBIDDEN };
  const call = callOf(stage, { ...request, path, body: request.body ?? new Uint8Array() }, world.moment());
  const found = await pass(call, request.body === undefined, world).catch(
    (error: Error) => new Refusal("DEFAULT_5XX", "Internal server error", { detail: error.stack ?? error.message }),
  );
  if (found instanceof Refusal) call.refusal = found;
  const answer = found instanceof Refusal ? refused(call, found) : compressed(found, call.asked, stage);
  const own = [["x-amzn-RequestId", call.requestId] as const, ["X-Amzn-Trace-Id", call.traceId] as const];
  return { answer: { ...answer, headers: [...own, ...answer.headers] }, call };
}

/** What API Gateway says of a stage that there is not. */
const FORBIDDEN: Answer = {
  status: 403,
  headers: [
    ["content-type", "application/json"],
    ["x-amzn-ErrorType", "ForbiddenException"],
  ],
  body: '{"message":"Forbidden"}',
};

/** URLs begin with the stage's name, as on AWS. */
function pathIn(path: string, { name }: Stage): string | undefined {
  if (path === `/${name}`) return "/";
  return path.startsWith(`/${name}/`) ? path.slice(name.length + 1) : undefined;
}

/** The phases of a request, each of which may end it: route, authorizer, key and limits, validation, cache, integration. */
async function pass(call: Call, isTooLarge: boolean, world: GatewayWorld): Promise<Answer | Refusal> {
  const { stage } = call;
  if (isTooLarge) return tooLarge;
  const routed = routeOf(stage.routes, call.asked.method, call.asked.path);
  if (routed === undefined) return new Refusal("MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token");
  call.routed = routed;
  const { route } = routed;
  const denied = route.authorizer && (await authorize(call, route.authorizer, world));
  const stopped = denied ?? admit(call, route, world.usage);
  if (stopped) return stopped;
  const asked = decompressed(call.asked);
  if (asked instanceof Refusal) return asked;
  call.asked = asked;
  const invalid = validate(call, route);
  if (invalid) return invalid;
  return cached(call, route, world.kept, () => asking(call, world), world.onCacheHit ?? (() => {}));
}

async function asking(call: Call, world: GatewayWorld): Promise<Answer | Refusal> {
  const { integration } = call.routed!.route;
  return integration.kind === "mock" ? mocked(call, integration) : invoked(call, integration, world);
}
