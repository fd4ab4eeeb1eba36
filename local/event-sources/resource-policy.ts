import { isLike } from "../wildcards";

/** One request by an AWS service, as a resource policy sees it. */
export interface ServiceRequest {
  /** For example `events.amazonaws.com`. */
  readonly service: string;
  /** For example `lambda:InvokeFunction`. */
  readonly action: string;
  readonly resource: string;
  /** `aws:SourceArn`: on whose behalf the service asks. */
  readonly sourceArn: string;
  /** `aws:SourceAccount`. */
  readonly sourceAccount: string;
}

type OneOrMore = string | readonly string[];

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | Readonly<Record<string, OneOrMore>>;
  readonly Action?: OneOrMore;
  readonly Resource?: OneOrMore;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
}

const listOf = (value: OneOrMore | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === "string" ? [value] : value;

const OPERATORS: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  ArnLike: isLike,
  ArnEquals: isLike, // "The ArnEquals and ArnLike condition operators behave identically."
  StringLike: isLike,
  StringEquals: (value, wanted) => value === wanted,
};

function meets(condition: NonNullable<Statement["Condition"]>, request: ServiceRequest): boolean | undefined {
  const keys: Readonly<Record<string, string>> = {
    "aws:sourcearn": request.sourceArn,
    "aws:sourceaccount": request.sourceAccount,
    "aws:securetransport": "true", // AWS's services speak TLS to each other
  };
  for (const [operator, tests] of Object.entries(condition)) {
    const compare = operator === "Bool" ? OPERATORS.StringEquals : OPERATORS[operator];
    for (const [key, wanted] of Object.entries(tests)) {
      const value = keys[key.toLowerCase()];
      if (compare === undefined || value === undefined) return undefined;
      if (!listOf(wanted).some((one) => compare(value, one))) return false;
    }
  }
  return true;
}

function concerns({ Principal, Action, Resource }: Statement, request: ServiceRequest): boolean {
  const services = Principal === "*" ? ["*"] : [...listOf(Principal?.Service), ...listOf(Principal?.AWS)];
  return (
    services.some((name) => name === "*" || name === request.service) &&
    listOf(Action).some((action) => isLike(request.action.toLowerCase(), action.toLowerCase())) &&
    (Resource === undefined || listOf(Resource).some((resource) => isLike(request.resource, resource)))
  );
}

/**
 * Whether a resource policy (JSON text; undefined is none) lets a service do something ("Policy evaluation logic", IAM
 * User Guide): no matching Deny and at least one matching Allow. A condition that is not understood refuses: it matches
 * in a Deny and does not in an Allow.
 */
export function allowsService(policy: string | undefined, request: ServiceRequest): boolean {
  if (policy === undefined || policy === "") return false;
  const { Statement = [] } = JSON.parse(policy) as { Statement?: Statement | readonly Statement[] };
  const statements = (Array.isArray(Statement) ? Statement : [Statement]) as readonly Statement[];
  let allowed = false;
  for (const statement of statements.filter((one) => concerns(one, request))) {
    const met = meets(statement.Condition ?? {}, request);
    if (statement.Effect === "Deny" && met !== false) return false;
    if (statement.Effect === "Allow" && met === true) allowed = true;
  }
  return allowed;
}
