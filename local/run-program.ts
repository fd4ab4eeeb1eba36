import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type DeclaredResource, neverRegistered, recordDeclared } from "./declared";
import { remoteOutputs } from "./remote-components";
import { readStackConfig } from "./stack-config";
import { Unheard } from "./unheard";

export type Program = () => Promise<Record<string, unknown>>;

/** A resource that the program registers, every input known and every secret opened. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What stands where the Pulumi engine and the providers would. */
export interface Engine {
  /** Makes a resource; answers its id and the outputs that are not inputs. */
  create(
    registration: Registration,
  ): Promise<{ readonly id: string; readonly outputs: Readonly<Record<string, unknown>> }>;
  /** Answers a provider function. */
  call(token: string): Record<string, unknown>;
}

export interface ProgramOptions {
  /** The repository's root, with Pulumi.yaml and index.ts. */
  readonly root: string;
  readonly stack: string;
  /** Settings over the stack's own. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** The program; the repository's index.ts when left out. */
  readonly program?: Program;
  /** The run fails when so long nothing is registered and nothing is being made. Default 60,000. */
  readonly stallMilliseconds?: number;
  /** Told as soon as the program begins; the list grows while it runs. */
  readonly onDeclared?: (declared: readonly DeclaredResource[]) => void;
}

export interface ProgramRun {
  /** Every resource that the program constructed, all of them registered. */
  readonly declared: readonly DeclaredResource[];
  /** The program's outputs, secrets opened. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a Pulumi program in this process against `engine`, through Pulumi's own mocks. Dependency order and parallelism are
 * Pulumi's. Runs queue up, since Pulumi's runtime is one per process.
 * @throws the first error anywhere (in the program, in the engine, in an `apply`), with the resources that were constructed
 * and never registered because of it; also when the program waits for something that never comes
 */
export function runProgram(engine: Engine, options: ProgramOptions): Promise<ProgramRun> {
  const run = last.then(() => new Run(engine, options).finish());
  last = run.catch(() => undefined);
  return run;
}

class Run {
  readonly #unheard = new Unheard();
  readonly #registered: { type: string; name: string }[] = [];
  readonly #underWay = new Set<Promise<unknown>>();
  #declared: DeclaredResource[] = [];
  #failed = false;
  #lastNews = Date.now();

  constructor(
    private readonly engine: Engine,
    private readonly options: ProgramOptions,
  ) {}

