import * as pulumi from "@pulumi/pulumi";
import { DeadLetters } from "../shared/dead-letters";
import { type BusToLambda, busToLambda } from "../shared/edges";
import type { Names } from "../shared/names";
import { tagged } from "../shared/tags";
import { onlyAlarmsPublish } from "../shared/topics";
import { type Watch, watch } from "../shared/watch";
import { busPolicy, DETAIL_TYPES, type MarketDataBus, marketDataBus, OWN_SOURCES } from "./bus";
import type { MarketDataSettings } from "./config";
import { INPUT_OF, type MarketDataNames, marketDataNames, type Stage } from "./names";
import { type MarketDataParameters, marketDataParameters } from "./parameters";
import { marketDataSignals } from "./signals";
import { type MarketDataStages, marketDataStages } from "./stages";
import { type MarketDataTables, marketDataTables } from "./tables";
import { type MarketDataTopics, marketDataTopics, onlyRolePublishes } from "./topics";

export interface MarketDataArgs {
  readonly names: Names;
  readonly settings: MarketDataSettings;
  /** One that CloudWatch Logs takes. */
  readonly logRetentionDays: number;
  /** Days a deleted KMS key can still be restored: 7 to 30. */
  readonly keyDeletionDays: number;
  /** Gets alerts and alarms by e-mail, once it has confirmed both subscriptions. */
  readonly notificationEmail: string;
  /** Id of the account that is deployed to. */
  readonly account: pulumi.Input<string>;
  readonly region: string;
}

/** One stage's way in: the rule and its undelivered queue, and the queue of what the function failed. */
export interface StageEdge extends BusToLambda {
  readonly failed: DeadLetters;
}

/**
 * Market events of several exchanges flow over a bus of their own through three functions: ingestion validates and stores
 * each event once, processing measures windows of its series, notification decides what alerts. Cost follows events:
 * three invocations and some sixteen write units each; idle it is a key and the alarms. An event that fails ends, whole,
 * in the failure queue of its stage; everything is archived for replays.
 */
export class MarketData extends pulumi.ComponentResource {
  readonly names: MarketDataNames;
  readonly bus: MarketDataBus;
  readonly tables: MarketDataTables;
  readonly topics: MarketDataTopics;
  readonly parameters: MarketDataParameters;
  readonly stages: MarketDataStages;
  readonly edges: Readonly<Record<Stage, StageEdge>>;
  readonly watch: Watch;

  constructor(name: string, args: MarketDataArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super(
      "sluice:market-data:MarketData",
      name,
      {},
      {
        ...opts,
        transformations: [...(opts.transformations ?? []), tagged({ System: name, Service: "MarketData" })],
      },
    );
    refuseBadArgs(name, args.settings, this);
    const parent = { parent: this };
    this.names = marketDataNames(args.names, name);
    const common = { ...args, names: this.names };

    this.tables = marketDataTables(name, this.names, parent);
    this.bus = marketDataBus(name, { names: this.names, archiveDays: args.settings.archiveDays }, parent);
    this.topics = marketDataTopics(name, common, parent);
    this.parameters = marketDataParameters(name, { ...common, things: this.things() }, parent);

    const { bus } = this.bus;
    this.stages = marketDataStages(name, { ...common, bus, ...this.nouns() }, parent);
    const publishers = { ingestion: this.stages.ingestion.role, processing: this.stages.processing.role };
    busPolicy(`${name}-bus-policy`, { bus, producers: args.settings.producers, publishers }, parent);
    onlyRolePublishes(`${name}-alerts-topic-policy`, this.topics.alerts, this.stages.notification.role, parent);
    onlyAlarmsPublish(`${name}-operations-topic-policy`, this.topics.operations, args, parent);

    const { sources } = args.settings;
    this.edges = {
      ingestion: this.edge(name, "ingestion", sources, args.settings),
      processing: this.edge(name, "processing", [OWN_SOURCES.ingestion], args.settings),
      notification: this.edge(name, "notification", [OWN_SOURCES.processing], args.settings),
    };
    this.watch = watch(
      name,
      {
        signals: marketDataSignals(this, args.settings.alarms),
        topic: this.topics.operations,
        alarmName: (signal) => this.names.alarm(signal.name),
        dashboardName: this.names.dashboard,
        region: args.region,
      },
      parent,
    );
    this.registerOutputs({ busName: bus.name });
  }

  private things() {
    const { events, series, audit, alerts } = this.tables;
    return {
      eventsTable: events.name,
      seriesTable: series.name,
      auditTable: audit.name,
      alertsTable: alerts.name,
      busName: this.bus.bus.name,
      alertsTopic: this.topics.alerts.arn,
    };
  }

  private nouns() {
    return { tables: this.tables, topics: this.topics, parameters: this.parameters };
  }

  private edge(name: string, stage: Stage, sources: readonly string[], settings: MarketDataSettings): StageEdge {
    const parent = { parent: this };
    const { rule, failures, undelivered } = this.names.stages[stage];
    const failed = new DeadLetters(`${name}-${stage}-failures`, { name: failures }, parent);
    const edge = busToLambda(
      `${name}-${INPUT_OF[stage]}`,
      {
        bus: this.bus.bus,
        ruleName: rule,
        description: `${DETAIL_TYPES[INPUT_OF[stage]]} to ${stage}`,
        sources,
        detailType: DETAIL_TYPES[INPUT_OF[stage]],
        to: this.stages[stage],
        failures: { ...settings, failed, undeliveredName: undelivered },
      },
      parent,
    );
    return { ...edge, failed };
  }
}

/** What the configuration's schema cannot know when a system is built directly. */
function refuseBadArgs(name: string, { sources }: MarketDataSettings, resource: pulumi.Resource): void {
  const refuse = (says: string) => {
    throw new pulumi.ResourceError(`${name}: ${says}`, resource);
  };
  if (sources.length === 0) refuse("sources is empty; give at least one source, or a prefix ending in *.");
  for (const own of Object.values(OWN_SOURCES)) {
    const taken = sources.find(
      (source) => source === own || (source.endsWith("*") && own.startsWith(source.slice(0, -1))),
    );
    if (taken)
      refuse(`sources has ${taken}, which covers ${own}, the system's own source; give the exchanges' sources only.`);
  }
}
