import type { Clock } from "./clock";
import { FinalFailure } from "./outcome";

/** Where parameters come from. Names that do not exist are absent from the answer. */
export interface ParameterSource {
  fetch(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export interface ParametersOptions<Key extends string, Value> {
  /** Parameter names by the key under which `parse` sees the value. */
  readonly names: Readonly<Record<Key, string>>;
  readonly source: ParameterSource;
  readonly clock: Clock;
  /** Throws an Error that names the mistake. */
  readonly parse: (values: Readonly<Record<Key, string>>) => Value;
  readonly ttlSeconds: (value: Value) => number;
}

/** A value, and the reason why it is older than its time to live when it is. */
export interface Current<Value> {
  readonly value: Value;
  readonly stale?: Error;
}

/** How long a value that could not be refreshed is served before the next try, so that an outage is not hammered. */
const RETRY_MS = 5_000;

/**
 * The parameters of one function: read in one request, parsed once, kept for their time to live, so that a change takes
 * effect within it and thousands of invocations a second make one read a minute and environment.
 *
 * Not Powertools' SSMProvider: its cache forgets a value that has expired, so that a throttled or absent Parameter
 * Store stops a function that holds a perfectly good value, and callers that miss together all ask. Here a refresh is
 * made once however many wait for it, and a value that cannot be refreshed, or whose successor cannot be parsed, stays.
 */
export class Parameters<Key extends string, Value> {
  private kept: Current<Value> | undefined;
  private freshUntil = 0;
  private refreshing: Promise<Current<Value>> | undefined;

  constructor(private readonly options: ParametersOptions<Key, Value>) {}

  /** Throws (FinalFailure for a missing or unreadable parameter, otherwise the source's error) only when nothing is kept. */
  current(): Promise<Current<Value>> {
    if (this.kept && this.options.clock.now() < this.freshUntil) return Promise.resolve(this.kept);
    this.refreshing ??= this.refresh().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  private async refresh(): Promise<Current<Value>> {
    const { clock, ttlSeconds } = this.options;
    try {
      const value = await this.read();
      this.kept = { value };
      this.freshUntil = clock.now() + ttlSeconds(value) * 1_000;
    } catch (error) {
      if (!this.kept) throw error;
      this.kept = { value: this.kept.value, stale: error as Error };
      this.freshUntil = clock.now() + RETRY_MS;
    }
    return this.kept;
  }

  private async read(): Promise<Value> {
    const names = Object.entries<string>(this.options.names) as [Key, string][];
    const found = await this.options.source.fetch(names.map(([, name]) => name));
    const missing = names.filter(([, name]) => !found.has(name)).map(([, name]) => name);
    if (missing.length > 0) {
      throw new FinalFailure(`Parameter ${missing.join(", ")} does not exist; deploy the stack, or put it back.`);
    }
    const values = Object.fromEntries(names.map(([key, name]) => [key, found.get(name)])) as Record<Key, string>;
    try {
      return this.options.parse(values);
    } catch (error) {
      const all = names.map(([, name]) => name).join(", ");
      throw new FinalFailure(`A parameter cannot be read (of ${all}): ${(error as Error).message}`, { cause: error });
    }
  }
}

/**
 * The environment variables `keys` of `env`, all of them.
 * @throws FinalFailure naming every one that is missing or empty
 */
export function readEnv<Env extends Record<keyof Env, string>>(
  env: NodeJS.ProcessEnv,
  keys: readonly (keyof Env & string)[],
): Env {
  const missing = keys.filter((key) => !env[key]);
  if (missing.length > 0) {
    throw new FinalFailure(`Environment variable ${missing.join(", ")} is not set; give the name of its parameter.`);
  }
  return Object.fromEntries(keys.map((key) => [key, env[key]])) as Env;
}
