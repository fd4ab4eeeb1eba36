import { LambdaClient } from "@aws-sdk/client-lambda";
import type { DeployedResource } from "../deployed";
import { type Clock, systemClock } from "../event-sources/clock";
import { FunctionPolicies } from "../event-sources/function-policies";
import type { CloudAccess, Invoker } from "../lambda/lambda-function";
import { answerTo, type BalancerWorld } from "./balancer";
import { loadBalancersIn } from "./deployed";
import { HealthChecks } from "./health-checks";
import { askFunction } from "./lambda-target";
import { type ListenerServer, serve } from "./listener-server";
import type { LoadBalancer, TargetGroup } from "./model";
import { mayInvoke } from "./permission";
import { BalancerCounters, type BalancerStatistics } from "./statistics";
import type { HealthStatus } from "./target-health";

export interface LoadBalancerOptions {
  /** Runs the functions. */
  readonly invoker: Invoker;
  /** Real seconds per AWS second, for the intervals of health checks. Default 1/60. */
  readonly timeScale?: number;
  /** Whether functions are asked for their health where the program says so. Default true. */
  readonly healthChecks?: boolean;
  /** A change of a function's resource policy is seen after at most so long. Default 5000 ms. */
  readonly policyMilliseconds?: number;
  /** Told why a request to a function failed; its client sees only the status. */
  readonly onProblem?: (message: string) => void;
  readonly clock?: Clock;
}

/** The load balancers of a deployment, answering on this machine over plain HTTP. */
export interface LoadBalancers {
  /** By name. */
  readonly stats: Readonly<Record<string, BalancerStatistics>>;
  /** Of the functions, by name of the target group. */
  readonly health: Readonly<Record<string, HealthStatus>>;
  /**
   * Where a listener answers, without a slash at its end.
   * @param name the load balancer's name or DNS name
   * @param port the listener's in the program. Left out: the HTTPS listener's, or else that of the lowest port.
   */
  urlOf(name: string, port?: number): string;
  stop(): Promise<void>;
}

/** Starts a server for each listener, and the health checks. */
export async function startLoadBalancers(
  cloud: CloudAccess,
  resources: readonly Pick<DeployedResource, "type" | "id" | "state">[],
  options: LoadBalancerOptions,
): Promise<LoadBalancers> {
  const { invoker, policyMilliseconds = 5000, clock = systemClock, onProblem = () => {} } = options;
  const lambda = new LambdaClient({ endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.service });
  const policies = new FunctionPolicies(lambda, policyMilliseconds, clock);
  const world = { invoker, mayInvoke: (fn: string, group: string) => mayInvoke(policies, fn, group) };
  const balancers = loadBalancersIn(resources);
  const running = await Promise.all(balancers.map((balancer) => startBalancer(balancer, { ...world, onProblem })));
  const groups = new Map(balancers.flatMap(groupsOf).map((group) => [group.name, group]));
  const { timeScale = 1 / 60, healthChecks: areChecked = true } = options;
  const checks = new Map<string, HealthChecks>();
  for (const { functionArn, healthCheck, ...group } of areChecked ? groups.values() : []) {
    if (functionArn === undefined || healthCheck === undefined) continue;
    const ask: ConstructorParameters<typeof HealthChecks>[1]["ask"] = (one, event) => askFunction(one, event, world);
    checks.set(group.name, new HealthChecks({ ...group, functionArn, healthCheck }, { clock, timeScale, ask }));
  }
  for (const check of checks.values()) check.start();
  return {
    get stats() {
      return Object.fromEntries(running.map(({ balancer, counters }) => [balancer.name, counters.snapshot()]));
    },
    get health() {
      const statusOf = (name: string) => checks.get(name)?.health.status ?? "unavailable";
      return Object.fromEntries([...groups.keys()].map((name) => [name, statusOf(name)]));
    },
    urlOf: (name, port) => urlOf(running, name, port),
    async stop() {
      for (const check of checks.values()) check.stop();
      await Promise.all(running.flatMap(({ servers }) => [...servers.values()]).map((server) => server.stop()));
      lambda.destroy();
    },
  };
}

interface RunningBalancer {
  readonly balancer: LoadBalancer;
  readonly counters: BalancerCounters;
  /** By the listener's port in the program. */
  readonly servers: ReadonlyMap<number, ListenerServer>;
}

/** Starts one load balancer's listeners. */
export async function startBalancer(
  balancer: LoadBalancer,
  { onProblem, ...world }: Omit<BalancerWorld, "onError"> & { readonly onProblem: (message: string) => void },
): Promise<RunningBalancer> {
  const counters = new BalancerCounters();
  const onError: BalancerWorld["onError"] = (reason, detail) => {
    counters.failed(reason);
    onProblem(`${balancer.name}: ${reason}: ${detail}`);
  };
  const servers = balancer.listeners.map(async (listener) => {
    const server = await serve(async (request) => {
      const answer = await answerTo(request, listener, balancer, { ...world, onError });
      counters.answered(answer.status);
      return answer;
    });
    return [listener.port, server] as const;
  });
  return { balancer, counters, servers: new Map(await Promise.all(servers)) };
}

const groupsOf = ({ listeners }: LoadBalancer): TargetGroup[] =>
  listeners
    .flatMap(({ rules, defaultAction }) => [defaultAction, ...rules.map(({ action }) => action)])
    .flatMap((action) => (action.kind === "forward" ? [action.group] : []));

function urlOf(running: readonly RunningBalancer[], name: string, port: number | undefined): string {
  const found = running.find(({ balancer }) => balancer.name === name || balancer.dnsName === name);
  if (!found)
    throw new Error(`there is no load balancer ${name}; there are: ${running.map(({ balancer }) => balancer.name)}.`);
  const listeners = [...found.balancer.listeners].sort((a, b) => a.port - b.port);
  const usual = listeners.find(({ protocol }) => protocol === "HTTPS") ?? listeners[0];
  const server = found.servers.get(port ?? usual?.port ?? Number.NaN);
  if (!server)
    throw new Error(`${name} has no listener ${port ?? ""}; its ports are: ${listeners.map((one) => one.port)}.`);
  return server.url;
}
