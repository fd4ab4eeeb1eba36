import { fsbp, wellArchitected } from "../controls";
import type { Rule } from "../rule";
import { FUNCTION } from "../types";
import { at, is, isObject, listOf, parsedJson } from "../values";
import { OPEN_TO_ALL } from "./same";

const TASKS = "aws:ecs/taskDefinition:TaskDefinition";

const BUILD = "aws:codebuild/project:Project";

const CONNECTION = "aws:glue/connection:Connection";

/** Names of variables that hold a secret, and not where it lies. */
const SECRET = /(passw(or)?d|passphrase|_pwd|_pass|secret|token|api_?key|private_?key|credentials?|access_?key)$/i;

/** Values that are secrets whatever they are called: AWS access keys, PEM keys, JSON web tokens, GitHub's and Slack's tokens. */
const SECRET_VALUE =
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.|\bgh[pousr]_\w{36}|\bxox[abprs]-\w{10,}|\b[sr]k_live_\w+|:\/\/[^/\s:@]*:[^/\s:@]+@/;

/** Values that say where a secret lies, or are none: a switch, a count, an address. */
const REFERENCE =
  /^(arn:aws[\w-]*:(secretsmanager|ssm|kms):|\/[\w./-]+$|\{\{resolve:|(true|false|\d{1,6})$|https?:\/\/[^@]*$)/i;

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

const containersOf = (definitions: unknown): readonly unknown[] =>
  typeof definitions === "string" ? listOf(parsedJson(definitions)) : [];

function variablesOf(type: string, props: Readonly<Record<string, unknown>>): readonly Variable[] {
  if (type === FUNCTION) {
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
  ...OPEN_TO_ALL,
  name: "aws-variable-holds-no-secret",
  says: "No variable of a function, a task or a build, and no property of a data connection, holds a secret.",
  why: "Variables are shown in consoles, in descriptions, in logs of crashes, and in the stack's state.",
  fix: "Keep the secret in Secrets Manager or as a SecureString, and pass its ARN, or its name in a variable that ends in _NAME.",
  controls: [...fsbp("ECS.8", "CodeBuild.2"), ...wellArchitected("SEC02-BP03")],
  types: [FUNCTION, TASKS, BUILD, CONNECTION],
  broken: ({ type, props }) =>
    variablesOf(type, props)
      .filter(([name, value]) => isSecret(name, value))
      .map(([name]) => `variable ${name} holds what looks like a secret.`),
  passes: [
    { type: FUNCTION, props: variable("DB_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:123456789012:secret:db") },
    { type: FUNCTION, props: variable("API_KEY", "/app/api-key") },
    { type: FUNCTION, props: variable("MAX_TOKENS", "100") },
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
    { type: FUNCTION, props: variable("DB_PASSWORD", "hunter2") },
    { type: CONNECTION, props: { connectionProperties: { USERNAME: "etl", PASSWORD: "hunter2" } } },
    { type: FUNCTION, props: variable("CONFIG", "key=AKIAIOSFODNN7EXAMPLE") },
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

export const VARIABLES: readonly Rule[] = [ENVIRONMENT];
