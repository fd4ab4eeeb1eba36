import { cis, fsbp, wellArchitected } from "../controls";
import { type Condition, type Statement, statementsOf } from "../documents";
import type { Example, Resource, Rule } from "../rule";
import { QUEUE_ARN, ROLE } from "../types";
import UNSCOPABLE from "../unscopable.generated.json";
import { at, listOf, matches, shown, textsIn } from "../values";
import { LOOSE } from "./callers";
import { REGISTERED, unlessRegistered } from "./registered";
import { SAME } from "./same";

const ATTACHMENTS = [
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
  "aws:iam/policyAttachment:PolicyAttachment",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment",
];

/** Policies that say what an identity may do. */
const DOCUMENTED = [
  "aws:iam/groupPolicy:GroupPolicy",
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/userPolicy:UserPolicy",
];

const IDENTITY_POLICIES = [...DOCUMENTED, ROLE];

const allowedBy = ({ type, props }: Resource): readonly Statement[] => {
  const documents = type === ROLE ? listOf(props.inlinePolicies).map((each) => at(each, "policy")) : [props.policy];
  return documents.flatMap(statementsOf).filter(({ effect }) => effect === "Allow");
};

const policy = (statement: object): Example["props"] => ({
  policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] }),
});

const WILDCARD_ACTIONS: Rule = {
  ...SAME,
  name: "iam-policy-names-its-actions",
  says: "A policy allows actions by name, not all of a service and not all but some.",
  why: "`sqs:*` also deletes the queue and opens its policy; what a service adds tomorrow is allowed unseen.",
  fix: "List the actions that are needed, or register the policy with a reason in the setting registered.",
  controls: [...fsbp("IAM.21", "IAM.1"), ...cis("2.14"), ...wellArchitected("SEC03-BP02")],
  types: IDENTITY_POLICIES,
  settings: REGISTERED,
  broken: unlessRegistered((resource) =>
    allowedBy(resource).flatMap(({ actions, exceptActions }) => [
      ...(exceptActions ? [`NotAction allows all but ${actions.join(", ")}.`] : []),
      ...(exceptActions
        ? []
        : actions.filter((action) => /^[^:]*\*[^:]*(:|$)|:[*?]+$/.test(action)).map((each) => `it allows ${each}.`)),
    ]),
  ),
  passes: [
    {
      type: "aws:iam/rolePolicy:RolePolicy",
      props: policy({ Action: ["sqs:SendMessage", "kms:GenerateDataKey*"], Resource: QUEUE_ARN }),
    },
    {
      type: "aws:iam/policy:Policy",
      props: { policy: JSON.stringify({ Statement: { Effect: "Deny", Action: "*", Resource: "*" } }) },
    },
    {
      type: "aws:iam/policy:Policy",
      name: "break-glass",
      props: policy({ Action: "*", Resource: "*" }),
      settings: { registered: [{ name: "break-*", because: "Two people open it together in an emergency." }] },
    },
  ],
  fails: [
    ...DOCUMENTED.map((type) => ({ type, props: policy({ Action: "sqs:*", Resource: QUEUE_ARN }) })),
    { type: "aws:iam/userPolicy:UserPolicy", props: policy({ Action: ["*"], Resource: QUEUE_ARN }) },
    { type: "aws:iam/userPolicy:UserPolicy", props: policy({ Action: ["*:*"], Resource: QUEUE_ARN }) },
    { type: "aws:iam/userPolicy:UserPolicy", props: policy({ Action: ["sqs:**"], Resource: QUEUE_ARN }) },
    { type: "aws:iam/userPolicy:UserPolicy", props: policy({ Action: ["sq*:SendMessage"], Resource: QUEUE_ARN }) },
    { type: "aws:iam/policy:Policy", props: policy({ NotAction: "iam:*", Resource: QUEUE_ARN }) },
    { type: ROLE, props: { inlinePolicies: [{ name: "all", ...policy({ Action: "s3:*", Resource: QUEUE_ARN }) }] } },
  ],
};

/** Of these services nearly nothing that describes can be limited, and AWS's own policies write it so. */
const DESCRIBING = /^(ec2|elasticloadbalancing|autoscaling):(describe|list)[\w*]*$/;

/** Whether AWS cannot limit the action to a resource; of a pattern, whether it can limit none that the pattern stands for. */
function isUnscopable(action: string): boolean {
  const [service = "", name = ""] = action.toLowerCase().split(":");
  const actions = (UNSCOPABLE as Readonly<Record<string, readonly string[]>>)[service] ?? [];
  return DESCRIBING.test(action.toLowerCase()) || actions.some((each) => matches(each.toLowerCase(), name));
}

/** Any resource at all, or any of one kind: `*`, `arn:aws:dynamodb:us-east-1:123456789012:table/*`. */
const isWildcard = (resource: string): boolean => {
  if (/^[*?]+$/.test(resource)) return true;
  const [, , service = "", , account = "", ...rest] = resource.split(":");
  if (rest.length === 0) return resource.includes("*");
  const name = rest.join(":");
  if (/^[*?/]+$/.test(name)) return true;
  if (["s3", "execute-api"].includes(service) || (service === "bedrock" && account === "")) return false; // AWS's own models
  return /^[a-z-]+[/:]\*([/:].*\*)?$/.test(name);
};

/** A condition that limits which resources an action reaches: on the resource, or on a key of the action's service. */
const narrows = ({ key, operator, values }: Condition, action: string): boolean =>
  !LOOSE.test(operator) &&
  !values.includes("*") &&
  (key.startsWith("aws:resource") || key.startsWith(`${action.split(":")[0]!.toLowerCase()}:`));

