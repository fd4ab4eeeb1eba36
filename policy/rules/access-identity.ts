import { REGISTERED, unlessRegistered } from "./access-registered";
import { cis, fsbp, wellArchitected } from "./controls";
import { type Condition, type Statement, statementsOf } from "./documents";
import type { Example, Resource, Rule } from "./rule";
import UNSCOPABLE from "./unscopable.generated.json";
import { at, is, isSet, listOf, matches, shown, textsIn } from "./values";

type Same = Pick<Rule, "group" | "level" | "severity">;
const SAME: Same = { group: "Nobody gets in", level: "mandatory", severity: "high" };

const ROLE = "aws:iam/role:Role";
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

const QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:q";

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
        : actions.filter((action) => /^(\*|[\w-]+:\*)$/.test(action)).map((each) => `it allows ${each}.`)),
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
    { type: "aws:iam/policy:Policy", props: policy({ NotAction: "iam:*", Resource: QUEUE_ARN }) },
    { type: ROLE, props: { inlinePolicies: [{ name: "all", ...policy({ Action: "s3:*", Resource: QUEUE_ARN }) }] } },
  ],
};

/** Whether AWS cannot limit the action to a resource; of a pattern, whether it can limit none that the pattern stands for. */
function isUnscopable(action: string): boolean {
  const [service = "", name = ""] = action.toLowerCase().split(":");
  const actions = (UNSCOPABLE as Readonly<Record<string, readonly string[]>>)[service] ?? [];
  return actions.some((each) => matches(each.toLowerCase(), name));
}

/** Any resource at all, or any of one kind: `*`, `arn:aws:dynamodb:us-east-1:123456789012:table/*`. */
const isWildcard = (resource: string): boolean => {
  if (resource === "*") return true;
  const [, , service = "", , , ...rest] = resource.split(":");
  const name = rest.join(":");
  return name === "*" || (!["s3", "execute-api"].includes(service) && /^[a-z-]+[/:]\*$/.test(name));
};

/** A condition that limits which resources an action reaches: on the resource, or on a key of the action's service. */
const narrows = ({ key, operator, values }: Condition, action: string): boolean =>
  !operator.includes("not") &&
  !values.includes("*") &&
  (key.startsWith("aws:resource") ||
    key.startsWith("ec2:") ||
    key.startsWith(`${action.split(":")[0]!.toLowerCase()}:`));

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
    { type: "aws:iam/rolePolicy:RolePolicy", props: policy({ Action: ["xray:PutTraceSegments"], Resource: "*" }) },
    { type: "aws:iam/rolePolicy:RolePolicy", props: policy({ Action: "tag:Get*", Resource: "*" }) },
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
      .filter((arn) =>
        /:aws:policy\/(.*\/)?(AdministratorAccess|PowerUserAccess|IAMFullAccess|\w*FullAccess)$/.test(arn),
      )
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

/** Resource policies, by the property that holds the document. */
const RESOURCE_POLICIES: Readonly<Record<string, string>> = {
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": "policy",
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
  "aws:dynamodb/resourcePolicy:ResourcePolicy": "policy",
  "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
  "aws:efs/fileSystemPolicy:FileSystemPolicy": "policy",
  "aws:glue/resourcePolicy:ResourcePolicy": "policy",
  "aws:kinesis/resourcePolicy:ResourcePolicy": "policy",
  "aws:kms/key:Key": "policy",
  "aws:kms/keyPolicy:KeyPolicy": "policy",
  "aws:opensearch/domain:Domain": "accessPolicies",
  "aws:opensearch/domainPolicy:DomainPolicy": "accessPolicies",
  "aws:s3/bucketPolicy:BucketPolicy": "policy",
  "aws:secretsmanager/secret:Secret": "policy",
  "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
  "aws:sns/topic:Topic": "policy",
  "aws:sns/topicPolicy:TopicPolicy": "policy",
  "aws:sqs/queue:Queue": "policy",
  "aws:sqs/queuePolicy:QueuePolicy": "policy",
};

/** Keys that say who calls, or from where. */
const CALLER =
  /^(aws:(source(arn|account|orgid|orgpaths|vpce|vpc|vpcarn|ip|owner)|principal(arn|account|orgid|orgpaths|tag\/.+)|userid)|kms:calleraccount|s3:dataaccesspointaccount)$/;

