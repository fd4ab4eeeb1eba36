import type { Outcome, StreamRecord } from "./processing";

export interface BatchResult {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Records that failed, each with why; Lambda goes back to the first of them in the shard. */
  readonly failed: readonly { readonly sequenceNumber: string; readonly error: unknown }[];
}

/**
 * Processes a batch of one shard: records of one partition key one after another, of several at a time. After a failure nothing more of its
 * key is begun, for it would overtake. What stands behind the first failure in the shard comes again, and is then a duplicate.
 * @param atATime keys that are worked on at a time
 */
export async function processBatch(
  records: readonly StreamRecord[],
  process: (record: StreamRecord) => Promise<Outcome>,
  atATime: number,
): Promise<BatchResult> {
  const outcomes = { stored: 0, duplicate: 0, quarantined: 0, erased: 0 };
  const failed: BatchResult["failed"][number][] = [];
  const keys = [...grouped(records).values()];
  const work = async () => {
    for (let group = keys.shift(); group !== undefined; group = keys.shift())
      for (const record of group) {
        try {
          outcomes[await process(record)] += 1;
        } catch (error) {
          failed.push({ sequenceNumber: record.sequenceNumber, error });
          break;
        }
      }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return { outcomes, failed };
}

function grouped(records: readonly StreamRecord[]): ReadonlyMap<string, StreamRecord[]> {
  const groups = new Map<string, StreamRecord[]>();
  for (const record of records) {
    const group = groups.get(record.partitionKey);
    if (group) group.push(record);
    else groups.set(record.partitionKey, [record]);
  }
  return groups;
}
