import { SSMClient } from "@aws-sdk/client-ssm";
import { clientSettings } from "../../shared/client-settings";
import { systemClock } from "../../shared/clock";
import { logOf } from "../../shared/log";
import { EmbeddedMetrics } from "../../shared/metrics";
import { Parameters, readEnv } from "../../shared/parameters";
import { SsmParameters } from "../../shared/ssm-parameters";
import type { Tunables } from "../domain/tunables";
import type { StageName } from "./attempt";
import { type Handler, runStage, type Stage, type StageWorld } from "./run-stage";

export interface Wiring<Env, Key extends string, World extends StageWorld & { readonly tunables: Tunables }> {
  readonly name: StageName;
  readonly decide: Stage<World>["decide"];
  /** The environment variable that names each parameter. */
  readonly parameters: Readonly<Record<Key, keyof Env & string>>;
  /** The world that these parameter values describe; made once per refresh. Throws for values it cannot read. */
  readonly world: (values: Readonly<Record<Key, string>>) => World;
}

const SERVICE = "market-data";
const NAMESPACE = "Sluice/MarketData";

/** A stage on AWS: its parameters from Parameter Store, its log and metrics to standard output. */
export const wireStage =
  <Env extends Record<keyof Env, string>>() =>
  <Key extends string, World extends StageWorld & { readonly tunables: Tunables }>(
    wiring: Wiring<Env, Key, World>,
  ): Handler => {
    const variables = Object.entries(wiring.parameters) as [Key, keyof Env & string][];
    const env = readEnv<Env>(
      process.env,
      variables.map(([, variable]) => variable),
    );
    const names = Object.fromEntries(variables.map(([key, variable]) => [key, env[variable] as string]));
    const parameters = new Parameters<Key, World>({
      names: names as Record<Key, string>,
      source: new SsmParameters(new SSMClient(clientSettings)),
      clock: systemClock,
      parse: wiring.world,
      ttlSeconds: (world) => world.tunables.parameterTtlSeconds,
    });
    return runStage({
      name: wiring.name,
      decide: wiring.decide,
      world: () => parameters.current(),
      log: logOf(SERVICE),
      metrics: new EmbeddedMetrics(NAMESPACE, SERVICE, process.env.AWS_LAMBDA_FUNCTION_NAME ?? wiring.name),
      clock: systemClock,
    });
  };
