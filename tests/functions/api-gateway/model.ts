import type { Answered } from "../../../local/api-gateway/authorizer";
import { ExpiringMap } from "../../../local/api-gateway/expiring-map";
import { answerTo, type GatewayWorld, type Handled } from "../../../local/api-gateway/gateway";
import type { Api, Authorizer, Route, Stage } from "../../../local/api-gateway/model";
import { Usage } from "../../../local/api-gateway/usage";
import type { InvokeResult } from "../../../local/lambda/lambda-function";
import type { Incoming } from "../../../local/load-balancer/listener-server";
import type { Answer, Header } from "../../../local/load-balancer/model";

export const FUNCTION_ARN = "arn:aws:lambda:us-east-1:000000000000:function:items:live";
export const AUTHORIZER_ARN = "arn:aws:lambda:us-east-1:000000000000:function:asks";
export const STAGE_ARN = "arn:aws:execute-api:us-east-1:000000000000:api1/live";

export const route = (over: Partial<Route> = {}): Route => ({
  ...{
    method: "GET",
    path: "/v1/items/{id}",
    resourceId: "r1",
    keyRequired: false,
    requiredParameters: [],
    bodies: {},
  },
  integration: { kind: "lambda", functionArn: FUNCTION_ARN, timeoutMilliseconds: 1000 },
  ...over,
});

export const authorizer = (over: Partial<Authorizer> = {}): Authorizer => ({
  ...{ id: "a1", type: "TOKEN", functionArn: AUTHORIZER_ARN, ttlSeconds: 300 },
  identitySources: ["method.request.header.Authorization"],
  ...over,
});

export const stage = (over: Partial<Stage> & { readonly of?: Partial<Api> } = {}): Stage => {
  const { of, ...rest } = over;
  const api: Api = {
    ...{ id: "api1", name: "items", region: "us-east-1", account: "000000000000", keySource: "AUTHORIZER" },
    ...{ binaryMediaTypes: [], domains: [] },
    ...of,
  };
  return { api, name: "live", deploymentId: "d1", variables: {}, routes: [route()], responses: {}, plans: [], ...rest };
};

export const request = (over: Partial<Incoming> = {}): Incoming => ({
  ...{ method: "GET", path: "/live/v1/items/1", query: "", headers: [["Host", "api.example.com"]] },
  body: new Uint8Array(),
  client: { address: "203.0.113.7", port: 50_123 },
  ...over,
});

export const bearer = (token: string): { readonly headers: readonly Header[] } => ({
  headers: [["Authorization", `Bearer ${token}`]],
});

export const ok = (payload: unknown): InvokeResult => ({ kind: "ok", payload: JSON.stringify(payload), durationMs: 1 });
export const failed = (errorMessage: string): InvokeResult => ({
  ...{ kind: "function-error", errorType: "Error", durationMs: 1 },
  payload: JSON.stringify({ errorType: "Error", errorMessage }),
});

/** What an authorizer answers who lets the holder of a token use these methods of the stage. */
export const letting = (methods: readonly string[], more: object = {}): InvokeResult => {
  const Resource = methods.map((one) => `${STAGE_ARN}/${one}`);
  const Statement = [{ Action: "execute-api:Invoke", Effect: "Allow", Resource }];
  return ok({ principalId: "somebody", policyDocument: { Version: "2012-10-17", Statement }, ...more });
};

/** Functions by ARN, and a clock that a test sets; a second of a time to live is one of the clock. */
export class World {
  now = 1_800_000_000_000;
  readonly events: { readonly arn: string; readonly event: Record<string, unknown> }[] = [];
  readonly functions = new Map<string, (event: Record<string, unknown>) => InvokeResult | Promise<InvokeResult>>();
  permits = true;
  /** On whose behalf the gateway asked to invoke. */
  readonly sources: string[] = [];
  readonly timers: (() => void)[] = [];
  cacheHits = 0;
  readonly #world: GatewayWorld;

  constructor() {
    const now = () => this.now;
    this.functions.set(FUNCTION_ARN, () => ok({ statusCode: 200, body: "answered" }));
    this.#world = {
      invoker: { invoke: (arn, payload) => this.#invoke(arn, payload) },
      mayInvoke: async (_fn, source) => {
        this.sources.push(source);
        return this.permits;
      },
      after: (_milliseconds, act) => {
        this.timers.push(act);
        return () => {};
      },
      moment: () => ({ now: this.now, requestId: "r-1", traceId: "Root=1-1-1" }),
      ...{ now, patience: 1, usage: new Usage(now, 1) },
      answers: new ExpiringMap<Answered>(1000, now),
      kept: new ExpiringMap<Answer>(1000, now),
      onCacheHit: () => {
        this.cacheHits += 1;
      },
    };
  }

  ask(stage: Stage, over: Partial<Incoming> = {}): Promise<Handled> {
    return answerTo(request(over), stage, this.#world);
  }

  /** Status and body. */
  async said(stage: Stage, over: Partial<Incoming> = {}): Promise<readonly [status: number, body: string]> {
    const { answer } = await this.ask(stage, over);
    return [answer.status, Buffer.from(answer.body).toString()];
  }

  /** How often a function was invoked. */
  calls(arn: string): number {
    return this.events.filter((event) => event.arn === arn).length;
  }

  async #invoke(arn: string, payload: string): Promise<InvokeResult> {
    const event = JSON.parse(payload) as Record<string, unknown>;
    this.events.push({ arn, event });
    return this.functions.get(arn)?.(event) ?? { kind: "service-error", message: "no such function" };
  }
}
