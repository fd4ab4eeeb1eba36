import { Agent as HttpAgent, type IncomingMessage, request as plainRequest } from "node:http";
import { Agent as HttpsAgent, request as securedRequest } from "node:https";
import type { Answered, Target } from "./target";

const MILLISECONDS = 15_000;

/** What a request has beside its body. */
export interface Asked {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer extends Answered {
  readonly headers: IncomingMessage["headers"];
}

/** One host over connections that are kept. Not `fetch`, which costs the sender more than the exchange's own work. */
export class Connections {
  private readonly agent: HttpAgent | HttpsAgent;
  private readonly request: typeof plainRequest;

  /** @param url http or https, perhaps with a path that every request's begins with */
  constructor(private readonly url: string) {
    const isSecured = new URL(url).protocol === "https:";
    const settings = { keepAlive: true, maxSockets: 64 };
    this.agent = isSecured ? new HttpsAgent(settings) : new HttpAgent(settings);
    this.request = isSecured ? securedRequest : plainRequest;
  }

  /** Rejects when there is no answer. */
  ask(path: string, { method = "GET", headers = {}, body = "" }: Asked): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const length = body === "" ? {} : { "content-length": String(Buffer.byteLength(body)) };
      const options = { method, agent: this.agent, timeout: MILLISECONDS, headers: { ...headers, ...length } };
      const sent = this.request(`${this.url}${path}`, options, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.once("error", reject);
        response.once("end", () => {
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, body: Buffer.concat(parts).toString("utf8") });
        });
      });
      sent.once("timeout", () => sent.destroy(new Error(`no answer in ${MILLISECONDS / 1_000} s`)));
      sent.once("error", reject);
      sent.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

export const bearer = (token: string | undefined): Readonly<Record<string, string>> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** @param url of the exchange, without a slash at the end */
export function httpTarget(url: string): Target {
  const connections = new Connections(url);
  const auction = { "content-type": "application/json", "x-openrtb-version": "2.6" };
  return {
    send: (body, token) =>
      connections.ask("/openrtb2/auction", { method: "POST", headers: { ...auction, ...bearer(token) }, body }),
    close: () => connections.close(),
  };
}
