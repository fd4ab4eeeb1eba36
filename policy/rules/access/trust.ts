import { wellArchitected } from "../controls";
import { type Statement, statementsOf } from "../documents";
import type { Rule } from "../rule";
import { ROLE } from "../types";
import { LOOSE, limitsCallers } from "./callers";
import { SAME } from "./same";

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

/** What conditions want of a claim: its values, where they hold for nobody without the claim. */
const claimed = ({ conditions }: Statement, claim: string): readonly string[] =>
  conditions
    .filter(({ key, operator }) => key.endsWith(claim) && !LOOSE.test(operator))
    .flatMap(({ values }) => values);

/** A subject of anybody: nothing but the kind of subject stands before the first `*`. */
const ANYBODY = /^[\w-]*:?\*|^system:serviceaccount:\*/;

function distrustedOf(statement: Statement, [kind, id]: Statement["principals"][number]): readonly string[] {
  if (id === "*") return statement.conditions.some(limitsCallers) ? [] : ['it trusts Principal "*".'];
  if (kind !== "Federated" || id.includes(":saml-provider/")) return [];
  if (!id.includes(":oidc-provider/"))
    return claimed(statement, ":aud").length > 0 ? [] : [`it trusts every audience of ${id}.`];
  const subjects = claimed(statement, ":sub");
  const any = subjects.length === 0 || subjects.some((subject) => ANYBODY.test(subject));
  return any ? [`it trusts every subject of ${id}.`] : [];
}

const distrusted = (statement: Statement): readonly string[] =>
  statement.effect === "Allow" ? statement.principals.flatMap((each) => distrustedOf(statement, each)) : [];

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
    { props: federated({ StringLikeIfExists: { "token.actions.githubusercontent.com:sub": "repo:sluice/sluice:*" } }) },
    { props: trust({ Principal: { Federated: "cognito-identity.amazonaws.com" } }) },
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
      .filter(
        ([kind, id]) =>
          kind === "Service" && DEPUTIES.includes(id.replace(/(\.[a-z]{2}(-[a-z]+)+-\d)?\.amazonaws\.com(\.cn)?$/, "")),
      )
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

export const TRUSTED: readonly Rule[] = [TRUST, DEPUTY];
