import type { Resource } from "./rule";
import { hasUnknown, textsIn } from "./values";

/** Outputs by which other resources name one. */
const NAMING = ["arn", "id", "name", "url", "bucket", "functionName", "invokeArn", "qualifiedArn", "dnsName"];

/** Whether a text is an id, has it in quotes or brackets, or has an ARN in it that does not go on (`q` is not `q.fifo`). */
function named(text: string, id: string): boolean {
  if (text === id) return true;
  const escaped = id.replace(/[^\w]/g, "\\$&");
  const ends = id.startsWith("arn:") ? "(?![\\w-]|\\.\\w)" : '[")]';
  return new RegExp(id.startsWith("arn:") ? escaped + ends : `["(]${escaped}${ends}`).test(text);
}

/**
 * Whether a property of one resource names another: by its ARN, id, URL or name, also within a longer text. Where a
 * preview does not know either yet, a property is taken to name what it was computed from.
 */
export function refersTo(from: Resource, property: string, to: Resource): boolean {
  const value = from.props[property];
  const naming = NAMING.map((key) => to.props[key]);
  if ((hasUnknown(value) || hasUnknown(naming)) && from.from?.[property]?.includes(to.urn)) return true;
  const ids = naming.filter((id) => typeof id === "string" && id !== "") as string[];
  return textsIn(value).some((text) => ids.some((id) => named(text, id)));
}

/** Resources of a type, of those given. */
export const ofType = (resources: readonly Resource[], ...types: readonly string[]): readonly Resource[] =>
  resources.filter(({ type }) => types.includes(type));

/** Resources of a type whose property names this one. */
export const referring = (resources: readonly Resource[], type: string, property: string, to: Resource) =>
  ofType(resources, type).filter((from) => refersTo(from, property, to));
