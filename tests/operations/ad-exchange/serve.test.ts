import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { LARGEST_BODY } from "../../../functions/ad-exchange/domain/openrtb/read-bid-request";
import { requests } from "../../../local/exchange/bid-requests";
import { type BidServerOptions, startBidServer } from "../../../local/exchange/bid-server";
import { campaignsIn } from "../../../operations/ad-exchange/campaign-file";
import { type Served, serveOptions, startServing } from "../../../operations/ad-exchange/serving";

const ROOT = join(__dirname, "../../..");
const TOKEN = "a-token-of-some-length";
const JSON_TYPE = { "content-type": "application/json" };
/** A test, so that seats bid; with time enough on a machine that does other things, too. */
const BODY = JSON.stringify({ ...requests(3, 1)[0], test: 1, tmax: 1_000 });
const serving = (...args: string[]) =>
  startServing(serveOptions(["--port", "0", "--campaigns", "300", ...args], {})!, () => {});

interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

async function post(url: string, body: string | Uint8Array, headers: Record<string, string> = JSON_TYPE): Promise<Got> {
  const response = await fetch(`${url}/openrtb2/auction`, { method: "POST", body: body as string, headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe("npm run exchange:serve", () => {
  let served: Served;
  let url: string;
  before(async () => {
    served = await serving();
    url = served.server.url;
  });
  after(() => served.server.stop());

  it("answers bid requests as the bid handler does", async () => {
    const { status, headers, text } = await post(url, BODY);
    assert.equal(status, 200);
    assert.equal(headers.get("x-openrtb-version"), "2.6");
    assert.equal(headers.get("content-type"), "application/json");
    assert.equal(JSON.parse(text).id, JSON.parse(BODY).id);
  });

  it("answers 204 without content where nobody bids", async () => {
    const nothing = JSON.stringify({ id: "1", imp: [{ id: "1", banner: { w: 1, h: 1 }, bidfloor: 900_000 }] });
    const { status, headers, text } = await post(url, nothing);
    assert.deepEqual([status, text, headers.get("content-length")], [204, "", null]);
    assert.equal(headers.get("x-openrtb-version"), "2.6");
  });

  it("answers 400 to what is malformed, without content", async () => {
    for (const body of ["", "{", "[]", "{}", '{"id":"1","imp":[]}', Buffer.from([0xff, 0xfe])]) {
      const { status, text } = await post(url, body);
      assert.deepEqual([status, text], [400, ""], String(body));
    }
  });

  it("takes bodies packed by gzip", async () => {
    const { status, text } = await post(url, gzipSync(BODY), { ...JSON_TYPE, "content-encoding": "gzip" });
    assert.equal(status, 200);
    assert.equal(JSON.parse(text).id, JSON.parse(BODY).id);
  });

  it("does not unpack more than a body may have, nor what is no gzip", async () => {
    const packed = { ...JSON_TYPE, "content-encoding": "gzip" };
    const bomb = gzipSync(Buffer.alloc(200 * LARGEST_BODY));
    assert.equal(bomb.length < LARGEST_BODY, true);
    served.figures.take(1);
    assert.equal((await post(url, bomb, packed)).status, 413);
    assert.match(served.figures.take(1)!, /no bid: status 413 1$/, "refused before the exchange has seen it");
    assert.equal((await post(url, BODY, packed)).status, 400);
    assert.equal((await post(url, gzipSync(BODY).subarray(0, 100), packed)).status, 400);
    const most = Buffer.alloc(LARGEST_BODY, 0x20);
    assert.equal((await post(url, gzipSync(most), packed)).status, 400, "as large as a body may be");
  });

  it("answers 415 to other types and encodings, and says which it takes", async () => {
    assert.equal((await post(url, BODY, { "content-type": "text/plain" })).status, 415);
    const { status, headers } = await post(url, BODY, { ...JSON_TYPE, "content-encoding": "br" });
    assert.deepEqual([status, headers.get("accept-encoding")], [415, "gzip, identity"]);
    assert.equal((await post(url, BODY, { "content-type": "application/json; charset=utf-8" })).status, 200);
  });

  it("answers 413 to a length that is too large before a byte of the body has come", async () => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.write(
      `POST /openrtb2/auction HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${LARGEST_BODY + 1}\r\n\r\n`,
    );
    const [data] = await once(socket, "data");
    assert.match(String(data), /^HTTP\/1\.1 413 [\s\S]*connection: close/i);
    socket.destroy();
  });

  it("answers 413 to a body without a length once it is too large, and the sender sees it", async () => {
    const sent = request(`${url}/openrtb2/auction`, { method: "POST", headers: JSON_TYPE });
    // And goes on: it is answered without its end.
    for (let part = 0; part < 12; part++) sent.write(Buffer.alloc(LARGEST_BODY / 8, 0x20));
    const [response] = await once(sent, "response");
    assert.equal(response.statusCode, 413);
    sent.end();
    response.resume();
  });

  it("does not break the connection of who is still sending", async () => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    const length = LARGEST_BODY + 50_000;
    socket.write(`POST /openrtb2/auction HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n`);
    socket.write(`content-length: ${length}\r\n\r\n`);
    await once(socket, "data");
    for (let sent = 0; sent < length; sent += 1_000) socket.write(Buffer.alloc(Math.min(1_000, length - sent), 0x20));
    const [hadError] = await once(socket, "close");
    assert.equal(hadError, false);
  });

  it("asks for a body that waits for leave only where it will be read", async () => {
    const told = async (length: number) => {
      const headers = { ...JSON_TYPE, expect: "100-continue", "content-length": String(length) };
      const sent = request(`${url}/openrtb2/auction`, { method: "POST", headers });
      let goesOn = false;
      sent.once("continue", () => {
        goesOn = true;
        sent.end(BODY);
      });
      sent.flushHeaders();
      const [response] = await once(sent, "response");
      response.resume();
      sent.destroy();
      return [goesOn, response.statusCode];
    };
    assert.deepEqual(await told(Buffer.byteLength(BODY)), [true, 200]);
    assert.deepEqual(await told(LARGEST_BODY + 1), [false, 413]);
  });

  it("knows two paths, and their methods", async () => {
    const got = async (path: string, method: string) => {
      const response = await fetch(url + path, { method });
      return [response.status, response.headers.get("allow"), await response.text()];
    };
    assert.deepEqual(await got("/health", "GET"), [200, null, '{"status":"ok"}']);
    assert.deepEqual(await got("/health?x=1", "HEAD"), [200, null, ""]);
    assert.deepEqual(await got("/health", "DELETE"), [405, "GET, HEAD", ""]);
    assert.deepEqual(await got("/openrtb2/auction", "GET"), [405, "POST", ""]);
    assert.deepEqual(await got("/", "GET"), [404, null, ""]);
    assert.deepEqual(await got("/openrtb2/auction/", "POST"), [404, null, ""]);
  });

  it("keeps connections, after refusals as well", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (const body of [BODY, "{", BODY]) {
      const sent = request(`${url}/openrtb2/auction`, { method: "POST", headers: JSON_TYPE, agent });
      sent.end(body);
      const [response] = await once(sent, "response");
      ports.add(response.socket.localPort);
      response.resume();
      await once(response, "end");
    }
    agent.destroy();
    assert.equal(ports.size, 1);
  });

  it("says what it has answered, and then begins anew", async () => {
    served.figures.take(1);
    await post(url, BODY);
    await post(url, "{");
    await post(url, BODY, { "content-type": "text/plain" });
    assert.match(
      served.figures.take(2)!,
      /^2 requests a second, \d+ bids; decision p50 [\d.]+ ms, p99 [\d.]+ ms; no bid: .*malformed 1.*$/,
    );
    assert.equal(served.figures.take(1), undefined);
  });
});