const WILDCARD_RESOURCES: Rule = {
  ...SAME,
  name: "iam-policy-names-its-resources",
  says: "A policy allows an action on named resources, wherever AWS can limit the action to some.",
  why: "A permission on `*` reaches what other teams own, and what does not exist yet.",
  fix: "Name the resources, add a condition on them, or register the policy with a reason in the setting registered.",
  controls: wellArchitected("SEC03-BP02"),
  types: IDENTITY_POLICIES,
  settings: REGISTERED,
  broken: unlessRegistered((resource) =>
    allowedBy(resource).flatMap(({ actions, exceptActions, resources, exceptResources, conditions }) => {
      const wide = exceptResources ? [`all but ${resources.join(", ")}`] : resources.filter(isWildcard);
      const scopable = actions.filter(
        (action) => exceptActions || !(isUnscopable(action) || conditions.some((each) => narrows(each, action))),
      );
      return wide.length === 0 || scopable.length === 0
        ? []
        : [`it allows ${exceptActions ? "all but " : ""}${scopable.join(", ")} on ${wide.join(", ")}.`];
    }),
  ),
  passes: [
    { type: "aws:iam/rolePolicy:RolePolicy", props: policy({ Action: "sqs:SendMessage", Resource: QUEUE_ARN }) },
    {
      type: "aws:iam/rolePolicy:RolePolicy",
      props: policy({ Action: ["xray:PutTraceSegments", "cloudwatch:PutMetricData"], Resource: "*" }),
    },
    { type: "aws:iam/rolePolicy:RolePolicy", props: policy({ Action: ["tag:Get*", "ec2:Describe*"], Resource: "*" }) },
    {
      type: "aws:iam/rolePolicy:RolePolicy",
      props: policy({ Action: "s3:GetObject", Resource: "arn:aws:s3:::lake/*" }),
    },
    {
      type: "aws:iam/rolePolicy:RolePolicy",
      props: policy({
        Action: "kms:Decrypt",
        Resource: "*",
        Condition: { StringEquals: { "kms:ViaService": "ssm.us-east-1.amazonaws.com" } },
      }),
    },
  ],
  fails: [
    ...DOCUMENTED.map((type) => ({ type, props: policy({ Action: "sqs:SendMessage", Resource: "*" }) })),
    {
      type: ROLE,
      props: { inlinePolicies: [{ name: "all", ...policy({ Action: "sqs:SendMessage", Resource: "*" }) }] },
    },
    {
      type: "aws:iam/rolePolicy:RolePolicy",
      props: policy({ Action: ["xray:PutTraceSegments", "s3:GetObject"], Resource: ["*"] }),
    },
    { type: "aws:iam/rolePolicy:RolePolicy", props: policy({ Action: "s3:Get*", Resource: "*" }) },
    { type: "aws:iam/rolePolicy:RolePolicy", props: policy({ Action: "s3:GetObject", Resource: "**" }) },
    {
      type: "aws:iam/rolePolicy:RolePolicy",
      props: policy({ Action: "s3:GetObject", Resource: "*", Condition: { StringEquals: { "ec2:Vpc": "vpc-1" } } }),
    },
    {
      type: "aws:iam/rolePolicy:RolePolicy",
      props: policy({
        Action: "kms:Decrypt",
        Resource: "*",
        Condition: { StringEqualsIfExists: { "kms:ViaService": "ssm.us-east-1.amazonaws.com" } },
      }),
    },
    {
      type: "aws:iam/policy:Policy",
      props: policy({ Action: "dynamodb:GetItem", Resource: "arn:aws:dynamodb:us-east-1:123456789012:table/*" }),
    },
    { type: "aws:iam/policy:Policy", props: policy({ Action: "dynamodb:GetItem", NotResource: QUEUE_ARN }) },
    {
      type: "aws:iam/rolePolicy:RolePolicy",
      props: policy({
        Action: "kms:Decrypt",
        Resource: "*",
        Condition: { StringNotEquals: { "kms:ViaService": "x" } },
      }),
    },
  ],
};

const MANAGED: Rule = {
  ...SAME,
  name: "iam-attachment-is-no-full-access",
  says: "No identity is given a managed policy of administrators or of a service's full access.",
  why: "Such a policy is every wildcard that the other rules refuse, under a name.",
  fix: "Write a policy with the actions and resources that are needed, or register it with a reason.",
  controls: [...fsbp("IAM.1"), ...cis("2.14"), ...wellArchitected("SEC03-BP02")],
  types: [...ATTACHMENTS, ROLE],
  settings: REGISTERED,
  broken: unlessRegistered(({ props: { policyArn, managedPolicyArns } }) =>
    textsIn([policyArn, managedPolicyArns])
      .filter((arn) => /:aws:policy\/(.*\/)?(AdministratorAccess|PowerUserAccess|\w*FullAccess(_?[vV]\d)?)$/.test(arn))
      .map((arn) => `policyArn is ${shown(arn)}.`),
  ),
  passes: [
    {
      type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
      props: { policyArn: "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole" },
    },
  ],
  fails: [
    ...ATTACHMENTS.map((type) => ({ type, props: { policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" } })),
    { type: ATTACHMENTS[0]!, props: { policyArn: "arn:aws:iam::aws:policy/AmazonS3FullAccess" } },
    { type: ROLE, props: { managedPolicyArns: ["arn:aws:iam::aws:policy/AWSLambda_FullAccess"] } },
  ],
};

export const PERMISSIONS: readonly Rule[] = [WILDCARD_ACTIONS, WILDCARD_RESOURCES, MANAGED];
