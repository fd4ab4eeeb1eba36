import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Target } from "../clients";

const file = (name: string) => readFileSync(join(__dirname, name), "utf8");
export const TRACKER = file("tracker.js");

/** A web page that is tracked, served on this machine. */
export interface TrackedPage {
  /** What its requests come from; the collector is to allow it. */
  readonly origin: string;
  /** Says where the page sends, and is needed before anybody looks at it: the page's own port comes first. */
  sendTo(target: Target): void;
  stop(): Promise<void>;
}

/** Serves the page and its tracker on a free port of this machine. */
export async function serveTrackedPage(): Promise<TrackedPage> {
  let page: string | undefined;
  const server = createServer(({ url }, response) => {
    const [type, content] = url === "/tracker.js" ? ["text/javascript", TRACKER] : ["text/html", page];
    if (content === undefined || !["/", "/tracker.js"].includes(url ?? "")) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sendTo: ({ url, writeKey }) => {
      page = file("index.html").replace("{{host}}", url).replace("{{key}}", writeKey);
    },
    stop: () => stopped(server),
  };
}

function stopped(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
