import * as pulumi from "@pulumi/pulumi";
import type { Lambda } from "./lambda";
import { LASTING, type Reading, type Signal, type Subject } from "./signals";

const onFunction = (fn: Lambda, subject: Subject, reading: Reading): Signal => ({
  ...subject,
  ...reading,
  namespace: "AWS/Lambda",
  dimensions: { FunctionName: fn.function.name },
});

const RETRIED = "Invocations failed; Lambda retries them. Read the function's log.";
const WAITING = "The reserved concurrency was used up; events wait. Raise it when this lasts.";
const LOST = "A failed event could not be put in the failure queue: it is lost here, replay it from the archive.";

/**
 * @param above failed invocations a minute that may pass: 0, unless what invokes the function has its own account of failures
 * @param says what it means where nothing retries by itself
 */
export const errorsIn = (subject: string, fn: Lambda, above = 0, says = RETRIED): Signal =>
  onFunction(fn, { name: `errors-${subject}`, chart: "Errors", says }, { metric: "Errors", statistic: "Sum", above });

/** @param says what it means where nothing waits */
export const throttlesOf = (subject: string, fn: Lambda, says = WAITING): Signal =>
  onFunction(
    fn,
    { name: `throttles-${subject}`, chart: "Throttles", says },
    { metric: "Throttles", statistic: "Sum", above: 0 },
  );

export const slownessOf = (subject: string, fn: Lambda, milliseconds: number): Signal =>
  onFunction(
    fn,
    {
      name: `slowness-${subject}`,
      chart: "Duration p99 (ms)",
      says: `One invocation in a hundred takes over ${milliseconds} ms.`,
    },
    { metric: "Duration", statistic: "p99", above: milliseconds },
  );

export const ageOfEventsFor = (subject: string, fn: Lambda, seconds: number): Signal =>
  onFunction(
    fn,
    {
      name: `age-${subject}`,
      chart: "Age of events (ms)",
      says: `Events wait over ${seconds} s for the function: throttles, retries, or more load than it can take.`,
    },
    { metric: "AsyncEventAge", statistic: "Maximum", above: seconds * 1000 },
  );

export const eventsDroppedBy = (subject: string, fn: Lambda): Signal =>
  onFunction(
    fn,
    {
      name: `dropped-${subject}`,
      chart: "Events given up",
      says: "Events left the function's queue without success: they are in its failure queue. Redrive them.",
    },
    { metric: "AsyncEventsDropped", statistic: "Sum", above: 0 },
  );

/** @param says what is left of it where there is no archive */
export const lossesOf = (subject: string, fn: Lambda, says = LOST): Signal =>
  onFunction(
    fn,
    { name: `losses-${subject}`, chart: "Losses", says },
    { metric: "DestinationDeliveryFailures", statistic: "Sum", above: 0 },
  );

/** How old the last record of a batch was when the function got it. */
export const lagOf = (subject: string, fn: Lambda, milliseconds: number): Signal =>
  onFunction(
    fn,
    {
      name: `lag-${subject}`,
      chart: "Age of records (ms)",
      says: `The function gets records over ${milliseconds} ms after they came: it is too slow, throttled, or retries a batch.`,
    },
    { metric: "IteratorAge", statistic: "Maximum", above: milliseconds, lasting: LASTING },
  );

/** @param share of the reserved concurrency, 0 to 1 */
export const crowdingOf = (subject: string, fn: Lambda, reserved: number, share: number): Signal =>
  onFunction(
    fn,
    {
      name: `crowding-${subject}`,
      chart: "Environments at work",
      says: `Over ${Math.round(share * 100)} % of the ${reserved} reserved environments work at once: soon there are throttles.`,
    },
    { metric: "ConcurrentExecutions", statistic: "Maximum", above: reserved * share },
  );

/**
 * What a function counts itself, by metrics that it writes to its log (functions/shared/metrics.ts).
 * @param service as the function names it
 */
export const countedBy = (
  fn: Lambda,
  { namespace, service }: { readonly namespace: string; readonly service: string },
  subject: Subject,
  reading: Reading,
): Signal => ({
  ...onFunction(fn, subject, reading),
  namespace,
  dimensions: { service, FunctionName: fn.function.name },
});

/** Of the alias whose environments are kept ready: AWS counts these by function and alias. */
const onReady = (fn: Lambda, subject: Subject, reading: Reading): Signal => {
  const { function: of, alias } = fn;
  const signal = onFunction(fn, subject, reading);
  return alias
    ? { ...signal, dimensions: { FunctionName: of.name, Resource: pulumi.interpolate`${of.name}:${alias.name}` } }
    : signal;
};

/** @param share of the environments that are kept ready, 0 to 1 */
export const busynessOf = (subject: string, fn: Lambda, share: number): Signal =>
  onReady(
    fn,
    {
      name: `ready-busy-${subject}`,
      chart: "Ready environments in use",
      says: `Over ${Math.round(share * 100)} % of the environments that are kept ready work: scaling does not follow, or is at its most.`,
    },
    { metric: "ProvisionedConcurrencyUtilization", statistic: "Maximum", above: share, lasting: LASTING },
  );

/** @param above invocations a minute that met no ready environment */
export const spilloverOf = (subject: string, fn: Lambda, above: number): Signal =>
  onReady(
    fn,
    {
      name: `spillover-${subject}`,
      chart: "Invocations beyond the ready environments",
      says: "Invocations go to environments that start for them: the first of each is slow. Keep more ready, or earlier.",
    },
    { metric: "ProvisionedConcurrencySpilloverInvocations", statistic: "Sum", above },
  );
