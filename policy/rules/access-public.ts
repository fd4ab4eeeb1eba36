import { REGISTERED, registering, unlessRegistered } from "./access-registered";
import { BUCKETS } from "./buckets";
import { cis, fsbp, wellArchitected } from "./controls";
import { always, type Rule } from "./rule";
import { at, is, isObject, listOf, shown, UNKNOWN } from "./values";

type Same = Pick<Rule, "group" | "level" | "severity">;
const SAME: Same = { group: "Nobody gets in", level: "mandatory", severity: "critical" };

const BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const BLOCKS = [BLOCK, "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"];
const FLAGS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
const all = Object.fromEntries(FLAGS.map((flag) => [flag, true]));

const BLOCKED: Rule = {
  ...SAME,
  name: "s3-bucket-blocks-public-access",
  says: "Nothing turns off what keeps a bucket from the public: S3 blocks it since April 2023 unless told otherwise.",
  why: "The block holds even when a policy or an ACL is wrong.",
  fix: `Set ${FLAGS.join(", ")} to true, or register the resource with a reason in the setting registered.`,
  controls: [...fsbp("S3.8"), ...cis("3.1.4"), ...wellArchitected("SEC03-BP07")],
  types: BLOCKS,
  settings: REGISTERED,
  broken: unlessRegistered(({ props }) =>
    FLAGS.filter((flag) => !is(props[flag], true)).map((flag) => `${flag} is ${shown(props[flag])}.`),
  ),
  remedy: always(all),
  passes: [...BLOCKS.map((type) => ({ type, props: all })), { props: {}, settings: registering() }],
  fails: [{ props: {} }, { props: { ...all, restrictPublicBuckets: false } }],
};

const PUBLIC_ACL = ["public-read", "public-read-write", "website", "authenticated-read"];

const WITH_ACL = [
  ...BUCKETS,
  "aws:s3/bucketAcl:BucketAcl",
  "aws:s3/bucketAclV2:BucketAclV2",
  "aws:s3/bucketObject:BucketObject",
  "aws:s3/bucketObjectv2:BucketObjectv2",
];

const ACL: Rule = {
  ...SAME,
  name: "s3-bucket-has-no-public-acl",
  says: "No bucket or object is given an ACL that lets everybody read or write.",
  why: "An ACL is the one permission that no policy review shows.",
  fix: "Leave the ACL out; to publish files, put CloudFront with an origin access control before a private bucket.",
  controls: fsbp("S3.2", "S3.3", "S3.12"),
  types: WITH_ACL,
  settings: REGISTERED,
  broken: unlessRegistered(({ props: { acl } }) =>
    PUBLIC_ACL.includes(String(acl === UNKNOWN ? "" : acl)) ? [`acl is ${shown(acl)}.`] : [],
  ),
  passes: [{ props: {} }, { props: { acl: "private" } }, { props: { acl: "public-read" }, settings: registering() }],
  fails: [...WITH_ACL.map((type) => ({ type, props: { acl: "public-read" } }))],
};

const LAMBDA = "aws:lambda/function:Function";
const TASKS = "aws:ecs/taskDefinition:TaskDefinition";
const BUILD = "aws:codebuild/project:Project";
const CONNECTION = "aws:glue/connection:Connection";

/** Names of variables that hold a secret, and not where it lies. */
const SECRET = /(passw(or)?d|secret|token|api_?key|private_?key|credentials?|access_?key)$/i;

/** Values that are secrets whatever they are called: AWS access keys, PEM keys, JSON web tokens, GitHub's and Slack's tokens. */
const SECRET_VALUE =
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.|\bgh[pousr]_\w{36}|\bxox[abprs]-\w{10,}/;

/** Values that say where a secret lies. */
const REFERENCE = /^(arn:aws[\w-]*:(secretsmanager|ssm|kms):|\/[\w./-]+$|\{\{resolve:)/;

const isSecret = (name: string, value: unknown): boolean =>
  typeof value === "string" &&
  value !== "" &&
  (SECRET_VALUE.test(value) || (SECRET.test(name) && !REFERENCE.test(value)));

type Variable = readonly [name: string, value: unknown];

const listed = (list: unknown): readonly Variable[] =>
  listOf(list)
    .filter(isObject)
    .map(
      ({ name, value, type }) => [String(name), is(type, "SECRETS_MANAGER", "PARAMETER_STORE") ? "" : value] as const,
    );

function containersOf(definitions: unknown): readonly unknown[] {
  if (typeof definitions !== "string") return [];
  try {
    return listOf(JSON.parse(definitions));
  } catch {
    return [];
  }
}

function variablesOf(type: string, props: Readonly<Record<string, unknown>>): readonly Variable[] {
  if (type === LAMBDA) {
    const variables = at(props, "environment", "variables");
    return isObject(variables) ? Object.entries(variables) : [];
  }
  if (type === TASKS)
    return containersOf(props.containerDefinitions).flatMap((each) => listed(at(each, "environment")));
  if (type === CONNECTION)
    return isObject(props.connectionProperties) ? Object.entries(props.connectionProperties) : [];
  return listed(at(props, "environment", "environmentVariables"));
}

const variable = (name: string, value: string) => ({ environment: { variables: { [name]: value } } });

const ENVIRONMENT: Rule = {
  ...SAME,
  name: "aws-variable-holds-no-secret",
  says: "No variable of a function, a task or a build, and no property of a data connection, holds a secret.",
  why: "Variables are shown in consoles, in descriptions, in logs of crashes, and in the stack's state.",
  fix: "Keep the secret in Secrets Manager or as a SecureString, and pass its name or ARN.",
  controls: [...fsbp("ECS.8", "CodeBuild.2"), ...wellArchitected("SEC02-BP03")],
  types: [LAMBDA, TASKS, BUILD, CONNECTION],
  broken: ({ type, props }) =>
    variablesOf(type, props)
      .filter(([name, value]) => isSecret(name, value))
      .map(([name]) => `variable ${name} holds what looks like a secret.`),
  passes: [
    { type: LAMBDA, props: variable("DB_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:123456789012:secret:db") },
    { type: LAMBDA, props: variable("API_KEY", "/app/api-key") },
    { type: LAMBDA, props: variable("MAX_TOKENS", "100") },
    { type: CONNECTION, props: { connectionProperties: { SECRET_ID: "etl" } } },
    {
      type: TASKS,
      props: {
        containerDefinitions: JSON.stringify([{ name: "web", secrets: [{ name: "DB_PASSWORD", valueFrom: "arn" }] }]),
      },
    },
    {
      type: BUILD,
      props: {
        environment: { environmentVariables: [{ name: "NPM_TOKEN", type: "SECRETS_MANAGER", value: "npm:token" }] },
      },
    },
  ],
  fails: [
    { type: LAMBDA, props: variable("DB_PASSWORD", "hunter2") },
    { type: CONNECTION, props: { connectionProperties: { USERNAME: "etl", PASSWORD: "hunter2" } } },
    { type: LAMBDA, props: variable("CONFIG", "key=AKIAIOSFODNN7EXAMPLE") },
    {
      type: TASKS,
      props: {
        containerDefinitions: JSON.stringify([
          { name: "web", environment: [{ name: "DB_PASSWORD", value: "hunter2" }] },
        ]),
      },
    },
    { type: BUILD, props: { environment: { environmentVariables: [{ name: "NPM_TOKEN", value: "abc" }] } } },
  ],
};

export const ACCESS_PUBLIC: readonly Rule[] = [ENVIRONMENT, BLOCKED, ACL];
