import type {
  Policies,
  PolicyResource,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { type Context, type Fault, faultsOf, type Resource, type Rule, remedyOf, told } from "./rules/rule";
import { isObject, UNKNOWN } from "./rules/values";

/** What a rule's context has besides its settings and the resources. */
export type Place = Pick<Context, "stack" | "today">;

type Policy = Policies[number];

/** A rule as Pulumi's engine asks it. */
export function policyOf(rule: Rule, place: Place): Policy {
  const { name, says, why, fix, group, severity, level, settings } = rule;
  const base = {
    name,
    displayName: says,
    description: `${says} ${why}`,
    remediationSteps: fix,
    severity,
    tags: [group],
    enforcementLevel: level,
    ...frameworkOf(rule),
    ...(settings ? { configSchema: { properties: settings } } : {}),
  };
  return rule.ofStack ? { ...base, ...ofStack(rule, place) } : { ...base, ...ofResource(rule, place) };
}

type OfResource = Pick<ResourceValidationPolicy, "validateResource" | "remediateResource">;

function ofResource(rule: Rule, place: Place): OfResource {
  const asked = (args: ResourceValidationArgs): [Resource, Context] => [
    resourceOf(args),
    { ...place, settings: args.getConfig<Record<string, unknown>>(), resources: [] },
  ];
  const remediateResource: OfResource["remediateResource"] = (args) => {
    const remedy = remedyOf(rule, ...asked(args));
    return remedy && added(args.props, remedy);
  };
  return {
    validateResource: (args, report) => {
      for (const fault of faultsOf(rule, ...asked(args))) tell(report, rule, args, fault);
    },
    ...(rule.remedy ? { remediateResource } : {}),
  };
}

function ofStack(rule: Rule, place: Place): Pick<StackValidationPolicy, "validateStack"> {
  return {
    validateStack: (args, report) => {
      const resources = args.resources.map(resourceOf);
      const context = { ...place, settings: args.getConfig<Record<string, unknown>>(), resources };
      for (const resource of resources)
        for (const fault of faultsOf(rule, resource, context)) tell(report, rule, resource, fault);
    },
  };
}

/** The SDK takes a violation with a level of its own (server.js, `makeReportViolationFun`); its typings only know the text. */
type ReportWithLevel = (violation: { message: string; urn: string; enforcementLevel: "advisory" }) => void;

/** What is excused is told all the same, as advice. */
function tell(report: ReportViolation, rule: Rule, { name, urn }: Pick<Resource, "name" | "urn">, fault: Fault): void {
  const message = told(rule, { name }, fault);
  if (fault.excuse === undefined) report(message, urn);
  else (report as unknown as ReportWithLevel)({ message, urn, enforcementLevel: "advisory" });
}

function frameworkOf({ controls: [first] }: Rule) {
  if (first === undefined) return {};
  const { framework: name, version, id: reference, title: specification } = first;
  return { framework: { name, version, reference, specification } };
}

type Asked = Pick<ResourceValidationArgs, "type" | "name" | "urn" | "props" | "opts" | "provider">;

function resourceOf({ type, name, urn, props, opts, provider, ...rest }: Asked | PolicyResource): Resource {
  const known = plain(props) as Resource["props"];
  const from = "propertyDependencies" in rest ? rest.propertyDependencies : undefined;
  return {
    ...{ type, name, urn, opts, props: known },
    ...(provider ? defaultTagsOf(plain(provider.props) as Resource["props"]) : {}),
    ...(from ? { from: mapped(from, (resources) => resources.map((resource) => resource.urn)) } : {}),
  };
}

/** A provider's configuration arrives as JSON text, property by property. */
function defaultTagsOf({ defaultTags }: Resource["props"]): Pick<Resource, "defaultTags"> {
  if (defaultTags === UNKNOWN) return {};
  const parsed: unknown = typeof defaultTags === "string" ? JSON.parse(defaultTags) : defaultTags;
  return { defaultTags: isObject(parsed) && isObject(parsed.tags) ? parsed.tags : {} };
}

/** A copy in which `UNKNOWN` stands where the SDK would throw because a preview does not know the value. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => known(() => value[index]));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.keys(value).map((key) => [key, known(() => (value as Resource["props"])[key])]));
}

function known(read: () => unknown): unknown {
  try {
    return plain(read());
  } catch (error) {
    if ((error as Error).constructor.name === "UnknownValueError") return UNKNOWN;
    throw error;
  }
}

const mapped = <A, B>(record: Readonly<Record<string, A>>, of: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, of(value)]));

/** The engine's own properties, for it keeps secrets in them, with the remedy's added. */
function added(props: Record<string, unknown>, remedy: Resource["props"]): Record<string, unknown> {
  for (const [key, value] of Object.entries(remedy)) {
    const before = props[key];
    if (isObject(value) && isObject(before)) Object.assign(before, value);
    else props[key] = value;
  }
  return props;
}
