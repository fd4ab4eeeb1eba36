import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import type { Clients } from "../clients";
import type { DeployedFunction, DeployedMapping, DeployedTarget } from "../deployed";

/** What materialisers work with. */
export interface World {
  /** Clients of the administrator. */
  readonly clients: Clients;
  readonly region: string;
  readonly account: string;
  /** Takes the functions' code; outside any tree with node_modules, so that a bundle has only what is in it. */
  readonly codeFolder: string;
  /** By ARN; a later resource may add to one. */
  readonly functions: Map<string, DeployedFunction>;
  readonly targets: DeployedTarget[];
  /** Mappings of streams by id, each with what tells its reader that it is deleted. */
  readonly mappings: Map<string, { readonly mapping: DeployedMapping; delete(): void }>;
}

/** A resource as it came to be: its id, and the outputs that AWS adds to its inputs. */
export interface Made {
  readonly id: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Makes and deletes resources of one type. */
export interface Materialiser {
  /** @param logicalName what names are made from when the program gives none */
  create(world: World, inputs: Readonly<Record<string, unknown>>, logicalName: string): Promise<Made>;
  delete(world: World, made: Made, inputs: Readonly<Record<string, unknown>>): Promise<void>;
}

/** Materialisers by type token. */
export type Materialisers = Readonly<Record<string, Materialiser>>;

/** The inputs of a resource once every value is known. */
export type Plain<Args> = { readonly [Key in keyof Args]: pulumi.Unwrap<NonNullable<Args[Key]>> | undefined };

interface Typed<Args> {
  create(world: World, inputs: Plain<Args>, logicalName: string): Promise<Made>;
  delete(world: World, made: Made, inputs: Plain<Args>): Promise<void>;
}

/** A materialiser whose inputs have the types of the provider's arguments. */
export const materialiser = <Args>(typed: Typed<Args>): Materialiser => typed as unknown as Materialiser;

/** For resources that are a property of another and go when that goes. */
export async function goesWithItsParent(): Promise<void> {}

/** Refuses inputs that a materialiser does not carry over: the cloud would stand differently from what the program says. */
export function nothingElse(rest: Readonly<Record<string, unknown>>): void {
  const given = Object.keys(rest).filter((key) => rest[key] !== undefined);
  if (given.length > 0)
    throw new Error(`${given.join(", ")}: the embedded cloud does not carry this over; extend its materialiser.`);
}

/** An input that a resource cannot be without. */
export function needed<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined || value === null) throw new Error(`${what} is missing.`);
  return value;
}

/** A function of the program, by its name or ARN. */
export function functionOf({ functions }: World, nameOrArn: string | undefined): DeployedFunction {
  const found = [...functions.values()].find(({ name, arn }) => name === nameOrArn || arn === nameOrArn);
  if (!found) throw new Error(`functionName is ${nameOrArn}; give the name of a function of this program.`);
  return found;
}

/** A name as Pulumi makes one up: logical name and seven hexadecimal digits, here the same in every run. */
export const nameFor = (given: string | undefined, logicalName: string): string =>
  given ?? `${logicalName}-${createHash("sha256").update(logicalName).digest("hex").slice(0, 7)}`;

/** Tags as most services take them. */
export const tagList = (tags: Readonly<Record<string, string>> | undefined): { Key: string; Value: string }[] =>
  Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));

/** A policy document as text, whether the program gave text or an object. */
export const documentText = (document: unknown): string =>
  typeof document === "string" ? document : JSON.stringify(document);

/** Drops keys without a value: the SDK takes absent keys, not undefined ones. */
export function given<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;
}
