import { randomBytes } from "node:crypto";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import type { DeployedResource } from "../deployed";
import { type Clock, systemClock } from "../event-sources/clock";
import { FunctionPolicies } from "../event-sources/function-policies";
import type { CloudAccess, Invoker } from "../lambda/lambda-function";
import { LogShipper } from "../lambda/log-shipper";
import { type ListenerServer, serve } from "../load-balancer/listener-server";
import { momentOf } from "./call";
import { LARGEST_BODY } from "./compression";
import { stagesIn } from "./deployed";
import { ExpiringMap } from "./expiring-map";
import { answerTo, type GatewayWorld, type Handled } from "./gateway";
import type { Stage } from "./model";
import { mayInvoke } from "./permission";
import { StageCounters, type StageStatistics } from "./statistics";
import { Usage } from "./usage";
import { accessLine } from "./variables";

export interface ApiOptions {
  /** Runs the functions. */
  readonly invoker: Invoker;
  /** Real seconds per AWS second, of times to live and quotas; rates are a real second's. Default 1/60. */
  readonly timeScale?: number;
  /** How many times longer than the program says a function is waited for: cold starts are slow where cores are few. Default 1. */
  readonly patience?: number;
  /** A change of a function's resource policy is seen after at most so long. Default 5000 ms. */
  readonly policyMilliseconds?: number;
  /** Told what the gateway answered with 5XX by itself, or found in bodies, and why; its client sees only the status. */
  readonly onProblem?: (message: string) => void;
  readonly clock?: Clock;
}

/** The REST APIs of a deployment, answering on this machine over plain HTTP. */
export interface Apis {
  /** By `API's name/stage`. */
  readonly stats: Readonly<Record<string, StageStatistics>>;
  /**
   * Where a stage answers, with its name at the end as on AWS, and without a slash.
   * @param api the API's name or id, a domain name of its, or a URL that begins with one of the stage's
   * @param stage needed where the API has several
   */
  urlOf(api: string, stage?: string): string;
  /** Puts the lines of access logs that wait. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/** "The total combined size of request line and header values: 10240 Bytes" (quotas of REST APIs). */
const LONGEST_HEAD = 10_240;
const LOG_MILLISECONDS = 1000;

/** Starts a server for each stage. */
export async function startApis(
  cloud: CloudAccess,
  resources: readonly Pick<DeployedResource, "type" | "id" | "state">[],
  options: ApiOptions,
): Promise<Apis> {
  const service = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.service };
  const clients = { lambda: new LambdaClient(service), logs: new CloudWatchLogsClient(service) };
  const { policyMilliseconds = 5000, clock = systemClock } = options;
  const policies = new FunctionPolicies(clients.lambda, policyMilliseconds, clock);
  const permits = (fn: string, source: string) => mayInvoke(policies, fn, source);
  const running = await Promise.all(
    stagesIn(resources).map((stage) => startStage(stage, { ...options, mayInvoke: permits, logs: clients.logs })),
  );
  const flush = async () => void (await Promise.all(running.map(({ log }) => log?.flush())));
  return {
    get stats() {
      return Object.fromEntries(
        running.map(({ stage, counters }) => [`${stage.api.name}/${stage.name}`, counters.snapshot()]),
      );
    },
    urlOf: (api, stage) => urlOf(running, api, stage),
    flush,
    async stop() {
      await Promise.all(running.map(({ server }) => server.stop()));
      await flush();
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

interface RunningStage {
  readonly stage: Stage;
  readonly counters: StageCounters;
  readonly server: ListenerServer;
  readonly log: LogShipper | undefined;
}

interface StageSurroundings extends ApiOptions, Pick<GatewayWorld, "mayInvoke"> {
  readonly logs: CloudWatchLogsClient;
}

async function startStage(stage: Stage, surroundings: StageSurroundings): Promise<RunningStage> {
  const { clock = systemClock, onProblem = () => {} } = surroundings;
  const counters = new StageCounters();
  const world = worldOf(surroundings, counters);
  const log = logOf(stage, surroundings);
  const server = await serve(
    async (request) => {
      const begun = clock.now();
      const { answer, call } = await answerTo(request, stage, world);
      counters.answered(answer.status, call);
      const detail = call?.refusal?.more.detail;
      if (detail !== undefined) onProblem(`${stage.api.name}/${stage.name}: ${call?.refusal?.type}: ${detail}`);
      log?.line(lineOf({ answer, ...(call ? { call } : {}) }, stage, clock.now() - begun));
      return answer;
    },
    { largestBody: LARGEST_BODY, longestHead: LONGEST_HEAD, server: "API Gateway" },
  );
  return { stage, counters, server, log };
}

function worldOf(surroundings: StageSurroundings, counters: StageCounters): GatewayWorld {
  const { invoker, clock = systemClock, timeScale = 1 / 60, patience = 1 } = surroundings;
  const now = () => clock.now();
  return {
    ...{ invoker, now, patience, mayInvoke: surroundings.mayInvoke },
    after: (milliseconds, act) => clock.after(milliseconds, act),
    moment: () => momentOf(now()),
    answers: new ExpiringMap(1000 * timeScale, now),
    kept: new ExpiringMap(1000 * timeScale, now),
    usage: new Usage(now, timeScale),
    onAuthorizer: () => {
      counters.authorizerCalls += 1;
    },
    onCacheHit: () => {
      counters.cacheHits += 1;
    },
  };
}

function logOf({ api, name, accessLog }: Stage, { logs, onProblem = () => {} }: StageSurroundings) {
  if (accessLog === undefined) return undefined;
  const failed = (error: Error) => onProblem(`${api.name}/${name}: access log not written: ${error.message}`);
  return new LogShipper(logs, accessLog.group, randomBytes(16).toString("hex"), LOG_MILLISECONDS, failed);
}

function lineOf({ answer, call }: Handled, { accessLog }: Stage, took: number): string {
  if (call === undefined || accessLog === undefined) return "";
  const { status, body } = answer;
  return accessLine(accessLog.format, call, {
    ...{ status, responseLatency: Math.round(took) },
    responseLength: Buffer.byteLength(body),
  });
}

function urlOf(running: readonly RunningStage[], api: string, stageName: string | undefined): string {
  const host = /^https:\/\/([^./]+)[^/]*(?:\/([^/]+))?/.exec(api);
  const found = running.filter(({ stage }) => {
    const { id, name, domains } = stage.api;
    if (stageName !== undefined && stage.name !== stageName) return false;
    if (domains.some((domain) => api === domain || api === `https://${domain}` || api.startsWith(`https://${domain}/`)))
      return true;
    return api === id || api === name || (host?.[1] === id && (host[2] ?? stage.name) === stage.name);
  });
  const [one, ...others] = found;
  const there = running.map(({ stage }) => `${stage.api.name}/${stage.name}`);
  if (one === undefined)
    throw new Error(`there is no stage ${[api, stageName].join(" ").trim()}; there are: ${there}.`);
  if (others.length > 0) throw new Error(`${api} has ${found.length} stages; give one of: ${there}.`);
  return `${one.server.url}/${one.stage.name}`;
}
