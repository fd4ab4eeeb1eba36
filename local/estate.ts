import { join } from "node:path";
import { type ApiOptions, type Apis, startApis } from "./api-gateway";
import { Clients } from "./clients";
import { type Cloud, startCloud } from "./cloud";
import { type Deployment, deploy } from "./deploy";
import { type EverySource, type EverySourceOptions, startEverySource } from "./event-sources/every-source";
import { type LoadBalancerOptions, type LoadBalancers, startLoadBalancers } from "./load-balancer";
import { type Rotations, startRotations } from "./rotation";
import type { Program } from "./run-program";

/** The whole estate on this machine: the cloud, stack `local` deployed onto it, and its event sources running. */
export interface Estate {
  readonly cloud: Cloud;
  readonly deployment: Deployment;
  readonly sources: EverySource;
  readonly loadBalancers: LoadBalancers;
  readonly apis: Apis;
  readonly rotations: Rotations;
  /** Clients with the administrator's credentials. */
  readonly clients: Clients;
  /** A stack output, unwrapped; throws when the program has none of that name. */
  output(name: string): string;
  /** Stops the APIs, the load balancers, the event sources and the cloud. Nothing is kept. */
  stop(): Promise<void>;
}

export interface EstateOptions {
  /** Names this run's folder under `.sluice/`. */
  readonly name: string;
  /** Stack settings that differ from `Pulumi.local.yaml`. */
  readonly overrides?: Record<string, string>;
  readonly sources?: EverySourceOptions;
  readonly loadBalancers?: Omit<LoadBalancerOptions, "invoker" | "timeScale">;
  readonly apis?: Omit<ApiOptions, "invoker" | "timeScale">;
  /** Another program than index.ts. */
  readonly program?: Program;
  readonly progress?: (done: number, declared: number, what: string) => void;
}

export const ROOT = join(__dirname, "..");

/** Starts the cloud and deploys onto it; whatever was started is stopped again when a step fails. */
export async function openEstate(options: EstateOptions): Promise<Estate> {
  const cloud = await startCloud({ root: ROOT, stateName: options.name });
  try {
    const deployment = await deploy(cloud, {
      root: ROOT,
      stack: "local",
      ...(options.overrides ? { overrides: options.overrides } : {}),
      ...(options.program ? { program: options.program } : {}),
      ...(options.progress ? { progress: options.progress } : {}),
    });
    const running = await startAll(cloud, deployment, options);
    const stop = async () => {
      await running.stop();
      await cloud.stop();
    };
    const clients = new Clients(cloud, cloud.admin);
    return { ...running, cloud, deployment, clients, output: outputOf(deployment), stop };
  } catch (error) {
    await cloud.stop();
    throw error;
  }
}

/** Everything that makes a deployment live. What was started is stopped again when something else does not start. */
async function startAll(cloud: Cloud, deployment: Deployment, options: EstateOptions) {
  const sources = await startEverySource(cloud, deployment, options.sources ?? {});
  const { invoker } = sources;
  const { timeScale, onProblem } = options.sources ?? {};
  const common = { invoker, ...(timeScale === undefined ? {} : { timeScale }) };
  const { resources } = deployment;
  const stops = [() => sources.stop()];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const loadBalancers = await startLoadBalancers(cloud, resources, { ...common, ...options.loadBalancers });
    stops.push(() => loadBalancers.stop());
    const apis = await startApis(cloud, resources, { ...common, ...options.apis });
    stops.push(() => apis.stop());
    const rotations = startRotations(cloud, resources, { invoker, ...(onProblem ? { onProblem } : {}) });
    stops.push(() => rotations.stop());
    return { sources, loadBalancers, apis, rotations, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const outputOf = (deployment: Deployment) => (name: string) => {
  const value = deployment.outputs[name];
  if (typeof value !== "string")
    throw new Error(`The stack has no output ${name}; it has ${Object.keys(deployment.outputs)}.`);
  return value;
};
