import { at, isObject, listOf, parsedJson, UNKNOWN } from "../values";

/** An operation of an OpenAPI document that asks nobody for credentials: its verb in capitals, and its path. */
export interface OpenOperation {
  readonly verb: string;
  readonly path: string;
}

const VERBS = ["get", "put", "post", "delete", "patch", "head", "options", "x-amazon-apigateway-any-method"];

/** What API Gateway reads `security` from: a REST API from each operation only, an HTTP API also from the document. */
export type Level = "operation" | "document";

/** Operations of a definition, JSON text or object, that are open; of YAML, which is not read, none. */
export function openOperations(body: unknown, level: Level): readonly OpenOperation[] {
  const document = typeof body === "string" ? parsedJson(body) : body;
  const paths = at(document, "paths");
  if (!isObject(document) || !isObject(paths)) return [];
  return Object.entries(paths).flatMap(([path, verbs]) =>
    VERBS.filter((verb) => isObject(at(verbs, verb)))
      .filter((verb) => !asks(document, at(verbs, verb), level))
      .map((verb) => ({ verb: verb === VERBS.at(-1) ? "ANY" : verb.toUpperCase(), path })),
  );
}

function asks(document: unknown, operation: unknown, level: Level): boolean {
  const security = at(operation, "security") ?? (level === "document" ? at(document, "security") : undefined);
  if (security === UNKNOWN) return true;
  if (String(at(operation, "x-amazon-apigateway-auth", "type")).toUpperCase() === "AWS_IAM") return true;
  const requirements = listOf(security).map((each) => (isObject(each) ? Object.keys(each) : []));
  return requirements.length > 0 && requirements.every((names) => names.some((name) => asksWho(document, name)));
}

/** An API key says which plan a caller uses, not who it is; API Gateway writes an authorizer down as an API key with more. */
function asksWho(document: unknown, name: string): boolean {
  const scheme = at(document, "securityDefinitions", name) ?? at(document, "components", "securitySchemes", name);
  const more = ["x-amazon-apigateway-authtype", "x-amazon-apigateway-authorizer"].some(
    (key) => at(scheme, key) !== undefined,
  );
  return at(scheme, "type") !== "apiKey" || more;
}
