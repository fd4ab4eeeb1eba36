import { Clients } from "./clients";
import type { Cloud } from "./cloud";
import type { DeclaredResource } from "./declared";
import type { DeployedFunction, DeployedMapping, DeployedResource, DeployedTarget } from "./deployed";
import { answerCall } from "./provider-functions";
import { MATERIALISERS } from "./resources";
import type { Made, Materialiser, World } from "./resources/materialiser";
import { type Program, type Registration, runProgram } from "./run-program";
import { UNSUPPORTED } from "./unsupported";

export type { DeployedFunction, DeployedMapping, DeployedResource, DeployedTarget } from "./deployed";

export interface Deployment {
  /** The stack's outputs, secrets opened. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** In the order in which they came to be. */
  readonly resources: readonly DeployedResource[];
  /** By ARN. */
  readonly functions: ReadonlyMap<string, DeployedFunction>;
  /** Lambda targets of rules, each with the queue that takes its place on the bus. */
  readonly targets: readonly DeployedTarget[];
  /** Mappings of Kinesis streams, for the event sources to read. */
  readonly mappings: readonly DeployedMapping[];
  /** Removes every resource, dependents first. KMS keys stay pending deletion for their window, as on AWS. */
  destroy(): Promise<void>;
}

export interface DeployOptions {
  readonly root: string;
  readonly stack: "local";
  /** Settings over `Pulumi.local.yaml`. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** Another program than index.ts. */
  readonly program?: Program;
  /** @param declared how many resources the program has constructed so far */
  readonly progress?: (done: number, declared: number, what: string) => void;
  /** See `ProgramOptions`. */
  readonly stallMilliseconds?: number;
}

/**
 * Runs the program and creates each resource it registers with the AWS SDK, in dependency order and in parallel.
 * @throws when anything fails, naming resource and cause; what was made is removed again
 */
export async function deploy(cloud: Cloud, options: DeployOptions): Promise<Deployment> {
  const { progress, ...programOptions } = options;
  const work = new Work(cloud, progress ?? (() => {}));
  try {
    const { outputs } = await runProgram(
      { create: (registration) => work.create(registration), call: (token) => answerCall(token, cloud) },
      { ...programOptions, onDeclared: (declared) => work.expect(declared) },
    );
    const resources = await work.resources();
    const { functions, targets } = work.world;
    const mappings = [...work.world.mappings.values()].map(({ mapping }) => mapping);
    return { outputs, resources, functions, targets, mappings, destroy: () => work.undo() };
  } catch (error) {
    await work.undo().catch(() => {}); // the first error is the one to tell
    throw error;
  }
}

type WithoutUrn = Omit<DeployedResource, "urn">;

/** What a deployment makes, and how it is undone. */
class Work {
  readonly world: World;
  readonly #made: WithoutUrn[] = [];
  #declared: readonly DeclaredResource[] = [];

  constructor(
    cloud: Cloud,
    private readonly progress: NonNullable<DeployOptions["progress"]>,
  ) {
    const { account, region, scratch: codeFolder } = cloud;
    const clients = new Clients(cloud, cloud.admin);
    this.world = { clients, account, region, codeFolder, functions: new Map(), targets: [], mappings: new Map() };
  }

  expect(declared: readonly DeclaredResource[]): void {
    this.#declared = declared;
  }

  async create({ type, name, inputs }: Registration): Promise<Made> {
    const started = performance.now();
    const made = await materialiserOf(type).create(this.world, ofThisRegion(inputs, this.world), name);
    const seconds = (performance.now() - started) / 1000;
    this.#made.push({ type, name, inputs, id: made.id, state: { ...inputs, ...made.outputs }, seconds });
    this.progress(this.#made.length, this.#declared.filter(({ custom }) => custom).length, name);
    return made;
  }

  async resources(): Promise<DeployedResource[]> {
    return Promise.all(
      this.#made.map(async (one) => {
        const { resource } = this.#declared.find(({ type, name }) => type === one.type && name === one.name)!;
        return { ...one, urn: await new Promise<string>((resolve) => resource.urn.apply(resolve)) };
      }),
    );
  }

  /** Last made, first removed. Goes on after an error and tells all of them at the end. */
  async undo(): Promise<void> {
    const errors: string[] = [];
    for (const { type, name, id, state, inputs } of this.#made.splice(0).reverse()) {
      await materialiserOf(type)
        .delete(this.world, { id, outputs: state }, inputs)
        .catch((error: Error) => {
          if (!isGone(error)) errors.push(`${name} (${type}): ${error.message}`);
        });
    }
    this.world.clients.close();
    if (errors.length > 0) throw new Error(`Not everything was removed:\n  ${errors.join("\n  ")}`);
  }
}

const NOTHING: Materialiser = {
  create: async (_world, _inputs, name) => ({ id: name, outputs: {} }),
  delete: async () => {},
};

function materialiserOf(type: string): Materialiser {
  const known = type in UNSUPPORTED ? NOTHING : MATERIALISERS[type];
  if (known) return known;
  throw new Error(
    `the embedded cloud cannot make ${type}; add it to local/resources, or to local/unsupported.ts with the reason.`,
  );
}

/** Every resource of the provider may name a region; this cloud is deployed to in one. */
function ofThisRegion({ region, ...inputs }: Registration["inputs"], world: World): Registration["inputs"] {
  if (region === undefined || region === world.region) return inputs;
  throw new Error(`region is ${region}; the embedded cloud is deployed to in ${world.region}.`);
}

/** What somebody else removed is removed. */
const isGone = (error: Error): boolean => /NotFound|NonExistent|NoSuch(Entity|Bucket)/.test(error.name);
