import type { Route } from "./model";

/** A route, and what its path's parameters are in a request. */
export interface Routed {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The route of a request; undefined where the API has none for path and method. Part by part, a name comes before `{name}`, and
 * that before `{name+}`, which takes the rest ("Set up API resources", Developer Guide: "the more specific resource takes precedence").
 */
export function routeOf(routes: readonly Route[], method: string, path: string): Routed | undefined {
  const parts = partsOf(path);
  const fitting = routes.flatMap((route) => {
    if (route.method !== method && route.method !== "ANY") return [];
    const wanted = partsOf(route.path);
    return fits(wanted, parts) ? [{ route, wanted, rank: rankOf(route, wanted) }] : [];
  });
  const [best] = fitting.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
  return best && { route: best.route, parameters: parametersOf(best.wanted, parts) };
}

const partsOf = (path: string): string[] => path.split("/").filter((part) => part !== "");
const isGreedy = (part: string) => part.startsWith("{") && part.endsWith("+}");
const isParameter = (part: string) => part.startsWith("{") && part.endsWith("}");

function fits(wanted: readonly string[], parts: readonly string[]): boolean {
  const greedy = wanted.length > 0 && isGreedy(wanted[wanted.length - 1]!);
  if (greedy ? parts.length < wanted.length : parts.length !== wanted.length) return false;
  return wanted.every((part, at) => isParameter(part) || part === parts[at]);
}

/** The lowest text is the most specific route. */
const rankOf = ({ method }: Route, wanted: readonly string[]): string =>
  [...wanted.map((part) => (isGreedy(part) ? 2 : isParameter(part) ? 1 : 0)), method === "ANY" ? 1 : 0].join("");

function parametersOf(wanted: readonly string[], parts: readonly string[]): Record<string, string> {
  const found = wanted.flatMap((part, at): [string, string][] => {
    if (isGreedy(part)) return [[part.slice(1, -2), decoded(parts.slice(at).join("/"))]];
    return isParameter(part) ? [[part.slice(1, -1), decoded(parts[at] ?? "")]] : [];
  });
  return Object.fromEntries(found);
}

/** What is no percent-encoding stays as it came. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
