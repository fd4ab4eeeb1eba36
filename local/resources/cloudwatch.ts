import {
  type ComparisonOperator,
  DeleteAlarmsCommand,
  DeleteDashboardsCommand,
  PutDashboardCommand,
  PutMetricAlarmCommand,
  type StandardUnit,
  type Statistic,
} from "@aws-sdk/client-cloudwatch";
import type * as aws from "@pulumi/aws";
import {
  given,
  type Materialisers,
  materialiser,
  nameFor,
  needed,
  nothingElse,
  type Plain,
  tagList,
} from "./materialiser";

type AlarmInputs = Plain<aws.cloudwatch.MetricAlarmArgs>;

type MetricQuery = NonNullable<AlarmInputs["metricQueries"]>[number];

const dimensionList = (dimensions: Readonly<Record<string, string>> | undefined) =>
  Object.entries(dimensions ?? {}).map(([Name, Value]) => ({ Name, Value }));

/** One metric, or an expression over others. */
function metricQuery({ id, expression, label, metric, period, returnData, ...rest }: MetricQuery) {
  nothingElse(rest);
  return given({
    Id: id,
    Expression: expression,
    Label: label,
    MetricStat:
      metric &&
      given({
        Metric: given({
          Namespace: metric.namespace,
          MetricName: metric.metricName,
          Dimensions: dimensionList(metric.dimensions),
        }),
        Period: metric.period,
        Stat: metric.stat,
        Unit: metric.unit as StandardUnit | undefined,
      }),
    Period: period,
    ReturnData: returnData,
  });
}

/** The request that makes an alarm. MiniStack forgets what it says of metric queries. */
export function alarmRequest(inputs: AlarmInputs, AlarmName: string) {
  const { name, alarmDescription, namespace, metricName, dimensions, statistic, extendedStatistic, unit, ...more } =
    inputs;
  const { period, evaluationPeriods, datapointsToAlarm, threshold, comparisonOperator, treatMissingData, ...others } =
    more;
  const {
    evaluateLowSampleCountPercentiles,
    metricQueries,
    actionsEnabled,
    alarmActions,
    okActions,
    insufficientDataActions,
    tags,
    ...rest
  } = others;
  nothingElse(rest);
  return given({
    AlarmName,
    AlarmDescription: alarmDescription,
    Namespace: namespace,
    MetricName: metricName,
    Dimensions: dimensionList(dimensions),
    Metrics: metricQueries?.map(metricQuery),
    Statistic: statistic as Statistic | undefined,
    ExtendedStatistic: extendedStatistic,
    Unit: unit as StandardUnit | undefined,
    Period: period,
    EvaluationPeriods: needed(evaluationPeriods, "evaluationPeriods"),
    DatapointsToAlarm: datapointsToAlarm,
    Threshold: threshold,
    ComparisonOperator: comparisonOperator as ComparisonOperator,
    TreatMissingData: treatMissingData,
    EvaluateLowSampleCountPercentile: evaluateLowSampleCountPercentiles,
    ActionsEnabled: actionsEnabled,
    AlarmActions: alarmActions?.map(String),
    OKActions: okActions?.map(String),
    InsufficientDataActions: insufficientDataActions?.map(String),
    Tags: tagList(tags),
  });
}

/** Stored, and never evaluated as on AWS: MiniStack ignores dimensions and periods. */
const alarm = materialiser<aws.cloudwatch.MetricAlarmArgs>({
  async create({ clients, region, account }, inputs, logicalName) {
    const name = nameFor(inputs.name, logicalName);
    await clients.cloudwatch.send(new PutMetricAlarmCommand(alarmRequest(inputs, name)));
    return { id: name, outputs: { name, arn: `arn:aws:cloudwatch:${region}:${account}:alarm:${name}` } };
  },
  async delete({ clients }, { id }) {
    await clients.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [id] }));
  },
});

const dashboard = materialiser<aws.cloudwatch.DashboardArgs>({
  async create({ clients, account }, { dashboardName, dashboardBody, ...rest }) {
    nothingElse(rest);
    const DashboardName = needed(dashboardName, "dashboardName");
    const DashboardBody = typeof dashboardBody === "string" ? dashboardBody : JSON.stringify(dashboardBody);
    await clients.cloudwatch.send(new PutDashboardCommand({ DashboardName, DashboardBody }));
    return {
      id: DashboardName,
      outputs: { dashboardArn: `arn:aws:cloudwatch::${account}:dashboard/${DashboardName}` },
    };
  },
  async delete({ clients }, { id }) {
    await clients.cloudwatch.send(new DeleteDashboardsCommand({ DashboardNames: [id] }));
  },
});

export const cloudwatch: Materialisers = {
  "aws:cloudwatch/metricAlarm:MetricAlarm": alarm,
  "aws:cloudwatch/dashboard:Dashboard": dashboard,
};
