import { LASTING, type Reading, type Signal, type Subject } from "../shared/signals";
import type { Chart } from "../shared/watch";
import type { AccessLogs, Counter } from "./access-logs";
import type { Edge } from "./edge";
import type { EdgeAlarms } from "./edge-config";
import type { Guard } from "./guard";

export interface EdgeSignalsArgs {
  readonly edge: Pick<Edge, "api" | "stage" | "logs">;
  readonly guard: Pick<Guard, "webAcl">;
  readonly alarms: EdgeAlarms;
  readonly region: string;
}

/** As API Gateway names the method in its metrics, which it publishes by method where `metricsEnabled` says so. */
const AUCTION = { Method: "POST", Resource: "/openrtb2/auction" };

/** Everything that is watched of the edge. What only the access log tells is left out where the gateway may not log. */
export const edgeSignals = (args: EdgeSignalsArgs): Signal[] => [
  ...ratesOf(args),
  ...timesOf(args),
  ...(args.edge.logs ? refusalsIn(args.edge.logs, args.alarms) : []),
  blocksBy(args),
];

const onGateway = (
  { edge }: Pick<EdgeSignalsArgs, "edge">,
  more: Readonly<Record<string, string>>,
  subject: Subject,
  reading: Reading,
): Signal => ({
  ...subject,
  ...reading,
  namespace: "AWS/ApiGateway",
  dimensions: { ApiName: edge.api.name, Stage: edge.stage.stageName, ...more },
});

/** The metrics count 1 for a request that failed and 0 for one that did not, so their average is the rate. */
function ratesOf(args: EdgeSignalsArgs): Signal[] {
  const rate = (metric: string, name: string, abovePercent: number, says: string) =>
    onGateway(
      args,
      {},
      { name, chart: "Share of failed requests", says },
      { metric, statistic: "Average", above: abovePercent / 100, lasting: LASTING },
    );
  const { serverErrorPercent, clientErrorPercent } = args.alarms;
  return [
    rate(
      "5XXError",
      "server-errors-edge",
      serverErrorPercent,
      "The exchange fails: a function threw, took too long, or the authorizer could not decide. Read the access log by its error.",
    ),
    rate(
      "4XXError",
      "client-errors-edge",
      clientErrorPercent,
      "Many requests are refused: a token ran out, requests are malformed, or a caller asks more than its tier.",
    ),
  ];
}

function timesOf(args: EdgeSignalsArgs): Signal[] {
  const slow = (metric: string, name: string, milliseconds: number, says: string) =>
    onGateway(
      args,
      AUCTION,
      { name, chart: "Auctions, p99 (ms)", says: `One auction in a hundred takes over ${milliseconds} ms ${says}` },
      { metric, statistic: "p99", above: milliseconds },
    );
  const { slowMilliseconds, slowIntegrationMilliseconds } = args.alarms;
  return [
    slow(
      "Latency",
      "slow-auctions-edge",
      slowMilliseconds,
      "at the gateway: compare the time behind it, and the authorizer's.",
    ),
    slow(
      "IntegrationLatency",
      "slow-integration-edge",
      slowIntegrationMilliseconds,
      "behind the gateway: cold starts, no provisioned concurrency left, or a decision that waits.",
    ),
  ];
}

function refusalsIn({ counters }: AccessLogs, { throttledPerMinute }: EdgeAlarms): Signal[] {
  return [
    countedIn(
      counters.throttled,
      {
        name: "throttled-edge",
        chart: "Refused by rate",
        says: "Callers ask more than their tier or the stage takes, and are answered 429. The access log names them.",
      },
      throttledPerMinute,
    ),
    // Not the function's own errors: AWS/Lambda counts as one every caller that it answers 401, so anybody could ring that bell.
    countedIn(
      counters.authorizerFailed,
      {
        name: "authorizer-failed-edge",
        chart: "Authorizer failures",
        says: "The authorizer could not decide, and callers with good tokens are answered 500: look at its table and its issuers.",
      },
      0,
    ),
  ];
}

const countedIn = ({ metric, namespace }: Counter, subject: Subject, above: number): Signal => ({
  ...subject,
  metric,
  namespace,
  dimensions: {},
  statistic: "Sum",
  above,
});

const blocksBy = ({ guard, region, alarms }: EdgeSignalsArgs): Signal => ({
  name: "blocked-edge",
  chart: "Refused by the firewall",
  says: "The firewall refuses many requests: an attack, or a good caller that it takes for one. Its log says by which rule.",
  namespace: "AWS/WAFV2",
  metric: "BlockedRequests",
  dimensions: {
    WebACL: guard.webAcl.visibilityConfig.apply(({ metricName }) => metricName),
    Region: region,
    Rule: "ALL",
  },
  statistic: "Sum",
  above: alarms.blockedPerMinute,
});

/** Of every hundred reads of a campaign, how many the edge's cache answered. No alarm: a cold cache is no failure. */
export const cacheChart = ({ api, stage }: Pick<Edge, "api" | "stage">): Chart => {
  const of = (metric: string, id: string) => [
    ...["AWS/ApiGateway", metric, "ApiName", api.name, "Stage", stage.stageName],
    { id, stat: "Sum", visible: false },
  ];
  return {
    title: "Campaigns answered by the cache (%)",
    metrics: [
      [{ expression: "100*hits/(hits+misses)", label: "answered by the cache", id: "ratio" }],
      of("CacheHitCount", "hits"),
      of("CacheMissCount", "misses"),
    ],
  };
};