const limitsCallers = ({ operator, key, values }: Condition): boolean =>
  CALLER.test(key) &&
  !/not|null|ifexists/.test(operator) &&
  !values.some((value) => /^(\*|0\.0\.0\.0\/0|::\/0)$/.test(value));

const opened = (statement: object, effect = "Allow") =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: effect, Action: "sqs:SendMessage", Resource: "*", ...statement }],
  });

const PRINCIPALS: Rule = {
  ...SAME,
  name: "resource-policy-names-its-principals",
  says: "A resource's policy allows nobody by `Principal: *` without a condition on who calls or from where.",
  why: "Such a statement opens the resource to every account of AWS, and often to callers without one.",
  fix: "Name the principals, or add a condition such as aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID.",
  severity: "critical",
  controls: [...fsbp("SQS.3", "SNS.4", "S3.2", "S3.3", "KMS.5"), ...cis("2.21"), ...wellArchitected("SEC03-BP07")],
  types: Object.keys(RESOURCE_POLICIES),
  settings: REGISTERED,
  broken: unlessRegistered(({ type, props }) =>
    statementsOf(props[RESOURCE_POLICIES[type]!])
      .filter(
        ({ effect, principals, conditions }) =>
          effect === "Allow" &&
          principals.some(([kind, id]) => kind === "AWS" && id === "*") &&
          !conditions.some(limitsCallers),
      )
      .map(({ actions }) => `it allows ${actions.join(", ")} to Principal "*".`),
  ),
  passes: [
    ...Object.entries(RESOURCE_POLICIES).map(([type, property]) => ({
      type,
      props: { [property]: opened({ Principal: { Service: "sns.amazonaws.com" } }) },
    })),
    { type: "aws:sqs/queuePolicy:QueuePolicy", props: { policy: opened({ Principal: "*" }, "Deny") } },
    {
      type: "aws:sns/topicPolicy:TopicPolicy",
      props: {
        policy: opened({ Principal: { AWS: "*" }, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }),
      },
    },
  ],
  fails: [
    { type: "aws:sqs/queuePolicy:QueuePolicy", props: { policy: opened({ Principal: "*" }) } },
    { type: "aws:sns/topicPolicy:TopicPolicy", props: { policy: opened({ Principal: { AWS: ["*"] } }) } },
    {
      type: "aws:s3/bucketPolicy:BucketPolicy",
      props: { policy: opened({ Principal: "*", Condition: { IpAddress: { "aws:SourceIp": "0.0.0.0/0" } } }) },
    },
    {
      type: "aws:kms/key:Key",
      props: { policy: opened({ Principal: "*", Condition: { StringNotEquals: { "aws:PrincipalArn": "x" } } }) },
    },
    {
      type: "aws:s3/bucketPolicy:BucketPolicy",
      props: { policy: opened({ Principal: "*", Condition: { Bool: { "aws:SecureTransport": "true" } } }) },
    },
  ],
};

const PERMISSION: Rule = {
  ...SAME,
  name: "lambda-permission-names-its-source",
  says: "A permission to invoke a function names the caller and, of a service, what it calls for.",
  why: "A service calls on behalf of any account: without a source, everybody's bucket or topic may invoke the function.",
  fix: "Give sourceArn (for S3 also sourceAccount), or principalOrgId.",
  severity: "critical",
  controls: fsbp("Lambda.1"),
  types: ["aws:lambda/permission:Permission"],
  broken: ({ props: { principal, sourceArn, sourceAccount, principalOrgId, functionUrlAuthType } }) => {
    if (isSet(sourceArn) || isSet(sourceAccount) || isSet(principalOrgId)) return [];
    const service = typeof principal === "string" && /\.amazonaws\.com(\.cn)?$/.test(principal);
    const url = is(functionUrlAuthType, "AWS_IAM", "NONE");
    return (service || principal === "*") && !url ? [`principal is ${shown(principal)} and sourceArn absent.`] : [];
  },
  passes: [
    { props: { principal: "events.amazonaws.com", sourceArn: "arn:aws:events:us-east-1:123456789012:rule/bus/r" } },
    { props: { principal: "123456789012" } },
    { props: { principal: "*", principalOrgId: "o-1" } },
    { props: { principal: "*", functionUrlAuthType: "NONE" } },
  ],
  fails: [{ props: { principal: "s3.amazonaws.com" } }, { props: { principal: "*" } }],
};

