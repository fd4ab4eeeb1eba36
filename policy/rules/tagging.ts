import { at, type Resource, type Rule, shown } from "./rule";

/** Types of the AWS provider 7 that take no tags, of those that Sluice and programs like it use. */
const UNTAGGABLE = new Set([
  "aws:cloudwatch/dashboard:Dashboard",
  "aws:cloudwatch/eventArchive:EventArchive",
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
  "aws:cloudwatch/eventTarget:EventTarget",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:kms/alias:Alias",
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
  "aws:lambda/permission:Permission",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sns/topicSubscription:TopicSubscription",
  "aws:sqs/queuePolicy:QueuePolicy",
  "aws:sqs/redrivePolicy:RedrivePolicy",
]);

/** Tags of the resource, over those in `tagsAll`, where the provider's default tags stand once it has filled them in. */
const tagsOf = ({ props }: Resource): Readonly<Record<string, unknown>> => ({
  ...(at(props, "tagsAll") as object | undefined),
  ...(at(props, "tags") as object | undefined),
});

const STANDARD = ["Environment", "Owner", "CostCenter", "Project"];
const complete = Object.fromEntries(STANDARD.map((tag) => [tag, "x"]));
const QUEUE = "aws:sqs/queue:Queue";

export const TAGGING: readonly Rule[] = [
  {
    name: "aws-resource-is-tagged",
    group: "Tagging",
    says: "A taggable resource has every required tag, each with an allowed value.",
    why: "Cost, ownership and incidents are found by tags; what has none belongs to nobody.",
    fix: "Add the tags in `tags`, in the provider's `defaultTags`, or by a stack transformation.",
    level: "mandatory",
    severity: "medium",
    controls: [{ framework: "Well-Architected", id: "COST03-BP02" }],
    settings: {
      required: { type: "array", items: { type: "string" }, default: STANDARD },
      allowed: {
        type: "object",
        description: "By tag, a regular expression that its whole value has to match.",
        additionalProperties: { type: "string" },
        default: {},
      },
      exemptTypes: { type: "array", items: { type: "string" }, default: [] },
    },
    broken: (resource, { settings }) => {
      const exempt = settings.exemptTypes as readonly string[];
      if (UNTAGGABLE.has(resource.type) || exempt.includes(resource.type)) return [];
      const tags = tagsOf(resource);
      const missing = (settings.required as readonly string[]).filter((tag) => tags[tag] === undefined);
      const wrong = Object.entries(settings.allowed as Record<string, string>).filter(
        ([tag, pattern]) => tags[tag] !== undefined && !new RegExp(`^(?:${pattern})$`).test(String(tags[tag])),
      );
      return [
        ...(missing.length > 0 ? [`tags lack ${missing.join(", ")}.`] : []),
        ...wrong.map(([tag, pattern]) => `tag ${tag} is ${shown(tags[tag])}, which ${pattern} does not match.`),
      ];
    },
    passes: [
      { type: QUEUE, props: { tags: complete } },
      { type: QUEUE, props: { tagsAll: complete } },
      { type: QUEUE, props: { tags: { Owner: "x" }, tagsAll: complete } },
      {
        type: QUEUE,
        props: { tags: { Team: "core" } },
        settings: { required: ["Team"], allowed: { Team: "core|edge" } },
      },
      { type: "aws:iam/rolePolicy:RolePolicy", props: {} },
      { type: QUEUE, props: {}, settings: { exemptTypes: [QUEUE] } },
      { type: "random:index/randomId:RandomId", props: {} },
    ],
    fails: [
      { type: QUEUE, props: {} },
      { type: QUEUE, props: { tags: { ...complete, Owner: undefined } } },
      {
        type: QUEUE,
        props: { tags: { Team: "cored" } },
        settings: { required: ["Team"], allowed: { Team: "core|edge" } },
      },
    ],
  },
];