describe("A server of the exchange", () => {
  it("lets in who gives the token, and nobody else", async () => {
    const { server } = await serving("--token", TOKEN);
    try {
      const status = async (authorization?: string) =>
        (await post(server.url, BODY, { ...JSON_TYPE, ...(authorization ? { authorization } : {}) })).status;
      assert.equal(await status(`Bearer ${TOKEN}`), 200);
      assert.equal(await status(`bearer  ${TOKEN}`), 200);
      for (const wrong of [undefined, TOKEN, "Bearer", `Bearer ${TOKEN}x`, `Basic ${TOKEN}`, `Bearer ${TOKEN} x`])
        assert.equal(await status(wrong), 401, wrong);
      assert.equal((await fetch(`${server.url}/health`)).status, 200);
    } finally {
      await server.stop();
    }
  });

  it("only reads and checks with matching off", async () => {
    const { server, says } = await serving("--matching", "off");
    try {
      assert.equal((await post(server.url, BODY)).status, 204);
      assert.equal((await post(server.url, "{}")).status, 400);
      assert.equal((await post(server.url, JSON.stringify({ id: "é".repeat(LARGEST_BODY / 2) }))).status, 413);
      assert.match(says, /never with a bid/);
    } finally {
      await server.stop();
    }
  });

  const slow = async (options: Partial<BidServerOptions> = {}) => {
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const exchange = {
      answer: () => asked.then(() => ({ status: 200, body: '{"id":"1"}', outcome: "bid", bids: 0 }) as const),
    };
    const server = await startBidServer({
      exchange,
      port: 0,
      host: "127.0.0.1",
      failed: (error) => assert.fail(String(error)),
      ...options,
    });
    return { server, answer };
  };
  const refused = (url: string) => assert.rejects(fetch(`${url}/health`));

  it("answers what has come when it is stopped, takes nothing new, and ends its connections", async () => {
    const { server, answer } = await slow();
    const agent = new Agent({ keepAlive: true });
    const sent = request(`${server.url}/openrtb2/auction`, { method: "POST", headers: JSON_TYPE, agent });
    sent.end(BODY);
    await once(sent, "finish");
    await fetch(`${server.url}/health`); // so that the request before has been taken up
    const stopped = server.stop();
    await refused(server.url);
    answer();
    const [response] = await once(sent, "response");
    assert.deepEqual([response.statusCode, response.headers.connection], [200, "close"]);
    response.resume();
    await stopped;
    agent.destroy();
  });

  it("cuts off who takes too long", async () => {
    const { server } = await slow();
    const cut = assert.rejects(post(server.url, BODY));
    await fetch(`${server.url}/health`);
    await server.stop(10);
    await cut;
  });

  it("answers a fault of its own with no bid, and tells it, at once or later", async () => {
    const broken = (): never => {
      throw new Error("broken");
    };
    for (const answer of [broken, async () => broken()]) {
      const faults: unknown[] = [];
      const { server } = await slow({ exchange: { answer }, failed: (error) => faults.push(error) });
      assert.equal((await post(server.url, BODY)).status, 204);
      assert.deepEqual(faults.map(String), ["Error: broken"]);
      await server.stop();
    }
  });

  it("says in one line what it cannot listen on", async () => {
    const { server } = await slow();
    const { port } = new URL(server.url);
    await assert.rejects(
      serving("--port", port, "--matching", "off"),
      /^Error: Nothing can listen on .*: EADDRINUSE\.$/,
    );
    await server.stop();
  });
});