/** Services that act for any account that asks: their roles are protected from that by a condition (IAM user guide, "The confused deputy problem"). */
const DEPUTIES = [
  "events",
  "firehose",
  "scheduler",
  "pipes",
  "vpc-flow-logs",
  "sns",
  "logs",
  "delivery.logs",
  "cloudtrail",
  "config",
];

const trust = (statement: object) => ({
  assumeRolePolicy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", ...statement }],
  }),
});

const GITHUB = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
const federated = (condition: object) =>
  trust({ Action: "sts:AssumeRoleWithWebIdentity", Principal: { Federated: GITHUB }, Condition: condition });

const subjectsOf = ({ conditions }: Statement): readonly string[] =>
  conditions
    .filter(({ key, operator }) => key.endsWith(":sub") && !operator.includes("not"))
    .flatMap(({ values }) => values);

const distrusted = (statement: Statement): readonly string[] => {
  if (statement.effect !== "Allow") return [];
  const limited = statement.conditions.some(limitsCallers);
  return statement.principals.flatMap(([kind, id]) => {
    if (id === "*" && !limited) return ['it trusts Principal "*".'];
    if (kind !== "Federated" || !id.includes(":oidc-provider/")) return [];
    const subjects = subjectsOf(statement);
    const any = subjects.length === 0 || subjects.some((subject) => /^\*|^repo:\*/.test(subject));
    return any ? [`it trusts every subject of ${id}.`] : [];
  });
};

const TRUST: Rule = {
  ...SAME,
  name: "iam-role-trusts-the-named-only",
  says: "A role trusts named principals, and of an identity provider named subjects.",
  why: "Whoever a role trusts has its permissions; an identity provider vouches for everybody, not for your pipeline.",
  fix: "Name the principals; of an OIDC provider add a condition on its `:sub`.",
  severity: "critical",
  controls: wellArchitected("SEC03-BP07"),
  types: [ROLE],
  broken: ({ props: { assumeRolePolicy } }) => statementsOf(assumeRolePolicy).flatMap(distrusted),
  passes: [
    { props: trust({ Principal: { Service: "lambda.amazonaws.com" } }) },
    { props: federated({ StringLike: { "token.actions.githubusercontent.com:sub": "repo:sluice/sluice:*" } }) },
    { props: trust({ Principal: { AWS: "*" }, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }) },
  ],
  fails: [
    { props: trust({ Principal: { AWS: "*" } }) },
    { props: federated({ StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } }) },
    { props: federated({ StringLike: { "token.actions.githubusercontent.com:sub": "repo:*" } }) },
  ],
};

const DEPUTY: Rule = {
  ...SAME,
  name: "iam-role-names-whom-a-service-acts-for",
  says: "A role that a service of many accounts assumes names the account or the resource for which it may.",
  why: "Otherwise anybody who can make that service act could have it act with this role.",
  fix: "Add a condition on aws:SourceAccount or aws:SourceArn to the trust policy.",
  level: "advisory",
  severity: "medium",
  controls: wellArchitected("SEC03-BP07"),
  types: [ROLE],
  broken: ({ props: { assumeRolePolicy } }) =>
    statementsOf(assumeRolePolicy)
      .filter(({ effect, conditions }) => effect === "Allow" && !conditions.some(limitsCallers))
      .flatMap(({ principals }) => principals)
      .filter(([kind, id]) => kind === "Service" && DEPUTIES.includes(id.replace(/\.amazonaws\.com(\.cn)?$/, "")))
      .map(([, id]) => `it trusts ${id}, for whomever it acts.`),
  passes: [
    { props: trust({ Principal: { Service: "lambda.amazonaws.com" } }) },
    {
      props: trust({
        Principal: { Service: "firehose.amazonaws.com" },
        Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
      }),
    },
  ],
  fails: [{ props: trust({ Principal: { Service: "scheduler.amazonaws.com" } }) }],
};

export const ACCESS_IDENTITY: readonly Rule[] = [
  MANAGED,
  WILDCARD_ACTIONS,
  WILDCARD_RESOURCES,
  DEPUTY,
  TRUST,
  PERMISSION,
  PRINCIPALS,
];
