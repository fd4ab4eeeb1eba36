import type { BidRequest } from "../domain/openrtb/bid-request";
import type { Deadlines, Port } from "./settings";

/**
 * Until when the answer has to be on its way, milliseconds since the epoch: `tmax` includes the network both ways, [3.2.1],
 * and counts from when the request came in, not from when it was taken up.
 */
export function deadlineOf({ tmax }: Pick<BidRequest, "tmax">, receivedAt: number, deadlines: Deadlines): number {
  const { defaultMilliseconds, mostMilliseconds, networkMilliseconds } = deadlines;
  return receivedAt + Math.min(tmax ?? defaultMilliseconds, mostMilliseconds) - networkMilliseconds;
}

/**
 * Until when a port may answer: its own time from now on, and never into what is kept for the answer. Seats outside leave
 * budgets their time as well, or half of what there is: else one slow seat would be the end of every campaign's sale.
 */
export function portDeadline(port: Port, now: number, deadline: number, deadlines: Deadlines): number {
  const { answerMilliseconds, ports } = deadlines;
  const left = deadline - answerMilliseconds - now;
  const may = port === "demand" ? Math.max(left - ports.budgets, left / 2) : left;
  return now + Math.min(ports[port], may);
}
