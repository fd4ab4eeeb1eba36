import { isObject, manyOf, parsedJson, UNKNOWN } from "./values";

/** A statement of a policy document, every list a list. */
export interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  /** Whether it names actions by those that it leaves out. */
  readonly exceptActions: boolean;
  readonly resources: readonly string[];
  readonly exceptResources: boolean;
  /** Principals by kind (`AWS`, `Service`, `Federated`); `*` alone, and any principal but some, is AWS's `*`. */
  readonly principals: readonly (readonly [kind: string, id: string])[];
  /** Operator → key → values; operators and keys in lower case. */
  readonly conditions: readonly Condition[];
}

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

const textsOf = (value: unknown): readonly string[] => manyOf(value).filter((each) => typeof each === "string");

/** Statements of a policy document, JSON text or object; of one that is not known yet or is no JSON, none. */
export function statementsOf(document: unknown): readonly Statement[] {
  const parsed = typeof document === "string" ? parsedJson(document) : document;
  return isObject(parsed) ? manyOf(parsed.Statement).filter(isObject).map(statementOf) : [];
}

function statementOf(statement: Readonly<Record<string, unknown>>): Statement {
  const { Effect, Action, NotAction, Resource, NotResource, Principal, NotPrincipal, Condition } = statement;
  return {
    effect: String(Effect === UNKNOWN ? "" : Effect),
    actions: textsOf(Action ?? NotAction),
    exceptActions: NotAction !== undefined,
    resources: textsOf(Resource ?? NotResource),
    exceptResources: NotResource !== undefined,
    principals: NotPrincipal === undefined ? principalsOf(Principal) : [["AWS", "*"]],
    conditions: conditionsOf(Condition),
  };
}

function principalsOf(principal: unknown): Statement["principals"] {
  if (principal === "*") return [["AWS", "*"]];
  if (!isObject(principal)) return [];
  return Object.entries(principal).flatMap(([kind, ids]) => textsOf(ids).map((id) => [kind, id] as const));
}

function conditionsOf(conditions: unknown): readonly Condition[] {
  if (!isObject(conditions)) return [];
  return Object.entries(conditions).flatMap(([operator, keys]) =>
    isObject(keys)
      ? Object.entries(keys).map(([key, values]) => ({
          ...{ operator: operator.toLowerCase(), key: key.toLowerCase() },
          values: manyOf(values).map((value) => (value === UNKNOWN ? "(not known yet)" : String(value))),
        }))
      : [],
  );
}

/** Keys that let services of AWS pass, which come over TLS by themselves. */
const OF_SERVICES = ["aws:principalisawsservice", "aws:viaawsservice"];

/**
 * Whether a document denies everyone who does not come over TLS: some action that covers all of the resource's, and when asked what is
 * inside the resource. Any further condition would let others pass.
 */
export const refusesPlainHttp = (document: unknown, covering: readonly string[], inside?: RegExp): boolean =>
  statementsOf(document).some(
    ({ effect, exceptActions, actions, resources, exceptResources, principals, conditions }) =>
      effect === "Deny" &&
      !exceptActions &&
      actions.some((action) => covering.includes(action.toLowerCase())) &&
      (inside === undefined || (!exceptResources && resources.some((resource) => inside.test(resource)))) &&
      principals.some(([kind, id]) => kind === "AWS" && id === "*") &&
      conditions.some(overPlainHttp) &&
      conditions.every((each) => overPlainHttp(each) || OF_SERVICES.includes(each.key)),
  );

const overPlainHttp = ({ operator, key, values }: Condition): boolean =>
  /^bool(ifexists)?$/.test(operator) && key === "aws:securetransport" && values.includes("false");
