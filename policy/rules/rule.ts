import type { PolicyConfigSchema, Severity } from "@pulumi/policy";

/** A resource as a rule sees it; values that a preview does not know are absent. */
export interface Resource {
  /** Type token, `aws:sqs/queue:Queue`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly opts: { readonly protect?: boolean; readonly retainOnDelete?: boolean };
}

export interface Context {
  /** The rule's settings, defaults filled in. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The stack's name. */
  readonly stack: string;
  /** ISO date, `2026-01-31`; read once in the pack's entry. */
  readonly today: string;
}

/** A resource that keeps or breaks a rule, with what differs from the plainest case. */
export interface Example {
  readonly type?: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly opts?: Resource["opts"];
  readonly settings?: Context["settings"];
  readonly stack?: string;
}

/** A control of a published framework that the rule enforces, by its own id. */
export interface Control {
  readonly framework: "AWS FSBP" | "Well-Architected";
  readonly id: string;
}

/** A rule with its own proof: the pack, the tests and the README are three readers of it. */
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
  readonly controls: readonly Control[];
  /** Type tokens that it looks at; every AWS resource when left out. */
  readonly types?: readonly string[];
  /** JSON schema and defaults of its settings. */
  readonly settings?: PolicyConfigSchema["properties"];
  /** What is wrong, one sentence a fault, each naming the property and its value; none when nothing is. */
  readonly broken: (resource: Resource, context: Context) => readonly string[];
  readonly passes: readonly Example[];
  readonly fails: readonly Example[];
}

/** The rule's verdict, with its defaults under the settings; a type it does not look at breaks nothing. */
export function faultsOf(rule: Rule, resource: Resource, context: Context): readonly string[] {
  const looksAt = rule.types?.includes(resource.type) ?? resource.type.startsWith("aws:");
  if (!looksAt) return [];
  const settings = { ...defaultsOf(rule), ...context.settings };
  return rule.broken(resource, { ...context, settings });
}

export function defaultsOf({ settings = {} }: Rule): Readonly<Record<string, unknown>> {
  const known = Object.entries(settings).filter(([, schema]) => schema.default !== undefined);
  return Object.fromEntries(known.map(([key, schema]) => [key, schema.default]));
}

/** A value as a message shows it. */
export const shown = (value: unknown): string => (value === undefined ? "absent" : JSON.stringify(value));

/** A nested value; undefined where the way to it ends. Lists are entered at their first element. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    const record = Array.isArray(inner) ? inner[0] : inner;
    return typeof record === "object" && record !== null ? (record as Record<string, unknown>)[key] : undefined;
  }, value);
}
