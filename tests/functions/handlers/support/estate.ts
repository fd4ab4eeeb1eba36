import { DynamoAlertBook } from "../../../../functions/market-data/adapters/alert-book";
import { DynamoAuditTrail } from "../../../../functions/market-data/adapters/audit-trail";
import { DynamoEnrichmentStore } from "../../../../functions/market-data/adapters/enrichment-store";
import type { OutgoingEvent } from "../../../../functions/market-data/adapters/event-bus";
import { DynamoEventStore } from "../../../../functions/market-data/adapters/event-store";
import { DynamoTickSeries } from "../../../../functions/market-data/adapters/tick-series";
import { type AlertRule, parseAlertRules } from "../../../../functions/market-data/domain/alert-rule";
import { conditionedBy } from "../../../../functions/market-data/domain/conditions";
import { DEFAULT_TUNABLES, type Tunables } from "../../../../functions/market-data/domain/tunables";
import { ingest } from "../../../../functions/market-data/ingestion/ingestion";
import { notify } from "../../../../functions/market-data/notification/notification";
import { processEvent } from "../../../../functions/market-data/processing/processing";
import type { InvocationContext, StageName } from "../../../../functions/market-data/stage/attempt";
import { INGESTION_SOURCE, PROCESSING_SOURCE } from "../../../../functions/market-data/stage/details";
import type { Envelope } from "../../../../functions/market-data/stage/envelope";
import { type Handler, runStage, type StageWorld } from "../../../../functions/market-data/stage/run-stage";
import { FakeBus, FakeLog, FakeMetrics, FakeTopic, ManualClock } from "./fakes";
import { TinyDynamo } from "./tiny-dynamo";

export interface EstateOptions {
  readonly tunables?: Partial<Tunables>;
  readonly rules?: readonly object[];
}

export interface EnvelopeOptions {
  readonly id?: string;
  readonly source?: string;
  readonly time?: string;
  readonly replayName?: string;
}

const TABLES = { events: "events", series: "series", audit: "audit", alerts: "alerts" };

/** The three stages as they are, on tables in memory; what they publish waits here for the test to pass on. */
export class Estate {
  readonly dynamo = new TinyDynamo()
    .table(TABLES.events, ["eventId", "timestamp"])
    .table(TABLES.series, ["series", "sequence"], { byTime: ["series", "position"] })
    .table(TABLES.audit, ["auditId", "timestamp"])
    .table(TABLES.alerts, ["alert", "episode"]);
  readonly clock = new ManualClock();
  readonly validated = new FakeBus();
  readonly alerts = new FakeBus();
  readonly topic = new FakeTopic();
  readonly log = new FakeLog();
  readonly metrics = new FakeMetrics();
  tunables: Tunables;
  rules: readonly AlertRule[];
  remainingMs = 30_000;
  private envelopes = 0;
  private invocations = 0;
  private readonly handlers: Record<StageName, Handler>;

  constructor({ tunables = {}, rules = [] }: EstateOptions = {}) {
    this.tunables = { ...DEFAULT_TUNABLES, allowedSources: ["exchange.*"], ...tunables };
    this.rules = parseAlertRules(JSON.stringify(rules));
    this.handlers = {
      ingestion: this.stage("ingestion", ingest, () => this.ingestionWorld()),
      processing: this.stage("processing", processEvent, () => this.processingWorld()),
      notification: this.stage("notification", notify, () => this.notificationWorld()),
    };
  }

  /** A raw event as the bus delivers it; its time is the clock's, whole seconds. */
  raw(detail: unknown, options: EnvelopeOptions = {}): Envelope {
    return this.envelope("MarketData.Raw", options.source ?? "exchange.xnas", detail, options);
  }

  /** A derived event as the bus delivers it. */
  derived({ detailType, detail }: OutgoingEvent): Envelope {
    const source = detailType === "MarketData.Validated" ? INGESTION_SOURCE : PROCESSING_SOURCE;
    return this.envelope(detailType, source, detail, {});
  }

  invoke(stage: StageName, input: unknown, awsRequestId = `request-${++this.invocations}`): ReturnType<Handler> {
    const context: InvocationContext = {
      awsRequestId,
      functionName: `lambda-${stage}`,
      getRemainingTimeInMillis: () => this.remainingMs,
    };
    return this.handlers[stage](input, context);
  }

  /** Ingests one raw event. */
  ingest(detail: unknown, options: EnvelopeOptions = {}): ReturnType<Handler> {
    return this.invoke("ingestion", this.raw(detail, options));
  }

  /** Passes on everything that waits, until nothing does. */
  async settle(): Promise<void> {
    for (;;) {
      const [validated, alerts] = [this.validated.take(), this.alerts.take()];
      if (validated.length + alerts.length === 0) return;
      for (const event of validated) await this.invoke("processing", this.derived(event));
      for (const event of alerts) await this.invoke("notification", this.derived(event));
    }
  }

  /** Audit rows of a stage as `status`, in the order of event and time. */
  statuses(stage: StageName): string[] {
    return this.dynamo.rows("audit").flatMap((row) => (row.stage === stage ? [row.status] : []));
  }

  /** Episodes, without the items that only keep count. */
  episodes() {
    return this.dynamo.rows("alerts").filter((row) => row.status !== undefined);
  }

  private envelope(type: string, source: string, detail: unknown, options: EnvelopeOptions): Envelope {
    return {
      id: options.id ?? `envelope-${++this.envelopes}`,
      source,
      "detail-type": type,
      time: options.time ?? `${new Date(this.clock.now()).toISOString().slice(0, 19)}Z`,
      detail: JSON.parse(JSON.stringify(detail ?? null)),
      ...(options.replayName === undefined ? {} : { "replay-name": options.replayName }),
    };
  }

  private stage<World extends StageWorld>(
    name: StageName,
    decide: Parameters<typeof runStage<World>>[0]["decide"],
    world: () => World,
  ): Handler {
    const { log, metrics, clock } = this;
    return runStage({ name, decide, world: async () => ({ value: world() }), log, metrics, clock });
  }

  private ingestionWorld() {
    const { dynamo, clock, tunables, validated: bus } = this;
    const events = new DynamoEventStore(dynamo.client, TABLES, () => Math.ceil(clock.now() / 1_000) + 604_800);
    return { audit: this.audit(), events, bus, tunables, clock };
  }

  private processingWorld() {
    const { dynamo, clock, alerts: bus } = this;
    const tunables = conditionedBy(this.rules, this.tunables);
    const series = new DynamoTickSeries(dynamo.client, TABLES.series);
    return {
      audit: this.audit(),
      series,
      events: new DynamoEnrichmentStore(dynamo.client, TABLES),
      bus,
      tunables,
      clock,
    };
  }

  private notificationWorld() {
    const { dynamo, clock, tunables, rules, topic } = this;
    const series = new DynamoTickSeries(dynamo.client, TABLES.series);
    return {
      audit: this.audit(),
      series,
      book: new DynamoAlertBook(dynamo.client, TABLES.alerts),
      topic,
      rules,
      tunables,
      clock,
    };
  }

  private audit() {
    return new DynamoAuditTrail(this.dynamo.client, TABLES.audit);
  }
}
