import { isObject, manyOf, UNKNOWN } from "./values";

/** A statement of a policy document, every list a list. */
export interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  /** Whether it names actions by those that it leaves out. */
  readonly exceptActions: boolean;
  readonly resources: readonly string[];
  readonly exceptResources: boolean;
  /** Principals by kind (`AWS`, `Service`, `Federated`); `*` alone is AWS's `*`. */
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

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function statementOf(statement: Readonly<Record<string, unknown>>): Statement {
  const { Effect, Action, NotAction, Resource, NotResource, Principal, Condition } = statement;
  return {
    effect: String(Effect === UNKNOWN ? "" : Effect),
    actions: textsOf(Action ?? NotAction),
    exceptActions: NotAction !== undefined,
    resources: textsOf(Resource ?? NotResource),
    exceptResources: NotResource !== undefined,
    principals: principalsOf(Principal),
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

/** Whether a document denies everyone who does not come over TLS. */
export const refusesPlainHttp = (document: unknown): boolean =>
  statementsOf(document).some(
    ({ effect, principals, conditions }) =>
      effect === "Deny" &&
      principals.some(([, id]) => id === "*") &&
      conditions.some(
        ({ operator, key, values }) =>
          operator.startsWith("bool") && key === "aws:securetransport" && values.includes("false"),
      ),
  );
