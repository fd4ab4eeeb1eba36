import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** A class of resources, as @pulumi/aws makes them. */
type Kind<Args, Made extends pulumi.Resource> = new (
  name: string,
  args: Args,
  opts?: pulumi.CustomResourceOptions,
) => Made;

/** One thing that a deployment is a snapshot of. */
export interface Part {
  /** Logical name. */
  readonly name: string;
  readonly args: object;
}

/**
 * Everything that a deployment of an API takes a snapshot of. What belongs to the API is made through it and by no other way, so
 * that no change of it can be forgotten: a deployment that does not follow its API serves the old one for ever.
 */
export class ApiDefinition {
  readonly parts: Part[] = [];
  readonly resources: pulumi.Resource[] = [];

  make<Args extends object, Made extends pulumi.Resource>(
    Kind: Kind<Args, Made>,
    name: string,
    args: Args,
    opts: pulumi.CustomResourceOptions,
  ): Made {
    const made = new Kind(name, args, opts);
    this.parts.push({ name, args });
    this.resources.push(made);
    return made;
  }
}

/** Another for every other definition, the same in whatever order its parts and their arguments are written. */
export const definitionHash = (parts: readonly Part[]): pulumi.Output<string> =>
  pulumi.output(parts.map(({ name, args }) => [name, args] as const)).apply((resolved) => {
    const lines = resolved.map((part) => JSON.stringify(sorted(part))).sort();
    return createHash("sha256").update(lines.join("\n")).digest("hex");
  });

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}
