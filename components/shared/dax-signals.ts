import type { DaxCache } from "./dax";
import { LASTING, type Reading, type Signal, type Subject } from "./signals";

const onCluster = ({ cluster }: DaxCache, subject: Subject, reading: Reading): Signal => ({
  ...subject,
  ...reading,
  namespace: "AWS/DAX",
  dimensions: { ClusterId: cluster.clusterName },
});

/** What is watched of a cache (DAX, "Viewing DAX metrics and dimensions"): of a cluster, its nodes together. */
export const daxSignals = (
  subject: string,
  cache: DaxCache,
  limits: { readonly cpuPercent: number; readonly evictedBytes: number },
): Signal[] => [
  onCluster(
    cache,
    {
      name: `dax-cpu-${subject}`,
      chart: "DAX: CPU (%)",
      says: `The cache works at over ${limits.cpuPercent} % of its CPU. Add nodes, which share reads.`,
    },
    { metric: "CPUUtilization", statistic: "Average", above: limits.cpuPercent, lasting: LASTING },
  ),
  onCluster(
    cache,
    {
      name: `dax-errors-${subject}`,
      chart: "DAX: errors",
      says: "Callers ask the cache for what it may not or cannot do. Read the function's log.",
    },
    { metric: "ErrorRequestCount", statistic: "Sum", above: 0, lasting: LASTING },
  ),
  onCluster(
    cache,
    {
      name: `dax-faults-${subject}`,
      chart: "DAX: errors",
      says: "The cache fails by itself (HTTP 500): a node is down or restarts. Readers ask another one.",
    },
    { metric: "FaultRequestCount", statistic: "Sum", above: 0 },
  ),
  onCluster(
    cache,
    {
      name: `dax-throttles-${subject}`,
      chart: "DAX: errors",
      says: "The cache refuses requests: more than a node takes. Add nodes, or take a larger type.",
    },
    { metric: "ThrottledRequestCount", statistic: "Sum", above: 0 },
  ),
  onCluster(
    cache,
    {
      name: `dax-evictions-${subject}`,
      chart: "DAX: evicted (bytes)",
      says: "The cache drops items before their time for lack of memory. Take a larger type, or shorter times to live.",
    },
    { metric: "EvictedSize", statistic: "Sum", above: limits.evictedBytes, lasting: LASTING },
  ),
];
