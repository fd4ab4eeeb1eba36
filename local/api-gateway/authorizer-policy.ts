import { isLike } from "../wildcards";

type OneOrMore = string | readonly string[];

interface Statement {
  readonly Effect?: unknown;
  readonly Action?: OneOrMore;
  readonly Resource?: OneOrMore;
  readonly Condition?: unknown;
}

export interface PolicyDocument {
  readonly Statement?: Statement | readonly Statement[];
}

export type Decision = "allowed" | "denied" | "not-allowed";

const listOf = (value: OneOrMore | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === "string" ? [value] : value;

/**
 * What an authorizer's policy says of a method ("Policy evaluation outcome tables", Developer Guide): a Deny that fits, or else an
 * Allow that does, or else neither. A statement with a condition allows nothing and denies whatever else fits: conditions are not
 * evaluated here.
 */
export function decisionOf({ Statement = [] }: PolicyDocument, methodArn: string): Decision {
  const statements = (Array.isArray(Statement) ? Statement : [Statement]) as readonly Statement[];
  const fitting = statements.filter(
    ({ Action, Resource }) =>
      listOf(Action).some((action) => isLike("execute-api:invoke", action.toLowerCase())) &&
      listOf(Resource).some((resource) => isLike(methodArn, resource)),
  );
  if (fitting.some(({ Effect }) => Effect === "Deny")) return "denied";
  const allowed = fitting.some(({ Effect, Condition }) => Effect === "Allow" && Condition === undefined);
  return allowed ? "allowed" : "not-allowed";
}
