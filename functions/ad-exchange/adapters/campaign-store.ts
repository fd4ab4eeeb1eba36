import { TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { type Plain, toItem } from "../../shared/attribute-values";
import { backOff, type Clock } from "../../shared/clock";
import type { Log } from "../../shared/log";
import { RetryableFailure, told } from "../../shared/outcome";
import { writeResult } from "../../shared/write-result";
import type { Audit, CampaignReads, CampaignStore, Listed, ListedPage } from "../campaigns/ports";
import { type Campaign, campaignKey } from "../domain/campaign";
import { storedCampaign } from "../domain/campaigns/stored";
import { DynamoReads, type Sender } from "./dynamo-reads";
import type { Key, Reads, Row } from "./reads";
import { AUDIT, CAMPAIGNS } from "./tables";

export interface CampaignTables {
  readonly campaigns: string;
  readonly audit: string;
}

/** Times that a write is tried that met another transaction. */
const TRIES = 4;
/** Pages that one listing reads; each may hold 1 MB. What a filter leaves of them may be few. */
const MOST_PAGES = 5;

const keyOf = (advertiser: string, id: string): Key => ({ [CAMPAIGNS.partition]: advertiser, [CAMPAIGNS.sort]: id });

/** A campaign whose row cannot be read is an error of ours: to call it absent would let it be made anew. */
function campaignOf(row: Row): Campaign {
  const campaign = storedCampaign(row);
  if (campaign === undefined) throw new Error(`The row of campaign ${row.advertiser}#${row.id} is no campaign.`);
  return campaign;
}

/**
 * Campaigns for readers. What a cache says is absent is asked for at the table, for caches keep absence as well as rows; so is all where
 * the cache does not answer.
 */
export class CachedCampaigns implements CampaignReads {
  constructor(
    private readonly cache: Reads,
    private readonly source: Reads,
    private readonly table: string,
    private readonly log: Pick<Log, "error">,
  ) {}

  async one(advertiser: string, id: string): Promise<Campaign | undefined> {
    const key = keyOf(advertiser, id);
    const cached = await this.cache.one(this.table, key).catch((error: unknown) => {
      this.log.error("the cache of campaigns does not answer", { failure: told(error) });
      return undefined;
    });
    const row = cached ?? (await this.source.one(this.table, key, true));
    return row && campaignOf(row);
  }
}

/** Campaigns in DynamoDB, read consistently and written on conditions. */
export class DynamoCampaigns implements CampaignStore {
  private readonly reads: DynamoReads;

  constructor(
    private readonly client: Sender,
    private readonly tables: CampaignTables,
    private readonly clock: Clock,
  ) {
    this.reads = new DynamoReads(client);
  }

  async one(advertiser: string, id: string): Promise<Campaign | undefined> {
    const row = await this.reads.one(this.tables.campaigns, keyOf(advertiser, id), true);
    return row && campaignOf(row);
  }

  async list(
    advertiser: string,
    { status, after, limit }: { status?: string; after?: string; limit: number },
  ): Promise<ListedPage> {
    const campaigns: Listed[] = [];
    let next: Key | undefined = after === undefined ? undefined : keyOf(advertiser, after);
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const page = await this.reads.page({
        ...{ table: this.tables.campaigns, partition: [CAMPAIGNS.partition, advertiser] },
        ...{ limit, consistent: true, ...(next ? { after: next } : {}) },
      });
      for (const [index, row] of page.rows.entries()) {
        if (status !== undefined && row.status !== status) continue;
        const isLast = page.next === undefined && index === page.rows.length - 1;
        if (campaigns.push(listed(row)) === limit)
          return isLast ? { campaigns } : { campaigns, next: String(row[CAMPAIGNS.sort]) };
      }
      next = page.next;
      if (next === undefined) return { campaigns };
    }
    return { campaigns, next: String(next?.[CAMPAIGNS.sort]) };
  }

  async write(campaign: Campaign, audit: Audit): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      const result = await writeResult(this.client.send(this.transaction(campaign, audit)));
      if (result !== "conflict") return result === "written";
      if (tries === TRIES) throw new RetryableFailure(`conflict: campaign ${campaign.id} is being written by others`);
      await backOff(this.clock, tries);
    }
  }

  async audited(advertiser: string, id: string, version: number): Promise<Audit | undefined> {
    const key = { [AUDIT.partition]: campaignKey({ advertiser, id }), [AUDIT.sort]: version };
    return (await this.reads.one(this.tables.audit, key, true)) as Audit | undefined;
  }

  private transaction(campaign: Campaign, audit: Audit): TransactWriteItemsCommand {
    const { version, changedAt } = campaign;
    const isFirst = version === 1;
    const entry = { [AUDIT.partition]: campaignKey(campaign), [AUDIT.sort]: version, at: changedAt, ...audit };
    return new TransactWriteItemsCommand({
      TransactItems: [
        {
          Put: {
            TableName: this.tables.campaigns,
            Item: toItem(campaign as unknown as Record<string, Plain>),
            ConditionExpression: isFirst ? `attribute_not_exists(${CAMPAIGNS.sort})` : "version = :before",
            ...(isFirst ? {} : { ExpressionAttributeValues: { ":before": { N: String(version - 1) } } }),
          },
        },
        {
          Put: {
            TableName: this.tables.audit,
            Item: toItem(entry as unknown as Record<string, Plain>),
            // A row of the audit is never written over, whatever has become of the campaign's.
            ConditionExpression: `attribute_not_exists(${AUDIT.partition})`,
          },
        },
      ],
    });
  }
}

const LISTED = ["id", "name", "status", "bid", "currency", "budget", "flight", "version", "changedAt"] as const;
const listed = (row: Row): Listed =>
  Object.fromEntries(
    LISTED.flatMap((name) => (row[name] === undefined ? [] : [[name, row[name]]])),
  ) as unknown as Listed;
