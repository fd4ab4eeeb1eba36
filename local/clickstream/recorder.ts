import type { HTTPFetchFn } from "@segment/analytics-node";
import { type Exchange, exchangeOf } from "./exchange";

/** Writes down every request of a client and its answer, and changes neither. */
export class Recorder {
  readonly exchanges: Exchange[] = [];

  /** Fetch, as Segment's library takes it for its HTTP client. */
  readonly fetch: HTTPFetchFn = async (url, request) => {
    const started = performance.now();
    const write = (answered: { readonly status: number; readonly body: string } | undefined) =>
      this.exchanges.push(exchangeOf(new URL(url).pathname, request.body, answered, performance.now() - started));
    try {
      const response = await fetch(url, request);
      const { status, statusText, headers } = response;
      const body = await response.text();
      write({ status, body });
      return { status, statusText, headers, text: async () => body };
    } catch (error) {
      write(undefined);
      throw error;
    }
  };
}
