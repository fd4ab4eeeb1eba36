import { randomBytes, randomUUID } from "node:crypto";
import { valuesOf } from "../load-balancer/model";
import type { ApiKey, Asked, Refusal, Stage } from "./model";
import { decoded, type Routed } from "./routing";

/** What an authorizer said of a request. */
export interface Authorized {
  readonly principalId: string | undefined;
  /** Context values as functions and logs get them: text. */
  readonly context: Readonly<Record<string, string>>;
  /** Value of the API key under which the request counts. */
  readonly usageKey: string | undefined;
}

/** What a step behind the gateway took, in real milliseconds, and answered. */
export interface Step {
  readonly milliseconds: number;
  readonly status: number;
}

/** What is known of a request beside the request. */
export interface Moment {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly requestId: string;
  readonly traceId: string;
}

export const momentOf = (now: number): Moment => ({
  now,
  requestId: randomUUID(),
  traceId: `Root=1-${Math.floor(now / 1000).toString(16)}-${randomBytes(12).toString("hex")}`,
});

/** A request on its way through a stage: each step adds what it found out. */
export interface Call extends Moment {
  readonly stage: Stage;
  asked: Asked;
  /** Query parameters in their order, decoded. */
  readonly query: readonly (readonly [name: string, value: string])[];
  routed?: Routed;
  authorized?: Authorized;
  authorizerStep?: Step;
  key?: ApiKey;
  integrationStep?: Step;
  refusal?: Refusal;
}

export const callOf = (stage: Stage, asked: Asked, moment: Moment): Call => ({
  ...{ ...moment, stage, asked },
  query: asked.query.split("&").flatMap((part) => {
    const [name = "", ...value] = part.split("=");
    const text = (encoded: string) => decoded(encoded.replaceAll("+", " "));
    return part === "" ? [] : [[text(name), text(value.join("="))] as const];
  }),
});

/** `method.request.header.Name`, `method.request.querystring.name`, `method.request.path.name`; of several values the last. */
export const PARAMETER = /^method\.request\.(header|querystring|path)\.([^\s]+)$/;

/** The value of a request's parameter by its name in a method; undefined where it is missing. */
export function parameterOf({ asked, query, routed }: Call, parameter: string): string | undefined {
  const [, place, name = ""] = PARAMETER.exec(parameter) ?? [];
  if (place === "header") return valuesOf(asked.headers, name.toLowerCase()).at(-1);
  if (place === "querystring") return query.findLast(([each]) => each === name)?.[1];
  return Object.hasOwn(routed?.parameters ?? {}, name) ? routed?.parameters[name] : undefined;
}