describe("The command", () => {
  it("serves as one process, says where, and ends by itself when it is asked to", async function () {
    this.timeout(60_000);
    const args = [
      "--require",
      "tsx/cjs",
      join(ROOT, "operations/ad-exchange/serve.ts"),
      "--port",
      "0",
      "--campaigns",
      "50",
    ];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    child.stdout.on("data", (text) => {
      said += text;
    });
    while (!said.includes("\n")) await once(child.stdout, "data");
    const [, address = ""] =
      /^(http:\S+)\/openrtb2\/auction answers whoever can reach it, over 50 campaigns/.exec(said) ?? [];
    assert.equal((await post(address, BODY)).status, 200);
    child.kill("SIGTERM");
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
    assert.match(said, /1 requests a second, \d+ bids; [\s\S]*Stopped; what had come was answered\.\n$/);
  });

  it("tells a mistake in one line", () => {
    const args = ["--require", "tsx/cjs", join(ROOT, "operations/ad-exchange/serve.ts"), "--file", "nowhere.json"];
    const { stderr, status } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
    assert.deepEqual([status, stderr], [1, "There is no file nowhere.json.\n"]);
  });
});

describe("The server's options", () => {
  const options = (...args: string[]) => serveOptions(args, {});
  it("are what is documented", () => {
    assert.deepEqual(options(), {
      ...{ port: 8080, host: "127.0.0.1", campaigns: 10_000, seed: 1, file: undefined, settings: undefined },
      ...{ noticeUrl: "https://exchange.example", token: undefined, matching: true, figures: "line" },
    });
    assert.equal(serveOptions([], { EXCHANGE_TOKEN: TOKEN })?.token, TOKEN);
    assert.equal(options("--notice-url", "https://a.example/")?.noticeUrl, "https://a.example");
    assert.equal(options("--help"), undefined);
  });
  for (const [args, says] of [
    [["--port", "65536"], /--port 65536: give one from 0 to 65535/],
    [["--port", "-1"], /port/],
    [["--port", "8e1"], /--port 8e1/],
    [["--matching", "no"], /--matching no: give on or off/],
    [["--figures", "all"], /--figures all: give line, emf, off/],
    [["--campaigns", "0"], /--campaigns 0: give a whole number/],
    [["--token", "short"], /--token: give 16/],
  ] as const)
    it(`refuse ${args.join(" ")}`, () => {
      assert.throws(() => options(...args), says);
    });
});

describe("A file of campaigns", () => {
  const CAMPAIGN = {
    ...{ advertiser: "adv-1", id: "c-1", seat: "seat-1", name: "One", bid: "2.50", currency: "USD" },
    ...{ budget: { total: "100" }, flight: { start: "2026-01-01T00:00:00Z" } },
    creatives: [{ id: "cr-1", type: 1, w: 300, h: 250, markup: "<b>", advertiserDomains: ["a.example"], secure: true }],
  };
  const read = (value: unknown) => campaignsIn(JSON.stringify(value), "c.json");

  it("holds them as the campaign API takes them, and they are active", () => {
    const [campaign] = read([CAMPAIGN]);
    assert.deepEqual([campaign?.status, campaign?.version, campaign?.targeting], ["active", 1, {}]);
  });

  it("is refused with its first mistakes in one line", () => {
    assert.throws(() => campaignsIn("[", "c.json"), /^Error: c\.json is no JSON/);
    assert.throws(() => read([]), /give at least one campaign/);
    assert.throws(() => read([{ ...CAMPAIGN, seat: "", bid: "-1" }]), /c\.json: 0\.bid: .*; 0\.seat: /);
    assert.throws(() => read(Array(20).fill({ ...CAMPAIGN, targetting: {} })), /; and 10 more\.$/);
  });
});
