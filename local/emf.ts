/** The figures of custom metrics, by name, as the functions wrote them in CloudWatch's embedded metric format. */
export type Figures = ReadonlyMap<string, readonly number[]>;

interface EmbeddedMetrics {
  readonly _aws?: {
    readonly CloudWatchMetrics?: readonly { readonly Metrics?: readonly { readonly Name: string }[] }[];
  };
  readonly [field: string]: unknown;
}

/**
 * Collects the metrics in log lines (CloudWatch user guide, embedded metric format specification). Lines that hold none
 * are passed over. A metric's value is a number or an array of numbers.
 */
export function metricsIn(lines: Iterable<string>): Figures {
  const figures = new Map<string, number[]>();
  for (const line of lines) {
    const record = embedded(line);
    for (const directive of record?._aws?.CloudWatchMetrics ?? []) {
      for (const { Name } of directive.Metrics ?? []) {
        const values = [record![Name]].flat().filter((value) => typeof value === "number");
        const known = figures.get(Name) ?? [];
        known.push(...values);
        figures.set(Name, known);
      }
    }
  }
  return figures;
}

function embedded(line: string): EmbeddedMetrics | undefined {
  if (!line.includes('"_aws"')) return undefined;
  try {
    return JSON.parse(line) as EmbeddedMetrics;
  } catch {
    return undefined; // a line that only mentions the format
  }
}
