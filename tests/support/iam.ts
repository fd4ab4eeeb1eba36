/** One request, as IAM's policy evaluation sees it. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  /** `aws:PrincipalArn` of an identity. */
  readonly identity?: string;
  /** A service principal, for example `cloudwatch.amazonaws.com`. */
  readonly service?: string;
  /** Other condition keys. */
  readonly context?: Readonly<Record<string, string>>;
}

type OneOrMore = string | readonly string[];

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | Readonly<Record<string, OneOrMore>>;
  readonly Action: OneOrMore;
  readonly Resource: OneOrMore;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
}

export const listOf = (value: OneOrMore): readonly string[] => (typeof value === "string" ? [value] : value);

/** A role's trust policy names no resource: it is the role's own. */
export const statementsOf = (policy: unknown): readonly PolicyStatement[] =>
  (JSON.parse(String(policy)) as { Statement: readonly PolicyStatement[] }).Statement.map((statement) => ({
    ...{ Resource: "*" },
    ...statement,
  }));

const like = (text: string, pattern: string) => {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${escaped}$`, "s").test(text);
};
const equal = (text: string, wanted: string) => text === wanted;

/** "IAM JSON policy elements: Condition operators": a negated operator also matches when the key is absent. */
const OPERATORS: Readonly<Record<string, { test: (text: string, wanted: string) => boolean; negated: boolean }>> = {
  StringEquals: { test: equal, negated: false },
  StringNotEquals: { test: equal, negated: true },
  StringLike: { test: like, negated: false },
  StringNotLike: { test: like, negated: true },
  ArnEquals: { test: like, negated: false },
  ArnLike: { test: like, negated: false },
  ArnNotEquals: { test: like, negated: true },
  Bool: { test: equal, negated: false },
};

function conditionHolds(
  operator: string,
  key: string,
  wanted: OneOrMore,
  context: ReadonlyMap<string, string>,
): boolean {
  const value = context.get(key.toLowerCase());
  if (operator === "Null") return listOf(wanted)[0] === String(value === undefined);
  const known = OPERATORS[operator];
  if (!known) throw new Error(`operator ${operator} is not known here`);
  if (value === undefined) return known.negated;
  return listOf(wanted).some((one) => known.test(value, one)) !== known.negated;
}

function applies(statement: PolicyStatement, request: Request): boolean {
  const context = new Map(Object.entries(request.context ?? {}).map(([key, value]) => [key.toLowerCase(), value]));
  if (request.identity) context.set("aws:principalarn", request.identity);
  context.set("aws:principalisawsservice", String(request.service !== undefined));
  if (!context.has("aws:securetransport")) context.set("aws:securetransport", "true");
  return (
    listOf(statement.Action).some((action) => like(request.action, action)) &&
    listOf(statement.Resource).some((resource) => like(request.resource, resource)) &&
    names(statement.Principal, request) &&
    Object.entries(statement.Condition ?? {}).every(([operator, tests]) =>
      Object.entries(tests).every(([key, wanted]) => conditionHolds(operator, key, wanted, context)),
    )
  );
}

function names(principal: PolicyStatement["Principal"], { identity, service }: Request): boolean {
  if (principal === undefined || principal === "*") return true;
  if (service) return listOf(principal.Service ?? []).includes(service);
  const account = identity?.split(":")[4];
  return listOf(principal.AWS ?? []).some(
    (one) => one === "*" || one === identity || one === account || one === `arn:aws:iam::${account}:root`,
  );
}

/**
 * What a policy says to a request ("Policy evaluation logic", IAM User Guide): an explicit Deny, else an Allow, else
 * nothing, which leaves it to the caller's own policies.
 */
export function verdict(policy: unknown, request: Request): "Allow" | "Deny" | "nothing" {
  const effects = statementsOf(policy)
    .filter((statement) => applies(statement, request))
    .map(({ Effect }) => Effect);
  return effects.includes("Deny") ? "Deny" : effects.includes("Allow") ? "Allow" : "nothing";
}
