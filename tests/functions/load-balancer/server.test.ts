import assert from "node:assert/strict";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { type Incoming, type ListenerServer, serve } from "../../../local/load-balancer/listener-server";
import type { Answer } from "../../../local/load-balancer/model";

const MIB = 1024 * 1024;

describe("A listener's server", () => {
  const seen: Incoming[] = [];
  let answer: Answer = { status: 200, headers: [], body: "" };
  let server: ListenerServer;
  before(async () => {
    server = await serve(async (request) => {
      seen.push(request);
      return answer;
    });
  });
  after(() => server.stop());
  beforeEach(() => {
    seen.length = 0;
    answer = { status: 200, headers: [], body: "" };
  });

  /** Sends bytes as they are and answers what comes until the connection ends. */
  const raw = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(server.url).port), "127.0.0.1", () => socket.write(text));
      let all = "";
      socket.on("data", (part) => {
        all += part;
      });
      socket.on("end", () => resolve(all)).on("error", reject);
    });

  it("hands on a request as it came: path and query encoded, headers in order and repeated, bytes", async () => {
    await raw(
      "POST /a%2Fb/./c?x=%20&x=2?3 HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\nConnection: close\r\nContent-Length: 2\r\n\r\n\x01\x02",
    );
    const [{ client, body, ...request }] = seen as [Incoming];
    assert.deepEqual(request, {
      ...{ method: "POST", path: "/a%2Fb/./c", query: "x=%20&x=2?3" },
      headers: [
        ["Host", "h"],
        ["X-A", "1"],
        ["x-a", "2"],
        ["Connection", "close"],
        ["Content-Length", "2"],
      ],
    });
    assert.deepEqual([[...body!], client.address], [[1, 2], "127.0.0.1"]);
  });

  it("takes a whole address for its path", async () => {
    await raw("GET http://www.example.com/a?b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    await raw("GET http://www.example.com HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert.deepEqual(
      seen.map(({ path, query }) => [path, query]),
      [
        ["/a", "b"],
        ["/", ""],
      ],
    );
  });

  it("reads a body up to 1 MB, and answers one that is larger without it", async () => {
    for (const size of [MIB, MIB + 1]) await fetch(server.url, { method: "POST", body: Buffer.alloc(size) });
    assert.deepEqual(
      seen.map(({ body }) => body?.length),
      [MIB, undefined],
    );
  });

  it("answers with status, reason, repeated headers and bytes", async () => {
    answer = {
      ...{ status: 201, reasonPhrase: "Made", body: gzipSync("hello") },
      headers: [
        ["Content-Encoding", "gzip"],
        ["Set-Cookie", "a=1"],
        ["Set-Cookie", "b=2"],
      ],
    };
    const response = await fetch(server.url);
    assert.deepEqual([response.status, response.statusText], [201, "Made"]);
    assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
    assert.equal(await response.text(), "hello");
  });

  it("answers HEAD with the length and no body", async () => {
    answer = { status: 200, headers: [], body: "hello" };
    const response = await fetch(server.url, { method: "HEAD" });
    assert.deepEqual([response.headers.get("content-length"), await response.text()], ["5", ""]);
  });

  it("answers what is no HTTP, a request without a host and a head of more than 64 K with 400", async () => {
    const requests = ["nonsense\r\n\r\n", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"];
    requests.push(
      `GET / HTTP/1.1\r\nHost: h\r\n${Array.from({ length: 9 }, (_, n) => `x-${n}: ${"a".repeat(8000)}\r\n`).join("")}\r\n`,
    );
    for (const one of requests) assert.match(await raw(one), /^HTTP\/1\.1 400 Bad Request\r\n/);
    assert.deepEqual(seen, []);
  });
});
