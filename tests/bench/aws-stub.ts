import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** AWS as a bench needs it: every operation answers at once, and keeps nothing. */
export interface AwsStub {
  readonly url: string;
  /** Calls by operation. */
  readonly calls: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

type Answers = Readonly<Record<string, (request: never) => unknown>>;

/** @param answers by operation, from the request's JSON; one that is missing answers `{}` */
export async function startStub(answers: Answers): Promise<AwsStub> {
  const calls = new Map<string, number>();
  const server = createServer((request, response) => {
    const operation = String(request.headers["x-amz-target"]).split(".").at(-1)!;
    calls.set(operation, (calls.get(operation) ?? 0) + 1);
    void textOf(request).then((text) => {
      const answer = answers[operation]?.(JSON.parse(text) as never) ?? {};
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    calls,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
