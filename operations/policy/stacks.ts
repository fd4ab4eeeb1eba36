import { readFileSync } from "node:fs";
import type { Site } from "../../local/declared";
import type { Resource } from "../../policy/rules/rule";
import { isObject, parsedJson, UNKNOWN } from "../../policy/rules/values";
import type { Deployed } from "../../policy/verdict";
import type { RecordedProgram } from "../../tests/support/recorded-program";

export interface Stack {
  readonly name: string;
  readonly resources: readonly Deployed[];
  /** By URN, where it is known. */
  readonly sites: ReadonlyMap<string, Site>;
}

/** The stack that a recorded program would make. */
export function stackOf({ stack, resources }: RecordedProgram): Stack {
  const custom = resources.filter((each) => each.custom);
  const urnOf = ({ type, name }: { type: string; name: string }) => `urn:pulumi:${stack}::sluice::${type}::${name}`;
  return {
    name: stack,
    resources: custom.map((each) => {
      const { type, name, protect, retainOnDelete, inputs, state, id } = each;
      const bare = { urn: urnOf(each), type, name, opts: { protect, retainOnDelete } };
      return { inputs: { ...bare, props: inputs }, outputs: { ...bare, props: { ...state, id } } };
    }),
    sites: new Map(custom.flatMap((each) => (each.site ? [[urnOf(each), each.site] as const] : []))),
  };
}

/** A resource in the file that `pulumi stack export` writes. */
interface Exported {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  /** Read, not made, by the stack. */
  readonly external?: boolean;
  readonly delete?: boolean;
  readonly inputs?: Resource["props"];
  readonly outputs?: Resource["props"];
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
  readonly propertyDependencies?: Resource["from"];
  readonly sourcePosition?: string;
}

/** A deployed stack, as `pulumi stack export` wrote it. @throws when the file is none of that */
export function stackIn(file: string): Stack {
  const exported: unknown = JSON.parse(readFileSync(file, "utf8"));
  const list = isObject(exported) && isObject(exported.deployment) ? exported.deployment.resources : undefined;
  if (!Array.isArray(list))
    throw new Error(`${file}: deployment.resources is missing; give what pulumi stack export wrote.`);
  const kept = (list as Exported[]).filter((each) => each.custom && !each.delete && !each.external);
  return {
    name: kept[0]?.urn.split(":")[2] ?? "",
    resources: kept.map(deployedOf),
    sites: new Map(kept.flatMap(({ urn, sourcePosition }) => siteIn(urn, sourcePosition))),
  };
}

function deployedOf({
  urn,
  type,
  inputs = {},
  outputs = {},
  protect,
  retainOnDelete,
  propertyDependencies,
}: Exported): Deployed {
  const bare = {
    ...{ urn, type, name: urn.split("::").at(-1) ?? urn },
    opts: { protect: protect === true, retainOnDelete: retainOnDelete === true },
    ...(propertyDependencies ? { from: propertyDependencies } : {}),
  };
  return { inputs: { ...bare, props: opened(inputs) }, outputs: { ...bare, props: opened(outputs) } };
}

/** Marks a secret in an exported stack: encrypted, or in clear after `--show-secrets`. */
const SECRET = "4dabf18193072939515e22adb298388d";

/** Properties with secrets opened where they are in clear; one that is encrypted is as good as not known. */
const opened = (props: Resource["props"]): Resource["props"] =>
  Object.fromEntries(Object.entries(props).map(([key, value]) => [key, openedValue(value)]));

function openedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(openedValue);
  if (!isObject(value)) return value;
  if (!(SECRET in value)) return opened(value);
  return typeof value.plaintext === "string" ? parsedJson(value.plaintext) : UNKNOWN;
}

/** Pulumi writes `project:///components/bus.ts#12,3`. */
function siteIn(urn: string, position = ""): (readonly [string, Site])[] {
  const [, file, line] = /^project:\/\/\/(.+)#(\d+)/.exec(position) ?? [];
  return file === undefined ? [] : [[urn, { file, line: Number(line) }]];
}
