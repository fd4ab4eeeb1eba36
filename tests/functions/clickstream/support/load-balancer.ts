import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { ForLoadBalancer } from "../../../../functions/clickstream/collector/for-load-balancer";
import type { Incoming } from "../../../../functions/clickstream/domain/request";

/** A local HTTP server that hands requests on as a load balancer with multi-value headers does. */
export async function loadBalancer(handle: (event: Incoming) => Promise<ForLoadBalancer>) {
  const server = createServer((request, response) => {
    const answer = async () => {
      const { statusCode, multiValueHeaders, body } = await handle(await eventOf(request));
      for (const [name, values] of Object.entries(multiValueHeaders)) response.setHeader(name, [...values]);
      response.writeHead(statusCode).end(body);
    };
    answer().catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

async function eventOf(request: IncomingMessage): Promise<Incoming> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const isText =
    request.headers["content-encoding"] === undefined &&
    /^(text\/|application\/json)/.test(request.headers["content-type"] ?? "");
  return {
    httpMethod: request.method ?? "GET",
    path: new URL(request.url ?? "/", "http://localhost").pathname,
    multiValueHeaders: {
      ...(request.headersDistinct as Record<string, string[]>),
      "x-forwarded-for": [request.socket.remoteAddress ?? ""],
    },
    body: body.toString(isText ? "utf8" : "base64"),
    isBase64Encoded: !isText,
  };
}
