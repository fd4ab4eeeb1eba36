/** Where the exchange counts: one namespace, one service; the dimension FunctionName tells functions and stacks apart. */
export const METRICS = { namespace: "Sluice/AdExchange", service: "ad-exchange" } as const;

/**
 * What the bid handler counts, with a resolution of one second: AWS/Lambda's own figures are per minute. `NoBids` is counted
 * as a whole and by the dimension `reason`, a key of `NO_BID`; `RefusedRequests` by that dimension alone, one of `REFUSALS`.
 */
export const BID_HANDLER_METRICS = {
  /** Milliseconds from the bytes of a request to those of its answer. */
  decision: "DecisionMilliseconds",
  requests: "BidRequests",
  bids: "Bids",
  noBids: "NoBids",
  /** Requests that nothing was decided about: 400, 403, 413 and 415. None of them is among the `NoBids`. */
  refused: "RefusedRequests",
  /** Of them, those answered with 400 or 413. */
  malformed: "Malformed",
  /** Seconds since what the index has last heard of campaigns. */
  indexAge: "IndexAgeSeconds",
  /** Answers of others that came after their deadline, or never: whoever fails is counted here too. */
  lateAnswers: "LateAnswers",
} as const;

/** What the other functions count and alarms read, as they name it. */
export const OTHER_METRICS = {
  /** Milliseconds since the newest snapshot was begun, when the next one is. */
  snapshotAge: "SnapshotAge",
  /** Campaigns that a snapshot leaves out. */
  snapshotRefused: "SnapshotRefused",
  /** Changes that bid handlers could not be told. */
  changesFailed: "ChangesFailed",
  /** Tokens that could not be judged for a failure of ours. */
  authorizerFailures: "AuthorizerFailures",
} as const;
