import type { Answer } from "../../functions/ad-exchange/bid-handler/call";
import type { Exchange } from "../../functions/ad-exchange/bid-handler/exchange";
import type { Measured } from "../../functions/ad-exchange/bid-handler/meter";
import { ANSWER, READ, Stopwatch } from "../../functions/ad-exchange/bid-handler/stopwatch";
import { readBidRequest } from "../../functions/ad-exchange/domain/openrtb/read-bid-request";

const answer = (status: 204 | 400 | 413, outcome: Answer["outcome"]): Answer => ({
  ...{ status, body: "", outcome, bids: 0 },
});
const NOTHING = answer(204, "noDemand");
const MALFORMED = answer(400, "malformed");
const TOO_LARGE = answer(413, "tooLarge");

/** Reads and checks requests and never bids: what is left of a server's cost is everything but the decision. */
export const withoutMatching = (record: (measured: Measured) => void): Pick<Exchange, "answer"> => ({
  answer({ body }) {
    const watch = new Stopwatch(() => performance.now());
    const read = readBidRequest(body);
    watch.lap(READ);
    const { outcome, ...rest } = read.ok ? NOTHING : read.status === 413 ? TOO_LARGE : MALFORMED;
    watch.lap(ANSWER);
    record({ outcome, bids: 0, late: 0, stages: watch.times });
    return Promise.resolve({ outcome, ...rest });
  },
});
