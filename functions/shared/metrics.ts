import { MetricUnit, Metrics as PowertoolsMetrics } from "@aws-lambda-powertools/metrics";

/** The figures of one invocation. */
export interface Figures {
  /** Counts by metric name. */
  readonly counts: Readonly<Record<string, number>>;
  /** Durations in milliseconds by metric name. */
  readonly milliseconds: Readonly<Record<string, number>>;
  /** A closed set only: every value is a metric of its own, and billed as one. */
  readonly reason?: string;
}

/** Where figures go. */
export interface Metrics {
  record(figures: Figures): void;
}

/**
 * Embedded-metric-format lines, one per invocation (CloudWatch user guide, "Embedding metrics within logs").
 * Dimensions: `service` and `FunctionName` (as in AWS/Lambda, so that an alarm takes it from the function), which keeps
 * environments in one account apart. Figures that carry a reason are counted under it as well.
 */
export class EmbeddedMetrics implements Metrics {
  private readonly metrics: PowertoolsMetrics;

  constructor(namespace: string, service: string, functionName: string) {
    const defaultDimensions = { FunctionName: functionName };
    this.metrics = new PowertoolsMetrics({ namespace, serviceName: service, defaultDimensions });
  }

  record({ counts, milliseconds, reason }: Figures): void {
    // The empty set stands for the defaults alone: without it only the figures by reason would remain.
    if (reason !== undefined) this.metrics.addDimensions({}).addDimensions({ reason });
    for (const [name, value] of Object.entries(counts)) this.metrics.addMetric(name, MetricUnit.Count, value);
    for (const [name, value] of Object.entries(milliseconds)) {
      this.metrics.addMetric(name, MetricUnit.Milliseconds, value);
    }
    this.metrics.publishStoredMetrics();
  }
}
