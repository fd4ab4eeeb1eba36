import type { Answer, Listener, Received, Redirect } from "./model";
import { page } from "./pages";
import { hostOf } from "./routing";

/** Where a redirect leads ("Redirect actions"): what is not changed stays as it came to the listener. */
export function locationOf(
  redirect: Redirect,
  listener: Pick<Listener, "port" | "protocol">,
  request: Received,
): string {
  const parts: Readonly<Record<string, string>> = {
    protocol: listener.protocol.toLowerCase(),
    host: hostOf(request),
    port: String(listener.port),
    path: request.path.replace(/^\//, ""),
    query: request.query,
  };
  const filled = (text: string) =>
    text.replace(/#\{(protocol|host|port|path|query)\}/g, (_, name: string) => parts[name] ?? "");
  const query = filled(redirect.query);
  const place = `${filled(redirect.protocol).toLowerCase()}://${filled(redirect.host)}:${filled(redirect.port)}`;
  return `${place}${filled(redirect.path)}${query === "" ? "" : `?${query}`}`;
}

export function redirected(redirect: Redirect, listener: Listener, request: Received): Answer {
  const answer = page(redirect.status);
  return { ...answer, headers: [...answer.headers, ["location", locationOf(redirect, listener, request)]] };
}
