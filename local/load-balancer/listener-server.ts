import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { LARGEST_BODY, splitTarget } from "./lambda-event";
import type { Answer, Header, Received } from "./model";
import { LONGEST_HEAD } from "./refusal";

/** A request whose body, if it is larger than a function takes, is missing. */
export type Incoming = Omit<Received, "body"> & { readonly body: Uint8Array | undefined };

/** A server of this machine in the place of a listener. */
export interface ListenerServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** What a server takes, and what it calls itself where it answers what is no HTTP. */
export interface ServerLimits {
  /** Bytes of a body; a larger one is missing in the request. */
  readonly largestBody: number;
  /** Bytes of all headers together. */
  readonly longestHead: number;
  readonly server: string;
}

const OF_A_LOAD_BALANCER = { largestBody: LARGEST_BODY, longestHead: LONGEST_HEAD, server: "awselb/2.0" };

/** Serves plain HTTP on a free port of 127.0.0.1. `answer` must not reject. */
export async function serve(
  answer: (request: Incoming) => Promise<Answer>,
  limits: ServerLimits = OF_A_LOAD_BALANCER,
): Promise<ListenerServer> {
  const server = createServer({ maxHeaderSize: limits.longestHead }, (request, response) => {
    received(request, limits.largestBody)
      .then(answer)
      .then((made) => write(made, response))
      .catch(() => response.destroy()); // the client has gone, or what it said cannot be answered
  });
  // What is no HTTP, and a head that is too long, is a "Bad request" to a load balancer.
  server.on("clientError", (_error, socket) => {
    socket.end(`HTTP/1.1 400 Bad Request\r\nServer: ${limits.server}\r\nConnection: close\r\n\r\n`);
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => stopped(server) };
}

function stopped(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return closed;
}

async function received(request: IncomingMessage, largestBody: number): Promise<Incoming> {
  const { rawHeaders, socket } = request;
  const headers = rawHeaders.flatMap((name, at): Header[] => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ""]] : []));
  // A client may write the whole address where most write only its path (RFC 9112, section 3.2.2).
  const target = (request.url ?? "/").replace(/^https?:\/\/[^/?]*/i, "");
  return {
    ...{ method: request.method ?? "GET", headers, body: await bodyOf(request, largestBody) },
    ...splitTarget(target.startsWith("/") ? target : `/${target}`),
    client: { address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 },
  };
}

/** Reads a body that is too large to its end as well: a client that is still sending would not see the answer. */
async function bodyOf(request: IncomingMessage, largest: number): Promise<Uint8Array | undefined> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= largest) parts.push(part);
    else parts = [];
  }
  return size <= largest ? Buffer.concat(parts) : undefined;
}

function write({ status, reasonPhrase, headers, body }: Answer, response: ServerResponse): void {
  for (const [name, value] of headers) response.appendHeader(name, value);
  response.setHeader("content-length", Buffer.byteLength(body));
  response.writeHead(status, reasonPhrase ?? undefined).end(body);
}
