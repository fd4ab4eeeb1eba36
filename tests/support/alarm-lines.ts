import type { RecordedResource } from "./recorded-program";

/** One query of an alarm that reckons with several metrics. */
export interface Query {
  readonly expression?: string;
  readonly metric?: {
    readonly namespace: string;
    readonly metricName: string;
    readonly period: number;
    readonly dimensions: Record<string, string>;
  };
}

/** An alarm of a system in one line: what it watches, above what, and for how long. */
export const alarmLine =
  (system: string, stack: string) =>
  ({ inputs }: RecordedResource): string => {
    const [before, behind] = ["alarm-", `-${system}-${stack}`];
    const whole = String(inputs.name);
    const isOurs = whole.startsWith(before) && whole.endsWith(behind);
    const name = isOurs ? whole.slice(before.length, -behind.length) : whole;
    const [total, first] = (inputs.metricQueries ?? []) as Query[];
    const lasting = `for ${inputs.evaluationPeriods} × ${inputs.period ?? first?.metric?.period}`;
    if (total) return `${name}: ${total.expression} > ${inputs.threshold} ${lasting}`;
    const dimensions = Object.entries(inputs.dimensions as Record<string, string>).map((pair) => pair.join("="));
    const statistic = inputs.statistic ?? inputs.extendedStatistic;
    return `${name}: ${inputs.namespace} ${inputs.metricName} ${statistic} > ${inputs.threshold} ${lasting} {${dimensions.sort().join(" ")}}`;
  };
