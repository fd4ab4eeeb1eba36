import type { PolicyConfigSchema, Severity } from "@pulumi/policy";
import type { Control } from "./controls";
import { isObject } from "./values";

/** A resource as a rule sees it; what a preview does not know yet is `UNKNOWN`. */
export interface Resource {
  readonly urn: string;
  /** Type token, `aws:sqs/queue:Queue`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  /** Inputs; of a whole stack, outputs, which hold the inputs. */
  readonly props: Readonly<Record<string, unknown>>;
  readonly opts: { readonly protect?: boolean; readonly retainOnDelete?: boolean };
  /** The provider's default tags. */
  readonly defaultTags?: Readonly<Record<string, unknown>>;
  /** URNs of the resources that a property was computed from, by property; known of a whole stack only. */
  readonly from?: Readonly<Record<string, readonly string[]>>;
}

export interface Context {
  /** The rule's settings, defaults filled in. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The stack's name. */
  readonly stack: string;
  /** ISO date, `2026-01-31`; read once in the pack's entry. */
  readonly today: string;
  /** The whole stack, for a rule about more than one resource; of any other rule, none. */
  readonly resources: readonly Resource[];
}

/** A resource that keeps or breaks a rule, with what differs from the plainest case. */
export interface Example {
  /** Type token; the rule's first when left out. */
  readonly type?: string;
  readonly name?: string;
  readonly props: Resource["props"];
  readonly opts?: Resource["opts"];
  readonly defaultTags?: Resource["props"];
  readonly settings?: Context["settings"];
  readonly stack?: string;
  readonly among?: Among;
}

/** What else is in an example's stack. */
export type Among = readonly (Pick<Example, "props" | "name"> & { readonly type: string })[];

/** A rule with its own proof: the pack, the tests, `npm run policy` and the README are four readers of it. */
export interface Rule {
  /** `<service>-<resource>-<assertion>`. */
  readonly name: string;
  readonly group: string;
  /** What a resource that keeps the rule is like, as a sentence. */
  readonly says: string;
  readonly why: string;
  readonly fix: string;
  /** Mandatory when breaking it loses data, money or privacy. */
  readonly level: "advisory" | "mandatory";
  readonly severity: Severity;
  /** Controls of published frameworks that it enforces, the nearest first. */
  readonly controls: readonly Control[];
  /** Type tokens that it looks at; every AWS resource when left out. */
  readonly types?: readonly string[];
  /** Whether it looks at other resources too, and so is asked at the end, of the whole stack. */
  readonly ofStack?: true;
  /** JSON schema and defaults of its settings. */
  readonly settings?: PolicyConfigSchema["properties"];
  /** What is wrong, one sentence a fault, each naming the property and its value; none when nothing is. */
  readonly broken: (resource: Resource, context: Context) => readonly string[];
  /** Why its faults do not stop this stack; undefined when they do. An excuse is told with every fault. */
  readonly excuse?: (context: Context) => string | undefined;
  /**
   * Properties to add, for level `remediate`; keys of an object are added to those it has. Undefined: nothing to do. Only what changes a
   * resource in place, needs nothing else, and loses nothing.
   */
  readonly remedy?: (resource: Resource, context: Context) => Readonly<Record<string, unknown>> | undefined;
  readonly passes: readonly Example[];
  readonly fails: readonly Example[];
}

/** What is wrong with a resource by a rule. */
export interface Fault {
  readonly says: string;
  /** Why it is tolerated; absent when it is not. */
  readonly excuse?: string;
}

const looksAt = ({ types }: Rule, { type }: Resource): boolean => types?.includes(type) ?? type.startsWith("aws:");

const withDefaults = (rule: Rule, context: Context): Context => ({
  ...context,
  settings: { ...defaultsOf(rule), ...context.settings },
});

/** The rule's verdict; of a type that it does not look at, none. */
export function faultsOf(rule: Rule, resource: Resource, given: Context): readonly Fault[] {
  if (!looksAt(rule, resource)) return [];
  const context = withDefaults(rule, given);
  const excuse = rule.excuse?.(context);
  return rule.broken(resource, context).map((says) => (excuse === undefined ? { says } : { says, excuse }));
}

/** What the rule would add to a resource so that it breaks it no more; undefined when nothing is, or may be, mended so. */
export function remedyOf(rule: Rule, resource: Resource, given: Context): Resource["props"] | undefined {
  if (!faultsOf(rule, resource, given).some(({ excuse }) => excuse === undefined)) return undefined;
  const remedy = rule.remedy?.(resource, withDefaults(rule, given));
  if (remedy === undefined) return undefined;
  const after = { ...resource, props: mended(resource.props, remedy) };
  return faultsOf(rule, after, given).length === 0 ? remedy : undefined;
}

/** Properties with a remedy laid over them: keys of an object are added to those it has. */
export function mended(props: Resource["props"], remedy: Resource["props"]): Resource["props"] {
  const laid = Object.entries(remedy).map(([key, value]) => {
    const before = props[key];
    return [key, isObject(value) && isObject(before) ? { ...before, ...value } : value];
  });
  return { ...props, ...Object.fromEntries(laid) };
}

/** A remedy that is the same for every resource. */
export const always =
  (props: Resource["props"]): NonNullable<Rule["remedy"]> =>
  () =>
    props;

export function defaultsOf({ settings = {} }: Rule): Readonly<Record<string, unknown>> {
  const known = Object.entries(settings).filter(([, schema]) => schema.default !== undefined);
  return Object.fromEntries(known.map(([key, schema]) => [key, schema.default]));
}

/** The sentence that tells a fault: who, what is wrong, why it is tolerated if so, and how to fix it. */
export const told = ({ fix }: Rule, { name }: Pick<Resource, "name">, { says, excuse }: Fault): string =>
  [`${name}: ${says}`, ...(excuse === undefined ? [] : [excuse]), fix].join(" ");
