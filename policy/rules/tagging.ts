import { wellArchitected } from "./controls";
import type { Context, Resource, Rule } from "./rule";
import TAGGABLE from "./taggable.generated.json";
import { QUEUE } from "./types";
import { hasUnknown, isObject, listOf, regexOf, shown, UNKNOWN } from "./values";

type Tags = Readonly<Record<string, unknown>>;

const KNOWN_TAGGABLE = new Set<string>(TAGGABLE);

/** The one type whose tags are a list. */
const GROUP = "aws:autoscaling/group:Group";

/** The provider fills `tagsAll` in for whatever takes tags, also of types that this pack does not know. */
const isTaggable = ({ type, props }: Resource): boolean =>
  KNOWN_TAGGABLE.has(type) || type === GROUP || "tags" in props || "tagsAll" in props;

/**
 * Tags of the resource over the provider's default tags. Pulumi's engine asks a pack after the provider's Check, which
 * merges default tags into `tagsAll`; where an unknown or an older provider keeps it from that, the provider's own
 * configuration tells them. Undefined when a preview does not know.
 */
function tagsOf({ type, props, defaultTags }: Resource): Tags | undefined {
  const { tags, tagsAll } = props;
  if (tags === UNKNOWN || (type === GROUP && hasUnknown(tags)) || (tagsAll === UNKNOWN && defaultTags === undefined))
    return undefined;
  const own = type === GROUP ? fromList(tags) : isObject(tags) ? tags : {};
  return { ...defaultTags, ...(isObject(tagsAll) ? tagsAll : {}), ...own };
}

const fromList = (tags: unknown): Tags =>
  Object.fromEntries(listOf(tags).flatMap((each) => (isObject(each) ? [[String(each.key), each.value]] : [])));

const namesOf = ({ settings }: Context) => settings.required as readonly string[];

const missingOf = (resource: Resource, context: Context): readonly string[] => {
  const tags = tagsOf(resource);
  return tags === undefined ? [] : namesOf(context).filter((tag) => tags[tag] === undefined || tags[tag] === "");
};

function wrongOf(resource: Resource, { settings }: Context): readonly string[] {
  const tags = tagsOf(resource) ?? {};
  return Object.entries(settings.allowed as Record<string, string>).flatMap(([tag, pattern]) => {
    const allowed = regexOf(`^(?:${pattern})$`);
    const value = tags[tag];
    if (allowed === undefined) return [`setting allowed.${tag} is ${shown(pattern)}, no regular expression.`];
    return typeof value !== "string" || allowed.test(value)
      ? []
      : [`tag ${tag} is ${shown(value)}, which ${pattern} does not match.`];
  });
}

const STANDARD = ["Environment", "Owner", "CostCenter", "Project"];
const complete = Object.fromEntries(STANDARD.map((tag) => [tag, "x"]));
const TEAM = { required: ["Team"], allowed: { Team: "core|edge" } };

export const TAGGING: readonly Rule[] = [
  {
    name: "aws-resource-is-tagged",
    group: "Tagging",
    says: "A taggable resource has every required tag, each with an allowed value.",
    why: "Cost, ownership and incidents are found by tags; what has none belongs to nobody.",
    fix: "Add the tags in `tags` or in the provider's `defaultTags`.",
    level: "mandatory",
    severity: "medium",
    controls: wellArchitected("COST03-BP02"),
    settings: {
      required: {
        type: "array",
        description: "Tags that every taggable resource has.",
        items: { type: "string" },
        default: STANDARD,
      },
      allowed: {
        type: "object",
        description: "By tag, a regular expression that its whole value has to match.",
        additionalProperties: { type: "string" },
        default: {},
      },
      exemptTypes: {
        type: "array",
        description: "Type tokens that need no tags.",
        items: { type: "string" },
        default: [],
      },
      add: {
        type: "object",
        description: "At level `remediate`, the value to give to a tag that is missing.",
        additionalProperties: { type: "string" },
        default: {},
      },
    },
    broken: (resource, context) => {
      const exempt = context.settings.exemptTypes as readonly string[];
      if (!isTaggable(resource) || exempt.includes(resource.type)) return [];
      const missing = missingOf(resource, context);
      return [...(missing.length > 0 ? [`tags lack ${missing.join(", ")}.`] : []), ...wrongOf(resource, context)];
    },
    remedy: (resource, context) => {
      const add = context.settings.add as Tags;
      const given = missingOf(resource, context).filter((tag) => add[tag] !== undefined);
      if (given.length === 0 || resource.type === GROUP) return undefined;
      const tags = Object.fromEntries(given.map((tag) => [tag, add[tag]]));
      // The provider is not asked again after a remedy, so what it merged before is completed here.
      return isObject(resource.props.tagsAll) ? { tags, tagsAll: tags } : { tags };
    },
    passes: [
      { type: QUEUE, props: { tags: complete } },
      { type: QUEUE, props: { tagsAll: complete } },
      { type: QUEUE, props: { tags: { Owner: "x" }, tagsAll: complete } },
      { type: QUEUE, props: { tags: { Owner: "x" } }, defaultTags: complete },
      { type: QUEUE, props: { tags: { Team: "core" } }, settings: TEAM },
      {
        type: GROUP,
        props: { tags: [{ key: "Team", value: "core", propagateAtLaunch: true }] },
        settings: TEAM,
      },
      { type: "aws:iam/rolePolicy:RolePolicy", props: {} },
      { type: QUEUE, props: {}, settings: { exemptTypes: [QUEUE] } },
    ],
    fails: [
      { type: QUEUE, props: {} },
      { type: QUEUE, props: { tags: { ...complete, Owner: "" } } },
      { type: QUEUE, props: { tags: { Team: "cored" } }, settings: TEAM },
      { type: GROUP, props: { tags: [{ key: "Name", value: "x", propagateAtLaunch: true }] }, settings: TEAM },
      {
        type: QUEUE,
        props: { tags: { Owner: "x" } },
        settings: { add: { Environment: "dev", CostCenter: "one", Project: "x" } },
      },
    ],
  },
];
