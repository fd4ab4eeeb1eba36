import Ajv, { type ValidateFunction } from "ajv";
import { valuesOf } from "../load-balancer/model";
import { type Call, parameterOf } from "./call";
import { Refusal, type Route } from "./model";

/** What is assumed of a request that does not say ("Request validation for REST APIs", "Content-Type", Developer Guide). */
const DEFAULT_TYPE = "application/json";

/** The media type of a request's body, in lower case. */
export const mediaTypeOf = ({ asked }: Call): string =>
  (valuesOf(asked.headers, "content-type")[0] ?? DEFAULT_TYPE).split(";")[0]!.trim().toLowerCase();

/**
 * "The required request parameters in the URI, query string, and headers of an incoming request are included and not blank", and the
 * body "adheres to the configured JSON schema request of the method for a given content type. If no matching content type is
 * found, request validation is not performed." `$default` matches every type. Undefined: the request may go on.
 */
export function validate(call: Call, { requiredParameters, bodies }: Route): Refusal | undefined {
  const missing = requiredParameters.filter((name) => (parameterOf(call, name) ?? "").trim() === "");
  if (missing.length > 0) {
    const names = missing.map((name) => name.split(".").slice(3).join("."));
    return new Refusal("BAD_REQUEST_PARAMETERS", `Missing required request parameters: [${names.join(", ")}]`);
  }
  const schema = bodies[mediaTypeOf(call)] ?? bodies.$default;
  if (schema === undefined || schema(jsonIn(call.asked.body))) return undefined;
  const detail = schema.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`).join(", ");
  return new Refusal("BAD_REQUEST_BODY", "Invalid request body", detail === undefined ? {} : { detail });
}

/** No JSON is nothing, which every schema with a type refuses. */
function jsonIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

/**
 * Compiles a model: JSON Schema draft 4, which ajv knows but for the schema's own name and exclusive bounds.
 * @throws when it is no schema, or refers to others
 */
export function compiled(name: string, schema: string): ValidateFunction {
  try {
    const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: false, logger: false });
    return ajv.compile(fromDraft4(JSON.parse(schema)) as object);
  } catch (error) {
    throw new Error(`model ${name}: ${(error as Error).message}`);
  }
}

function fromDraft4(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromDraft4);
  if (typeof value !== "object" || value === null) return value;
  const { $schema: _dialect, ...schema } = value as Record<string, unknown>;
  const inner = Object.entries(schema).map(([key, each]) => [key, fromDraft4(each)] as const);
  return Object.fromEntries(inner.flatMap(([key, each]) => bound(key, each, schema)));
}

/** In draft 4 `exclusiveMinimum` is a property of `minimum`, later a number of its own. */
function bound(key: string, value: unknown, schema: Record<string, unknown>): [string, unknown][] {
  const exclusive = { minimum: "exclusiveMinimum", maximum: "exclusiveMaximum" }[key];
  if (exclusive !== undefined && schema[exclusive] === true) return [[exclusive, value]];
  if ((key === "exclusiveMinimum" || key === "exclusiveMaximum") && typeof value === "boolean") return [];
  return [[key, value]];
}