  async finish(): Promise<ProgramRun> {
    const stall = setInterval(() => this.#noticeStall(), 500);
    try {
      const outputs = await Promise.race([this.#run(), this.#unheard.first]);
      const dropped = neverRegistered(this.#declared, this.#registered);
      if (dropped.length > 0) throw new Error("no error was heard");
      return { declared: this.#declared, outputs };
    } catch (error) {
      this.#failed = true;
      await Promise.allSettled(this.#underWay);
      throw this.#told(error as Error);
    } finally {
      clearInterval(stall);
      await this.#unheard.release();
      const { project, stack } = { project: pulumi.getProject(), stack: pulumi.getStack() };
      // Forgets promises that will never settle, of which Pulumi would complain when the process ends.
      pulumi.runtime.resetOptions(project, stack, -1, "", "", false, "");
    }
  }

  async #run(): Promise<Record<string, unknown>> {
    const { root, stack, overrides, program, onDeclared } = this.options;
    const { project, config, secrets } = readStackConfig(root, stack, overrides);
    const mocks = { newResource: (args: pulumi.runtime.MockResourceArgs) => this.#register(args), call: this.#call };
    await pulumi.runtime.setMocks(mocks, project, stack, false);
    pulumi.runtime.setAllConfig(config, secrets);
    const outputs = await pulumi.runtime.runInPulumiStack(async () => {
      this.#declared = recordDeclared();
      onDeclared?.(this.#declared);
      return (program ?? (require(join(root, "index")) as Program))();
    });
    await pulumi.runtime.disconnect(false);
    await this.#unheard.quiet();
    return (await opened(outputs)) as Record<string, unknown>;
  }

  readonly #call = ({ token }: pulumi.runtime.MockCallArgs): Record<string, unknown> => {
    try {
      return this.engine.call(token);
    } catch (error) {
      this.#unheard.report(error); // Pulumi tells its text to nobody
      throw error;
    }
  };

  async #register({ type, name, inputs, custom }: pulumi.runtime.MockResourceArgs) {
    this.#lastNews = Date.now();
    if (this.#failed) throw new Error("not attempted, since something else has failed");
    this.#refuseTwins(type, name);
    this.#registered.push({ type, name });
    if (custom === false) return { id: "", state: { ...inputs, ...(await this.#construct(type, name, inputs)) } };
    const making = opened(inputs).then((plain) => this.#create(type, name, plain as Record<string, unknown>));
    this.#underWay.add(making);
    try {
      const { id, outputs } = await making;
      // The inputs as they came: what is secret in them stays secret in the outputs.
      return { id, state: { ...inputs, ...outputs } };
    } catch (error) {
      this.#failed = true;
      this.#unheard.report(error);
      throw error;
    } finally {
      this.#underWay.delete(making);
      this.#lastNews = Date.now();
    }
  }

  async #construct(type: string, name: string, inputs: Record<string, unknown>): Promise<Record<string, unknown>> {
    try {
      const plain = (await opened(inputs)) as Record<string, unknown>;
      return remoteOutputs({ type, name, inputs: plain }, this.#declared);
    } catch (error) {
      this.#unheard.report(error);
      throw error;
    }
  }

  async #create(type: string, name: string, inputs: Record<string, unknown>) {
    try {
      refuseUnresolved(inputs);
      return await this.engine.create({ type, name, inputs });
    } catch (error) {
      throw new Error(`${name} (${type}): ${(error as Error).message}`, { cause: error });
    }
  }

  /** Pulumi's engine refuses two resources of one URN; mocks let the second take the first one's place. */
  #refuseTwins(type: string, name: string): void {
    if (!this.#registered.some((one) => one.type === type && one.name === name)) return;
    const error = new Error(`${name} (${type}): two resources of this type have this name; give each its own.`);
    this.#unheard.report(error);
    throw error;
  }

  #noticeStall(): void {
    const { stallMilliseconds = 60_000 } = this.options;
    if (this.#underWay.size > 0 || Date.now() - this.#lastNews < stallMilliseconds) return;
    this.#unheard.report(
      new Error(`nothing happened for ${stallMilliseconds / 1000} s; something waits for itself, or for ever.`),
    );
  }

  #told(error: Error): Error {
    const dropped = neverRegistered(this.#declared, this.#registered).map(({ type, name }) => `${name} (${type})`);
    const list = dropped.length > 0 ? `\n  constructed and never registered: ${dropped.join(", ")}` : "";
    return new Error(`stack ${this.options.stack}: ${error.message}${list}`, { cause: error });
  }
}

/** An output that was put into text leaves this in it (Pulumi, "Inputs and outputs: lifting"). */
function refuseUnresolved(inputs: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(inputs)) {
    if (/Calling \[to(String|JSON)\] on an \[Output<T>\]/.test(textOf(value))) {
      throw new Error(`${key} holds an Output as text; use pulumi.interpolate or pulumi.jsonStringify.`);
    }
  }
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

/** Marks a secret on its way to the engine (`specialSigKey` and `specialSecretSig` in @pulumi/pulumi/runtime/rpc). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** Plain values: secrets opened, a resource in an input's place replaced by its id, archives as they are. */
async function opened(value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map(opened));
  if (typeof value !== "object" || value === null) return value;
  if (pulumi.asset.Archive.isInstance(value) || pulumi.asset.Asset.isInstance(value)) return value;
  if (pulumi.CustomResource.isInstance(value))
    return new Promise((resolve) => (value as pulumi.CustomResource).id.apply(resolve));
  if (SIGNATURE in value) return opened((value as { value?: unknown }).value);
  const entries = Object.entries(value).map(async ([key, inner]) => [key, await opened(inner)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
