import { STAGES } from "../../functions/ad-exchange/bid-handler/meter";
import { BID_HANDLER_METRICS as NAMES } from "../../functions/ad-exchange/metric-names";

/** What the bid handler has counted of itself. */
export interface DecisionFigures {
  readonly requests: number;
  /** Requests without a bid, by why; also those that were refused. */
  readonly noBids: ReadonlyMap<string, number>;
  /** Milliseconds of each stage and of the whole decision, by the metric's name. */
  readonly milliseconds: ReadonlyMap<string, readonly number[]>;
}

export const TIMED = [...STAGES, NAMES.decision] as const;

interface Line {
  readonly _aws?: { readonly Timestamp?: number };
  readonly reason?: string;
  readonly [field: string]: unknown;
}

/** Of log lines in CloudWatch's embedded metric format, those of the seconds from the one to the other, in milliseconds since the epoch. */
export function decisionFigures(lines: Iterable<string>, from: number, to: number): DecisionFigures {
  const milliseconds = new Map<string, number[]>(TIMED.map((name) => [name, []]));
  const noBids = new Map<string, number>();
  let requests = 0;
  for (const text of lines) {
    const line = lineIn(text);
    const second = line?._aws?.Timestamp;
    if (line === undefined || second === undefined || second + 999 < from || second > to) continue;
    if (line.reason !== undefined)
      noBids.set(
        line.reason,
        (noBids.get(line.reason) ?? 0) + numbersIn(line[NAMES.noBids] ?? line[NAMES.refused])[0]!,
      );
    for (const count of numbersIn(line[NAMES.requests])) requests += count;
    for (const [name, all] of milliseconds) all.push(...numbersIn(line[name]));
  }
  return { requests, noBids: new Map([...noBids].sort(([, a], [, b]) => b - a)), milliseconds };
}

function lineIn(text: string): Line | undefined {
  if (!text.includes(`"${NAMES.noBids}"`) && !text.includes(`"${NAMES.refused}"`)) return undefined;
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined; // a line that only mentions it
  }
}

const numbersIn = (value: unknown): number[] => [value].flat().filter((one): one is number => typeof one === "number");
