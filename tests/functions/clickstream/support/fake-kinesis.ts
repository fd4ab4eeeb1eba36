import type { PutRecordsCommandInput, PutRecordsResultEntry } from "@aws-sdk/client-kinesis";

/** What becomes of one record: an error code, or undefined when it is stored. */
export type Fate = (record: string, request: number) => string | undefined;

/** A stream that stores records but for those that `fate` fails, and refuses requests beyond the API's limits. */
export class FakeKinesis {
  readonly stored: string[] = [];
  readonly requests: PutRecordsCommandInput[] = [];
  /** Of whole requests: what is thrown instead of an answer. */
  throws: (request: number) => Error | undefined = () => undefined;

  constructor(private readonly fate: Fate = () => undefined) {}

  async send({ input }: { input: PutRecordsCommandInput }): Promise<never> {
    const number = this.requests.push(input);
    const records = input.Records ?? [];
    if (records.length === 0 || records.length > 500) throw named("ValidationException");
    const bytes = records.reduce(
      (sum, each) => sum + (each.Data?.byteLength ?? 0) + (each.PartitionKey?.length ?? 0),
      0,
    );
    if (bytes > 5 * 1024 * 1024) throw named("ValidationException");
    const failure = this.throws(number);
    if (failure) throw failure;
    const results = records.map(({ Data }) => this.store(Buffer.from(Data ?? []).toString("utf8"), number));
    return { Records: results, FailedRecordCount: results.filter(({ ErrorCode }) => ErrorCode).length } as never;
  }

  private store(text: string, request: number): PutRecordsResultEntry {
    const ErrorCode = this.fate(text, request);
    if (ErrorCode) return { ErrorCode, ErrorMessage: "Rate exceeded for shard of account 123456789012" };
    return { SequenceNumber: String(this.stored.push(text)), ShardId: "shardId-000000000000" };
  }
}

export const named = (name: string): Error => Object.assign(new Error(name), { name });
export const THROTTLED = "ProvisionedThroughputExceededException";
