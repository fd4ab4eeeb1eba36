import { GetRecordsCommand, GetShardIteratorCommand, ListShardsCommand, type Shard } from "@aws-sdk/client-kinesis";
import { GetObjectCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import type { Link } from "../../functions/clickstream/domain/identity";
import type { ProcessedEvent } from "../../functions/clickstream/domain/processed-event";
import type { Session } from "../../functions/clickstream/domain/sessions";
import type { Clients } from "../clients";
import { itemsOf } from "../read-back";
import type { Account, StoredRecord } from "./account";

/** Where everything ends: the stream, the tables and the bucket. */
export interface Places {
  readonly streamArn: string;
  readonly eventsTable: string;
  readonly sessionsTable: string;
  readonly linksTable: string;
  readonly quarantineTable: string;
  readonly failureBucket: string;
}

/** All that the system holds, read through the AWS API. */
export async function readBack(
  clients: Clients,
  places: Places,
): Promise<Omit<Account, "exchanges" | "direct" | "erasures">> {
  const rows = <Row>(table: string) => itemsOf(clients, table) as unknown as Promise<Row[]>;
  const sessions = await rows<{ visitor: string; session?: Session; erasedAt?: string }>(places.sessionsTable);
  const quarantine = await rows<{ eventId: string; reason: string; payload: Uint8Array }>(places.quarantineTable);
  return {
    records: await recordsOf(clients, places.streamArn),
    events: (await rows<EventRow>(places.eventsTable)).map(eventOf),
    sessions: sessions.flatMap(({ visitor, session }) => (session === undefined ? [] : [{ visitor, session }])),
    erased: sessions.flatMap(({ visitor, erasedAt }) => (erasedAt === undefined ? [] : [{ visitor, at: erasedAt }])),
    links: (await rows<Link>(places.linksTable)).map(({ anonymousId, userId, at }) => ({ anonymousId, userId, at })),
    quarantine: quarantine.map(({ eventId, reason, payload }) => ({ eventId, reason, data: payload })),
    letters: await lettersIn(clients, places.failureBucket),
  };
}

interface EventRow extends Omit<ProcessedEvent, "properties" | "traits"> {
  readonly properties: string;
  readonly traits: string;
  readonly era?: string;
}

/** What clients say freely stands as JSON text in a row; the era is of erasures, and no event's own. */
const eventOf = ({ properties, traits, era: _, ...row }: EventRow): ProcessedEvent => ({
  ...{ ...row, properties: JSON.parse(properties), traits: JSON.parse(traits) },
});

/** Every record that a stream holds, of closed shards, too. */
export async function recordsOf({ kinesis }: Clients, StreamARN: string): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (const { ShardId: shardId } of await shardsOf({ kinesis }, StreamARN)) {
    const position = { StreamARN, ShardId: shardId, ShardIteratorType: "TRIM_HORIZON" as const };
    let { ShardIterator: next } = await kinesis.send(new GetShardIteratorCommand(position));
    while (next) {
      const page = await kinesis.send(new GetRecordsCommand({ StreamARN, ShardIterator: next }));
      for (const { SequenceNumber, Data = new Uint8Array() } of page.Records ?? [])
        records.push({ eventId: `${shardId}:${SequenceNumber}`, data: Data });
      const isAtTip = page.Records?.length === 0 && page.MillisBehindLatest === 0;
      next = isAtTip ? undefined : page.NextShardIterator;
    }
  }
  return records;
}

/** Shards that were split or merged: only a closed one has an end (Shard, Kinesis API reference). */
export async function closedShardsOf({ kinesis }: Pick<Clients, "kinesis">, streamArn: string): Promise<number> {
  const shards = await shardsOf({ kinesis }, streamArn);
  return shards.filter(({ SequenceNumberRange }) => SequenceNumberRange?.EndingSequenceNumber !== undefined).length;
}

async function shardsOf({ kinesis }: Pick<Clients, "kinesis">, StreamARN: string): Promise<Shard[]> {
  const shards: Shard[] = [];
  for (let token: string | undefined; ; ) {
    const request = token === undefined ? { StreamARN } : { NextToken: token };
    const { Shards = [], NextToken } = await kinesis.send(new ListShardsCommand(request));
    shards.push(...Shards);
    if (NextToken === undefined) return shards;
    token = NextToken;
  }
}

/** The ids of the records that wait in the failure bucket, by object. */
async function lettersIn({ s3 }: Clients, Bucket: string): Promise<string[][]> {
  const letters: string[][] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket }))
    for (const { Key } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      const { payload } = JSON.parse((await Body?.transformToString()) ?? "") as { payload: string };
      const { Records } = JSON.parse(payload) as { Records: { eventID: string }[] };
      letters.push(Records.map(({ eventID }) => eventID));
    }
  return letters;
}
