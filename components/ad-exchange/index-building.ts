import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DeadLetters } from "../shared/dead-letters";
import { FailureStore } from "../shared/failure-store";
import { PrivateBucket } from "../shared/private-bucket";
import { type ScheduleToLambda, scheduleToLambda } from "../shared/schedule-to-lambda";
import { tableToLambda } from "../shared/table-to-lambda";
import type { AdExchangeSettings } from "./config";
import type { AdExchangeNames } from "./names";
import type { AdExchangeTables } from "./tables";
import type { AdExchangeWorkers } from "./workers";

export interface StoresArgs {
  readonly names: AdExchangeNames;
  readonly settings: AdExchangeSettings;
  readonly account: pulumi.Input<string>;
  readonly region: string;
  /** Encrypts both. */
  readonly key: aws.kms.Key;
}

/** Seconds that a run may wait to begin: until the next one is due, and no longer than Lambda keeps an event. */
export const eventAgeSeconds = ({ everyMinutes }: Pick<AdExchangeSettings["snapshot"], "everyMinutes">): number =>
  Math.min(60 * everyMinutes, 21_600);

/** A letter is hidden for six times as long as a function may take, as AWS advises for queues that feed one. */
const HIDDEN_FUNCTIONS = 6;

/** Where snapshots of the index lie, for so many days: bid handlers read the newest. */
export const snapshotStore = (name: string, args: StoresArgs, opts: pulumi.ComponentResourceOptions): PrivateBucket =>
  new PrivateBucket(
    `${name}-snapshots`,
    {
      name: pulumi.output(args.account).apply((id) => args.names.bucket("snapshots", id, args.region)),
      expireDays: args.settings.snapshot.keptDays,
      key: args.key,
    },
    opts,
  );

/** What the indexer gave up on, whole. */
export function indexerFailures(name: string, args: StoresArgs, opts: pulumi.ComponentResourceOptions): FailureStore {
  const { names, settings, account, region, key } = args;
  const { keptDays, letterDays, timeoutSeconds } = settings.indexer;
  return new FailureStore(
    `${name}-failures`,
    {
      bucketName: pulumi.output(account).apply((id) => names.bucket("failed", id, region)),
      queueName: names.letters,
      ...{ account, key, keptDays, letterDays },
      hiddenSeconds: HIDDEN_FUNCTIONS * timeoutSeconds,
    },
    opts,
  );
}

export interface IndexBuildingArgs {
  readonly names: AdExchangeNames;
  readonly settings: AdExchangeSettings;
  readonly key: aws.kms.Key;
  readonly tables: AdExchangeTables;
  readonly workers: AdExchangeWorkers;
  readonly failures: FailureStore;
}

export interface IndexBuilding extends ScheduleToLambda {
  readonly mapping: aws.lambda.EventSourceMapping;
  /** Runs that failed. */
  readonly failed: DeadLetters;
}

/** What keeps the index fresh: each change of a campaign as it happens, and all of them every so many minutes. */
export function indexBuilding(
  name: string,
  args: IndexBuildingArgs,
  opts: pulumi.ComponentResourceOptions,
): IndexBuilding {
  const { names, settings, key, tables, workers, failures } = args;
  const { indexer, snapshot } = settings;
  const mapping = tableToLambda(
    `${name}-campaign-changes`,
    {
      from: { table: tables.campaigns, key },
      to: workers.indexer,
      batchSize: indexer.batchSize,
      windowSeconds: indexer.windowSeconds,
      parallelization: indexer.parallelization,
      failures: {
        kept: failures,
        retryAttempts: indexer.retryAttempts,
        maximumAgeSeconds: indexer.maximumAgeSeconds,
      },
    },
    opts,
  );
  const failed = new DeadLetters(`${name}-snapshot-failures`, { name: names.snapshotFailures }, opts);
  const schedule = scheduleToLambda(
    `${name}-snapshot-schedule`,
    {
      ruleName: names.snapshotRule,
      description: "When an index of campaigns is built",
      everyMinutes: snapshot.everyMinutes,
      to: workers.snapshot,
      failures: {
        failed,
        retryAttempts: 0, // the next run is the retry
        maximumEventAgeSeconds: eventAgeSeconds(snapshot),
        undeliveredName: names.snapshotUndelivered,
      },
    },
    opts,
  );
  return { mapping, failed, ...schedule };
}
