import type { ChildProcess } from "node:child_process";
import { bodies } from "../../../local/exchange/bid-requests";
import type { Bundled } from "../fresh-process";
import { httpRequest, sendAll } from "./http-load";

const ROUNDS = 8;
const REQUESTS = 5_700;
const CONNECTIONS = 64;

/** CPU microseconds a request of a server with matching and of the same without: each the best of rounds that take turns. */
export async function servingCosts(worker: Bundled, snapshot: string): Promise<{ matching: number; without: number }> {
  const servers = [worker.start(["serve", snapshot]), worker.start(["serve", ""])];
  try {
    const urls: string[] = [];
    for (const server of servers) urls.push((await worker.answerOf(server)) as string);
    const best = servers.map(() => Number.POSITIVE_INFINITY);
    const sent = bodies(1, REQUESTS).map(httpRequest);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [at, server] of servers.entries()) {
        await spentBy(worker, server);
        await sendAll(urls[at]!, sent, CONNECTIONS);
        best[at] = Math.min(best[at]!, (await spentBy(worker, server)) / REQUESTS);
      }
    }
    return { matching: best[0]!, without: best[1]! };
  } finally {
    for (const server of servers) server.kill();
  }
}

/** CPU microseconds since it was last asked. */
async function spentBy(worker: Bundled, server: ChildProcess): Promise<number> {
  server.send("cost");
  return (await worker.answerOf(server)) as number;
}
