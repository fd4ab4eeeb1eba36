import type * as pulumi from "@pulumi/pulumi";
import { BY_TYPE, BY_USER, BY_VISITOR } from "../../functions/clickstream/adapters/tables";
import type { CollectorEnv } from "../../functions/clickstream/collector/env";
import type { ProcessingEnv } from "../../functions/clickstream/processing/env";
import type { ReaderEnv } from "../../functions/clickstream/reader/env";
import { type EnvOf, Lambda } from "../shared/lambda";
import { capitalised } from "../shared/names";
import type { Network } from "../shared/network";
import {
  checksItemsOf,
  deletesItemsFrom,
  describes,
  getsItemsFrom,
  putsItemsIn,
  putsTo,
  queries,
  queriesIndex,
  readsParameter,
  together,
  updatesItemsIn,
  writesBatchesIn,
} from "../shared/verbs";
import type { ClickstreamSettings } from "./config";
import type { Intake } from "./intake";
import type { ClickstreamNames, Worker } from "./names";
import type { ClickstreamParameters } from "./parameters";
import type { ClickstreamTables } from "./tables";

export interface WorkersArgs {
  readonly names: ClickstreamNames;
  readonly settings: ClickstreamSettings;
  readonly network: Network;
  readonly logRetentionDays: number;
  readonly intake: Intake;
  readonly tables: ClickstreamTables;
  readonly parameters: ClickstreamParameters;
}

export type ClickstreamWorkers = Readonly<Record<Worker, Lambda>>;

const DESCRIPTIONS: Readonly<Record<Worker, string>> = {
  collector: "Takes events in and puts them into the stream",
  processing: "Stores events and the sessions they make",
  reader: "Answers what is known of a visitor, and erases it",
};

/** The three functions; what each may do is what its environment names. The one that anybody may call can read nothing. */
export function clickstreamWorkers(
  name: string,
  args: WorkersArgs,
  opts: pulumi.ComponentResourceOptions,
): ClickstreamWorkers {
  return {
    collector: worker<CollectorEnv>(name, "collector", collectorEnv(args), args, opts),
    processing: worker<ProcessingEnv>(name, "processing", processingEnv(args), args, opts),
    reader: worker<ReaderEnv>(name, "reader", readerEnv(args), args, opts),
  };
}

const collectorEnv = ({ intake, parameters }: WorkersArgs): EnvOf<CollectorEnv> => ({
  STREAM_ARN: together(putsTo(intake), describes(intake)),
  WRITE_KEYS_PARAMETER: readsParameter(parameters.writeKeys),
  ORIGINS_PARAMETER: readsParameter(parameters.origins),
});

/** An event is one transaction: what it needs of each table are the rights of its parts. */
const processingEnv = ({ tables, parameters }: WorkersArgs): EnvOf<ProcessingEnv> => ({
  EVENTS_TABLE: putsItemsIn(tables.events),
  SESSIONS_TABLE: together(
    getsItemsFrom(tables.sessions),
    queries(tables.sessions),
    checksItemsOf(tables.sessions),
    putsItemsIn(tables.sessions),
    updatesItemsIn(tables.sessions),
    deletesItemsFrom(tables.sessions),
  ),
  IDS_TABLE: together(getsItemsFrom(tables.ids), putsItemsIn(tables.ids)),
  LINKS_TABLE: together(getsItemsFrom(tables.links), putsItemsIn(tables.links)),
  QUARANTINE_TABLE: putsItemsIn(tables.quarantine),
  POLICY_PARAMETER: readsParameter(parameters.policy),
});

/** Reads, and what erasure does: batches that delete, and that leave message ids behind without what they were of. */
const readerEnv = ({ tables, parameters }: WorkersArgs): EnvOf<ReaderEnv> => ({
  EVENTS_TABLE: together(queries(tables.events), queriesIndex(tables.events, BY_TYPE), writesBatchesIn(tables.events)),
  SESSIONS_TABLE: together(
    getsItemsFrom(tables.sessions),
    queries(tables.sessions),
    updatesItemsIn(tables.sessions),
    writesBatchesIn(tables.sessions),
  ),
  IDS_TABLE: writesBatchesIn(tables.ids),
  LINKS_TABLE: together(
    getsItemsFrom(tables.links),
    queriesIndex(tables.links, BY_USER),
    deletesItemsFrom(tables.links),
  ),
  QUARANTINE_TABLE: together(queriesIndex(tables.quarantine, BY_VISITOR), deletesItemsFrom(tables.quarantine)),
  ACCESS_KEYS_PARAMETER: readsParameter(parameters.accessKeys),
  POLICY_PARAMETER: readsParameter(parameters.policy),
});

function worker<Env extends Record<string, string>>(
  name: string,
  noun: Worker,
  env: EnvOf<Env>,
  { names, settings, network, logRetentionDays }: WorkersArgs,
  opts: pulumi.ComponentResourceOptions,
): Lambda {
  return new Lambda<Env>(
    `${name}-${noun}`,
    {
      names: names.workers[noun],
      description: DESCRIPTIONS[noun],
      entry: `functions/clickstream/${noun}/index.ts`,
      env,
      ...settings[noun],
      network,
      logRetentionDays,
      type: capitalised(noun),
    },
    opts,
  );
}
