import { join, relative } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** A resource that the program constructed, whether or not it came to be registered. */
export interface DeclaredResource {
  readonly type: string;
  readonly name: string;
  /** Logical name of the parent; absent directly under the stack. */
  readonly parent?: string;
  readonly custom: boolean;
  readonly options: pulumi.CustomResourceOptions;
  readonly resource: pulumi.Resource;
  /** Where the program constructed it. */
  readonly site?: Site;
}

/** A line of the program; the file from the repository's root. */
export interface Site {
  readonly file: string;
  readonly line: number;
}

const ROOT = join(__dirname, "..");

/**
 * Records, from now on, every resource that the running program constructs. Call it inside `runInPulumiStack`, before the
 * program. A transformation sees a resource in its constructor; a registration only happens once every input is known, so
 * an `apply` that throws drops the resource without a word. Comparing the two lists finds it.
 */
export function recordDeclared(): DeclaredResource[] {
  const declared: DeclaredResource[] = [];
  pulumi.runtime.registerStackTransformation(recorder(declared));
  return declared;
}

/** Records what it is shown in `declared`. */
export function recorder(declared: DeclaredResource[]): pulumi.ResourceTransformation {
  return ({ resource, type, name, opts }) => {
    if (opts.urn) return undefined; // another object for a resource that is constructed already
    const parent = opts.parent && logicalName(opts.parent);
    declared.push({
      type,
      name,
      ...(parent ? { parent } : {}),
      custom: resource instanceof pulumi.CustomResource,
      options: opts,
      resource,
      ...(siteOf(stackNow()) ?? siteOfParent(parent, declared)),
    });
    return undefined;
  };
}

/** The call stack, deep enough to reach the program through components and SDK. */
function stackNow(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return stack;
}

/** What a remote component is made of, and is made nowhere in the program, is there where the component is. */
function siteOfParent(parent: string | undefined, declared: readonly DeclaredResource[]) {
  const site = declared.find(({ name }) => name === parent)?.site;
  return site && { site };
}

/** The innermost line of the program on a call stack. */
function siteOf(stack: string): { readonly site: Site } | undefined {
  for (const [, path = "", line] of stack.matchAll(/\(?(?:file:\/\/)?(\/[^\s()]+?):(\d+):\d+\)?$/gm)) {
    const file = relative(ROOT, path);
    if (/^(index\.ts|components\/)/.test(file)) return { site: { file, line: Number(line) } };
  }
  return undefined;
}

/** What was constructed and never registered. */
export function neverRegistered(
  declared: readonly DeclaredResource[],
  registered: readonly { readonly type: string; readonly name: string }[],
): DeclaredResource[] {
  const known = new Set(registered.map(({ type, name }) => `${type} ${name}`));
  return declared.filter(({ type, name }) => !known.has(`${type} ${name}`));
}

/** The name in `new X(name, …)`; undefined for the stack itself. */
export function logicalName(resource: pulumi.Resource): string | undefined {
  const { __name, __pulumiType } = resource as unknown as { __name?: string; __pulumiType?: string };
  return __pulumiType === "pulumi:pulumi:Stack" ? undefined : __name;
}
