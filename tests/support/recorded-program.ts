import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type DeclaredResource, logicalName, neverRegistered, recordDeclared, type Site } from "../../local/declared";
import { remoteOutputs } from "../../local/remote-components";
import { readStackConfig } from "../../local/stack-config";
import { stateOf } from "./plausible-state";

export type StackName = "dev" | "prod" | "local";

/** A resource as the program registered it; secrets are opened. */
export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  readonly parent?: string;
  readonly custom: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs that the state holds encrypted. */
  readonly secrets: readonly string[];
  /** What AWS would name it by. */
  readonly id: string;
  /** Inputs and what AWS would add: ARN, URL. */
  readonly state: Readonly<Record<string, unknown>>;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Logical names of what it explicitly depends on. */
  readonly dependsOn: readonly string[];
  /** Where the program makes it. */
  readonly site?: Site;
}

export interface RecordedOutput {
  readonly name: string;
  readonly value: unknown;
  readonly secret: boolean;
}

export interface RecordedProgram {
  readonly stack: string;
  readonly resources: readonly RecordedResource[];
  readonly declared: readonly DeclaredResource[];
  readonly outputs: readonly RecordedOutput[];
  /** All resources of a type token. */
  ofType(type: string): RecordedResource[];
  /** The resource of a logical name; throws when there is none or more. */
  named(name: string): RecordedResource;
}

/** Settings with which one system stands alone. */
export const ONLY = {
  marketData: { systems: '{"marketData":true,"clickstream":false,"adExchange":false}' },
  clickstream: { systems: '{"marketData":false,"clickstream":true,"adExchange":false}' },
  adExchange: { systems: '{"marketData":false,"clickstream":false,"adExchange":true}' },
} as const;

export const ROOT = join(__dirname, "../..");

type Program = () => Promise<Record<string, pulumi.Output<unknown>>>;

let last: Promise<unknown> = Promise.resolve();
const known = new Map<string, Promise<RecordedProgram>>();

/** Runs index.ts as a stack under mocks and records all it registers; one run a stack and overrides. */
export function recordProgram(
  stack: StackName,
  overrides: Readonly<Record<string, string>> = {},
): Promise<RecordedProgram> {
  const key = JSON.stringify([stack, overrides]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = record(stack, overrides, () => require("../../index") as Program);
  known.set(key, made);
  return made;
}

/** Runs a program of the test's own, with the settings of stack `dev`. */
export function recordResources(program: () => unknown): Promise<RecordedProgram> {
  return record("dev", {}, () => async () => {
    await program();
    return {};
  });
}

/** Pulumi's runtime is one per process: runs queue up. */
function record(
  stack: StackName,
  overrides: Readonly<Record<string, string>>,
  load: () => Program,
): Promise<RecordedProgram> {
  const made = last.then(() => run(stack, overrides, load));
  last = made.catch(() => undefined);
  return made;
}

async function run(
  stack: StackName,
  overrides: Readonly<Record<string, string>>,
  load: () => Program,
): Promise<RecordedProgram> {
  const { project, config, secrets } = readStackConfig(ROOT, stack, overrides);
  const account = stack === "local" ? "000000000000" : "123456789012";
  const registered: {
    type: string;
    name: string;
    custom: boolean;
    inputs: Record<string, unknown>;
    secrets: string[];
    id: string;
    state: Record<string, unknown>;
  }[] = [];
  let declared: DeclaredResource[] = [];
  const errors: unknown[] = [];
  const constructed = (component: Parameters<typeof remoteOutputs>[0]) => {
    try {
      return remoteOutputs(component, declared);
    } catch (error) {
      errors.push(error); // Pulumi tells it to nobody
      throw error;
    }
  };
  const mocks: pulumi.runtime.Mocks = {
    newResource: ({ type, name, inputs, custom = true }) => {
      const opened = withoutSecrets(inputs) as Record<string, unknown>;
      const { id, state } = custom
        ? stateOf(type, name, opened, { account, region: "us-east-1" })
        : { id: "", state: opened };
      const secrets = Object.keys(inputs as object).filter((key) => isSecret((inputs as Record<string, unknown>)[key]));
      registered.push({ type, name, custom, inputs: opened, secrets, id, state });
      return { id, state: custom ? state : { ...state, ...constructed({ type, name, inputs: opened }) } };
    },
    call: ({ token }) => {
      if (token !== "aws:index/getCallerIdentity:getCallerIdentity") throw new Error(`no answer for ${token}`);
      return { accountId: account, arn: `arn:aws:iam::${account}:user/recorder`, userId: "AIDA", id: account };
    },
  };
  await pulumi.runtime.setMocks(mocks, project, stack, false);
  pulumi.runtime.setAllConfig(config, secrets);
  let returned: Record<string, pulumi.Output<unknown>> = {};
  await pulumi.runtime.runInPulumiStack(async () => {
    declared = recordDeclared();
    returned = await load()();
    return returned;
  });
  await pulumi.runtime.disconnect(false);
  if (errors.length > 0) throw errors[0];
  const dropped = neverRegistered(declared, registered);
  if (dropped.length > 0)
    throw new Error(`declared and never registered: ${dropped.map(({ name }) => name).join(", ")}`);
  const resources = registered.flatMap((one) => {
    const from = declared.find(({ type, name }) => type === one.type && name === one.name);
    return from ? [{ ...one, ...optionsOf(from) }] : []; // the stack itself is not declared by the program
  });
  return { stack, resources, declared, outputs: await outputsOf(returned), ...lookups(resources) };
}

function optionsOf({ parent, options, site }: DeclaredResource) {
  const dependsOn = [options.dependsOn ?? []].flat() as pulumi.Resource[];
  return {
    ...(parent ? { parent } : {}),
    ...(site ? { site } : {}),
    protect: options.protect === true,
    retainOnDelete: options.retainOnDelete === true,
    dependsOn: dependsOn.map((resource) => logicalName(resource) ?? "?"),
  };
}

function lookups(resources: readonly RecordedResource[]): Pick<RecordedProgram, "ofType" | "named"> {
  return {
    ofType: (type) => resources.filter((resource) => resource.type === type),
    named: (name) => {
      const [found, ...more] = resources.filter((resource) => resource.name === name);
      if (!found || more.length > 0) throw new Error(`${more.length + (found ? 1 : 0)} resources are named ${name}`);
      return found;
    },
  };
}

async function outputsOf(returned: Record<string, pulumi.Output<unknown>>): Promise<RecordedOutput[]> {
  return Promise.all(
    Object.entries(returned).map(async ([name, output]) => ({
      name,
      value: await settled(output),
      secret: await pulumi.isSecret(output),
    })),
  );
}

const settled = (output: pulumi.Output<unknown>): Promise<unknown> => new Promise((resolve) => output.apply(resolve));

const SECRET = "4dabf18193072939515e22adb298388d";

const isSecret = (value: unknown) => typeof value === "object" && value !== null && SECRET in value;

/** Inputs as plain values: the engine marks a secret by wrapping it. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null || pulumi.asset.Archive.isInstance(value)) return value;
  if (SECRET in value) return withoutSecrets((value as { value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]));
}
