import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Answer } from "../../functions/ad-exchange/bid-handler/call";
import type { Exchange } from "../../functions/ad-exchange/bid-handler/exchange";
import { LARGEST_BODY } from "../../functions/ad-exchange/domain/openrtb/read-bid-request";
import { readBody } from "./read-body";
import { type Received, reception } from "./reception";

export interface BidServerOptions {
  readonly exchange: Pick<Exchange, "answer">;
  /** 0 takes one that is free. */
  readonly port: number;
  readonly host: string;
  /** Who sends has to give it; everybody may when left out. */
  readonly token?: string | undefined;
  /** Told of a fault of the exchange's own; the sender gets no bid. */
  readonly failed: (error: unknown) => void;
  /** Told of what is refused before the exchange sees it. */
  readonly refused?: (status: number) => void;
}

/** The exchange behind plain HTTP/1.1, without the gateway and its authorizer. */
export interface BidServer {
  readonly url: string;
  /** Takes no more connections and answers what has come; whoever is not done after `milliseconds` is cut off. */
  stop(milliseconds?: number): Promise<void>;
}

/** Longer than load balancers keep an idle connection, so that they and not this server end it. */
const KEEP_ALIVE_MILLISECONDS = 75_000;
const TIMEOUTS = { requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: KEEP_ALIVE_MILLISECONDS };
/** Bytes that are read and thrown away so that a sender sees the refusal instead of a broken connection, and for how long. */
const LINGER_BYTES = 4 * LARGEST_BODY;
const LINGER_MILLISECONDS = 1_000;
const DRAIN_MILLISECONDS = 10_000;

export async function startBidServer(options: BidServerOptions): Promise<BidServer> {
  const desk = new Desk(options);
  const server = createServer(TIMEOUTS, (request, response) => desk.receive(request, response, false));
  server.on("checkContinue", (request, response) => desk.receive(request, response, true));
  server.listen(options.port, options.host);
  await once(server, "listening");
  const { address, family, port } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    stop: (milliseconds = DRAIN_MILLISECONDS) => drained(server, desk, milliseconds),
  };
}

async function drained(server: Server, desk: Desk, milliseconds: number): Promise<void> {
  desk.isClosing = true;
  const closed = once(server, "close");
  server.close();
  const late = setTimeout(() => server.closeAllConnections(), milliseconds);
  await closed;
  clearTimeout(late);
}

/** Names and values by turns, which node:http writes as they are. */
type Headers = readonly string[];
type NoBid = Pick<Answer, "status" | "body">;

/** What every answer of the exchange has, with a body and without. */
const VERSION: Headers = ["x-openrtb-version", "2.6"];
const JSON_TYPE: Headers = ["content-type", "application/json"];
const BID: Headers = [...VERSION, ...JSON_TYPE];
const NO_BID: NoBid = { status: 204, body: "" };
const HEALTHY = '{"status":"ok"}';

class Desk {
  /** Every answer is the last one on its connection. */
  isClosing = false;
  private readonly read: (head: IncomingMessage) => Received;

  constructor(private readonly options: BidServerOptions) {
    this.read = reception(options.token);
  }

  receive(request: IncomingMessage, response: ServerResponse, waits: boolean): void {
    const receivedAt = Date.now();
    const received = this.read(request);
    if (received === "health") this.send(response, 200, JSON_TYPE, HEALTHY);
    else if (received !== "auction")
      this.refuse(request, response, received.status, Object.entries(received.headers).flat());
    else {
      if (waits) response.writeContinue();
      void this.auction(request, response, receivedAt);
    }
  }

  private async auction(request: IncomingMessage, response: ServerResponse, receivedAt: number): Promise<void> {
    const body = await readBody(request);
    if (body === undefined) return;
    if (typeof body === "number") return this.refuse(request, response, body, VERSION);
    const given = this.answerTo(body, receivedAt);
    // What is there at once is sent at once.
    const answer = given instanceof Promise ? await given.catch(this.noBid) : given;
    this.send(response, answer.status, answer.body === "" ? VERSION : BID, answer.body);
  }

  private answerTo(body: Uint8Array, receivedAt: number): ReturnType<BidServerOptions["exchange"]["answer"]> | NoBid {
    try {
      return this.options.exchange.answer({ body, caller: undefined, receivedAt });
    } catch (error) {
      return this.noBid(error);
    }
  }

  private readonly noBid = (error: unknown): NoBid => {
    this.options.failed(error);
    return NO_BID;
  };

  private send(response: ServerResponse, status: number, headers: Headers, body: string): void {
    const all = status === 204 ? [...headers] : [...headers, "content-length", String(Buffer.byteLength(body))];
    if (this.isClosing) all.push("connection", "close");
    response.writeHead(status, all);
    response.end(body);
  }

  /** What the sender is still sending is not wanted: a little of it is thrown away, then the connection ends. */
  private refuse(request: IncomingMessage, response: ServerResponse, status: number, headers: Headers): void {
    this.options.refused?.(status);
    if (request.readableEnded || isShort(request)) this.send(response, status, headers, "");
    else {
      response.writeHead(status, [...headers, "content-length", "0", "connection", "close"]);
      response.flushHeaders();
      linger(request, () => response.end());
    }
  }
}

/** No body, or one that is soon read. */
const isShort = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) <= LARGEST_BODY;

function linger(request: IncomingMessage, done: () => void): void {
  let left = LINGER_BYTES;
  let isOver = false;
  const stop = () => {
    if (!isOver) done();
    isOver = true;
    clearTimeout(enough);
  };
  const enough = setTimeout(stop, LINGER_MILLISECONDS);
  request.on("data", (part: Buffer) => {
    left -= part.length;
    if (left < 0) stop();
  });
  request.once("end", stop);
  request.once("close", stop);
}
