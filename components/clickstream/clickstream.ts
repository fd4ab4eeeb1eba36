import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../shared/names";
import type { Network } from "../shared/network";
import { type Operations, operations } from "../shared/operations";
import { streamToLambda } from "../shared/stream-to-lambda";
import { tagged } from "../shared/tags";
import { type Watch, watch } from "../shared/watch";
import type { ClickstreamSettings } from "./config";
import { clickstreamEntrance, type Entrance } from "./entrance";
import { clickstreamIntake, type Intake } from "./intake";
import { type ClickstreamNames, clickstreamNames } from "./names";
import { type ClickstreamParameters, clickstreamParameters } from "./parameters";
import { clickstreamSignals } from "./signals";
import { type ClickstreamTables, clickstreamTables } from "./tables";
import { type ClickstreamWorkers, clickstreamWorkers } from "./workers";

export interface ClickstreamArgs {
  readonly names: Names;
  readonly settings: ClickstreamSettings;
  /** Holds the load balancer and the functions. */
  readonly network: Network;
  /** One that CloudWatch Logs takes. */
  readonly logRetentionDays: number;
  /** Days a deleted KMS key can still be restored: 7 to 30. */
  readonly keyDeletionDays: number;
  /** Gets alarms by e-mail, once it has confirmed the subscription. */
  readonly notificationEmail: string;
  /** Id of the account that is deployed to. */
  readonly account: pulumi.Input<string>;
  readonly region: string;
}

/**
 * Events of web and mobile clients, by Segment's HTTP tracking API, flow through an internal load balancer into a stream and from there,
 * each exactly once, into tables of events and sessions. Cost follows events: eleven write units and a KB of stream each; idle it is the
 * load balancer, the shards and the network. What is taken in is durable before it is answered; what cannot be read is put aside whole, and
 * what cannot be stored waits, whole, in a bucket to be redriven.
 */
export class Clickstream extends pulumi.ComponentResource {
  readonly names: ClickstreamNames;
  readonly intake: Intake;
  readonly tables: ClickstreamTables;
  readonly parameters: ClickstreamParameters;
  readonly workers: ClickstreamWorkers;
  readonly entrance: Entrance;
  readonly mapping: aws.lambda.EventSourceMapping;
  readonly operations: Operations;
  readonly watch: Watch;

  constructor(name: string, args: ClickstreamArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super(
      "sluice:clickstream:Clickstream",
      name,
      {},
      {
        ...opts,
        transformations: [...(opts.transformations ?? []), tagged({ System: name, Service: "Clickstream" })],
      },
    );
    const { settings, network } = args;
    const parent = { parent: this };
    this.names = clickstreamNames(args.names, name);
    const common = { ...args, names: this.names };

    this.intake = clickstreamIntake(name, common, parent);
    this.tables = clickstreamTables(name, { names: this.names, capacity: settings.capacity }, parent);
    this.parameters = clickstreamParameters(name, common, parent);
    const { intake, tables, parameters } = this;
    this.workers = clickstreamWorkers(name, { ...common, network, intake, tables, parameters }, parent);

    this.entrance = clickstreamEntrance(name, { ...common, ...this.workers }, parent);
    this.mapping = streamToLambda(
      `${name}-processing-stream`,
      {
        from: intake,
        to: this.workers.processing,
        batchSize: settings.batchSize,
        windowSeconds: settings.batchWindowSeconds,
        parallelization: settings.parallelization,
        failures: {
          kept: intake.failures,
          retryAttempts: settings.retryAttempts,
          maximumAgeSeconds: settings.maximumAgeSeconds,
        },
      },
      parent,
    );
    this.operations = operations(name, common, parent);
    this.watch = watch(
      name,
      {
        signals: clickstreamSignals(this, settings),
        topic: this.operations.topic,
        alarmName: (signal) => this.names.alarm(signal.name),
        dashboardName: this.names.dashboard,
        region: args.region,
      },
      parent,
    );
    this.registerOutputs({ streamName: intake.stream.name, address: this.entrance.loadBalancer.dnsName });
  }
}
