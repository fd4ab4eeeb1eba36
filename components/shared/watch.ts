import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Signal } from "./signals";

export interface WatchArgs {
  readonly signals: readonly Signal[];
  /** Takes the alarms, and the news that they are over. */
  readonly topic: aws.sns.Topic;
  /** Physical name of a signal's alarm. */
  readonly alarmName: (signal: Signal) => string;
  readonly dashboardName: string;
  readonly region: string;
  /** Charts behind the signals' own, of figures that fire nothing; none when left out. */
  readonly charts?: readonly Chart[];
}

/** A chart of figures without an alarm. */
export interface Chart {
  readonly title: string;
  /** Lines as a dashboard's body has them (CloudWatch API reference, "Dashboard body structure and syntax"). */
  readonly metrics: readonly (readonly pulumi.Input<unknown>[])[];
}

export interface Watch {
  readonly alarms: readonly aws.cloudwatch.MetricAlarm[];
  readonly dashboard: aws.cloudwatch.Dashboard;
}

const PERIOD_SECONDS = 60;

/** One alarm a signal, and one dashboard that charts them all with their thresholds. An alarm costs $0.10 a month. */
export function watch(name: string, args: WatchArgs, opts: pulumi.CustomResourceOptions): Watch {
  const alarms = args.signals.map((signal) => alarm(`${name}-${signal.name}-alarm`, signal, args, opts));
  const dashboard = new aws.cloudwatch.Dashboard(
    `${name}-dashboard`,
    {
      dashboardName: args.dashboardName,
      dashboardBody: pulumi.jsonStringify({ widgets: widgets(args) }),
    },
    opts,
  );
  return { alarms, dashboard };
}

const isPercentile = (statistic: string) => /^p\d/.test(statistic);

function alarm(logicalName: string, signal: Signal, args: WatchArgs, opts: pulumi.CustomResourceOptions) {
  return new aws.cloudwatch.MetricAlarm(
    logicalName,
    {
      name: args.alarmName(signal),
      alarmDescription: signal.says,
      ...(signal.split ? summed(signal, signal.split) : read(signal)),
      evaluationPeriods: signal.lasting?.periods ?? 1,
      comparisonOperator: "GreaterThanThreshold",
      threshold: signal.above,
      treatMissingData: signal.silenceFires ? "breaching" : "notBreaching",
      alarmActions: [args.topic.arn],
      okActions: [args.topic.arn],
    },
    opts,
  );
}

const periodOf = ({ lasting }: Signal): number => lasting?.seconds ?? PERIOD_SECONDS;

/** One metric as it is. */
const read = (signal: Signal) => ({
  namespace: signal.namespace,
  metricName: signal.metric,
  dimensions: signal.dimensions,
  ...(isPercentile(signal.statistic) ? { extendedStatistic: signal.statistic } : { statistic: signal.statistic }),
  period: periodOf(signal),
});

/** The sum of a metric over the values of a dimension; where nothing was counted there is nothing to add. */
const summed = (signal: Signal, { dimension, values }: NonNullable<Signal["split"]>) => ({
  metricQueries: [
    { id: "total", expression: "SUM(METRICS())", label: signal.name, returnData: true },
    ...values.map((value, index) => ({
      id: `m${index}`,
      returnData: false,
      metric: {
        namespace: signal.namespace,
        metricName: signal.metric,
        dimensions: { ...signal.dimensions, [dimension]: value },
        stat: signal.statistic,
        period: periodOf(signal),
      },
    })),
  ],
});

/** Charts of 12 × 6 grid units, two in a row of the dashboard's 24. */
function widgets({ signals, charts = [], region }: WatchArgs) {
  const watched = [...new Set(signals.map(({ chart }) => chart))].map((title) => {
    const charted = signals.filter((signal) => signal.chart === title);
    const thresholds = [...new Set(charted.map(({ above }) => above))].filter((above) => above > 0);
    const metrics = charted.flatMap((signal) => lines(signal));
    return {
      title,
      metrics,
      annotations: { horizontal: thresholds.map((value) => ({ label: "alarm above", value })) },
    };
  });
  return [...watched, ...charts].map(({ title, ...rest }, index) => ({
    type: "metric",
    x: (index % 2) * 12,
    y: Math.floor(index / 2) * 6,
    width: 12,
    height: 6,
    properties: { title, region, view: "timeSeries", period: PERIOD_SECONDS, ...rest },
  }));
}

function lines(signal: Signal): pulumi.Input<unknown>[][] {
  const { namespace, metric, dimensions, statistic, name, split } = signal;
  const line = (more: object, label: string) => [
    ...[namespace, metric, ...Object.entries({ ...dimensions, ...more }).flat()],
    { stat: statistic, label },
  ];
  if (!split) return [line({}, name)];
  return split.values.map((value) => line({ [split.dimension]: value }, `${name} ${value}`));
}
