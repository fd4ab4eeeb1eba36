import {
  type DynamoDBClient,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { fromItem, type Plain, toAttribute, toItem } from "../../shared/attribute-values";
import { conditional, type WriteResult, writeResult } from "../../shared/write-result";

/** PENDING: opened, not known to be published. SUPPRESSED: the storm limit had been reached. */
export type EpisodeStatus = "PENDING" | "NOTIFIED" | "SUPPRESSED";

/** A stretch of time in which a rule holds for a series. At most one notification comes of it. */
export interface Episode {
  /** `{ruleId}#{series}`. */
  readonly alert: string;
  /** Position of the event that opened it. */
  readonly episode: string;
  readonly status: EpisodeStatus;
  readonly ruleId: string;
  readonly severity: string;
  readonly symbol: string;
  /** Event id of the candidate that was being decided on when it opened. */
  readonly openedBy: string;
  readonly measurements: Readonly<Record<string, string>>;
  readonly lastPosition: string;
  /** Position of the event that closed it. */
  readonly closedAt?: string;
  readonly messageId?: string;
  /** Request id of the attempt that publishes it, and when that attempt is certainly over (ms since the epoch). */
  readonly claimedBy?: string;
  readonly claimedUntil?: number;
}

/** What is on record of one rule for one series. */
export interface Page {
  readonly alert: string;
  /** Goes up with every change; 0 before the first. Two attempts that saw the same page cannot both change it. */
  readonly revision: number;
  /** The latest episodes, newest first. */
  readonly episodes: readonly Episode[];
}

export interface PageChange {
  readonly openings: readonly Episode[];
  readonly closings: readonly { readonly episode: string; readonly closedAt: string }[];
  /** An open episode that was followed up to there. */
  readonly followed?: { readonly episode: string; readonly lastPosition: string };
}

/** Who publishes, and until when (ms since the epoch) it can. */
export interface Claimant {
  readonly requestId: string;
  readonly now: number;
  readonly until: number;
}

export interface AlertBook {
  read(alert: string): Promise<Page>;
  /** All changes, or none; refused when the page is no longer the one that was read. */
  change(page: Page, change: PageChange): Promise<WriteResult>;
  /** False when another attempt may be publishing it right now, or has. */
  claim(episode: Episode, claimant: Claimant): Promise<boolean>;
  /** Lets the next attempt publish it at once. */
  release(episode: Episode): Promise<void>;
  settle(episode: Episode, status: EpisodeStatus, messageId?: string): Promise<void>;
  /** Counts the episode in the window of its series; false when the window has `limit` others. Idempotent. */
  admit(series: string, windowStart: string, episode: Episode, limit: number): Promise<boolean>;
}

/** Sort key of the item that holds the page's revision; greater than every position, which starts with a year. */
const STATE = "state";
const MOST_EPISODES = 10;

export class DynamoAlertBook implements AlertBook {
  constructor(
    private readonly client: Pick<DynamoDBClient, "send">,
    private readonly table: string,
  ) {}

  async read(alert: string): Promise<Page> {
    const { Items = [] } = await this.client.send(
      new QueryCommand({
        TableName: this.table,
        KeyConditionExpression: "alert = :alert",
        ExpressionAttributeValues: { ":alert": toAttribute(alert) },
        ConsistentRead: true,
        ScanIndexForward: false,
        Limit: MOST_EPISODES + 1,
      }),
    );
    const rows = Items.map(fromItem);
    const state = rows.find((row) => row.episode === STATE);
    const episodes = rows.filter((row) => row !== state) as unknown as Episode[];
    return { alert, revision: Number(state?.revision ?? 0), episodes };
  }

  change({ alert, revision }: Page, { openings, closings, followed }: PageChange): Promise<WriteResult> {
    const TransactItems = [
      { Put: this.stateAfter(alert, revision) },
      ...openings.map((episode) => ({
        Put: {
          TableName: this.table,
          Item: toItem(episode as unknown as Record<string, Plain | undefined>),
          ConditionExpression: "attribute_not_exists(alert)",
        },
      })),
      ...closings.map(({ episode, closedAt }) => ({
        Update: this.update(
          { alert, episode },
          "SET closedAt = :closedAt, lastPosition = :closedAt",
          "attribute_exists(alert)",
          {
            ":closedAt": closedAt,
          },
        ),
      })),
      ...(followed ? [{ Update: this.followedTo(alert, followed) }] : []),
    ];
    return writeResult(this.client.send(new TransactWriteItemsCommand({ TransactItems })));
  }

  claim(episode: Episode, { requestId, now, until }: Claimant): Promise<boolean> {
    const free = "(attribute_not_exists(claimedBy) OR claimedBy = :me OR claimedUntil < :now)";
    return this.when(episode, "SET claimedBy = :me, claimedUntil = :until", `#status = :pending AND ${free}`, {
      ":me": requestId,
      ":until": until,
      ":now": now,
      ":pending": "PENDING",
    });
  }

  async release(episode: Episode): Promise<void> {
    await this.when(episode, "REMOVE claimedBy, claimedUntil", "#status = :pending", { ":pending": "PENDING" });
  }

  async settle(episode: Episode, status: EpisodeStatus, messageId?: string): Promise<void> {
    const message = messageId === undefined ? "" : ", messageId = :messageId";
    await this.when(episode, `SET #status = :status${message} REMOVE claimedBy, claimedUntil`, "#status = :pending", {
      ":status": status,
      ":pending": "PENDING",
      ...(messageId === undefined ? {} : { ":messageId": messageId }),
    });
  }

  admit(series: string, windowStart: string, { alert, episode }: Episode, limit: number): Promise<boolean> {
    const key = `${alert}#${episode}`;
    return conditional(
      this.client.send(
        new UpdateItemCommand({
          TableName: this.table,
          Key: toItem({ alert: `storm#${series}`, episode: windowStart }),
          UpdateExpression: "ADD episodes :one",
          ConditionExpression: "attribute_not_exists(episodes) OR size(episodes) < :limit OR contains(episodes, :key)",
          ExpressionAttributeValues: { ":one": { SS: [key] }, ":limit": { N: String(limit) }, ":key": { S: key } },
        }),
      ),
    );
  }

  private followedTo(alert: string, { episode, lastPosition }: NonNullable<PageChange["followed"]>) {
    return this.update({ alert, episode }, "SET lastPosition = :position", "attribute_exists(alert)", {
      ":position": lastPosition,
    });
  }

  private stateAfter(alert: string, revision: number) {
    return {
      TableName: this.table,
      Item: toItem({ alert, episode: STATE, revision: revision + 1 }),
      ...(revision === 0
        ? { ConditionExpression: "attribute_not_exists(alert)" }
        : { ConditionExpression: "revision = :read", ExpressionAttributeValues: { ":read": { N: String(revision) } } }),
    };
  }

  private when(
    { alert, episode }: Episode,
    update: string,
    condition: string,
    values: Record<string, Plain>,
  ): Promise<boolean> {
    return conditional(
      this.client.send(new UpdateItemCommand(this.update({ alert, episode }, update, condition, values))),
    );
  }

  private update(
    key: Pick<Episode, "alert" | "episode">,
    update: string,
    condition: string,
    values: Record<string, Plain>,
  ) {
    const named = update.includes("#status") || condition.includes("#status");
    return {
      TableName: this.table,
      Key: toItem({ alert: key.alert, episode: key.episode }),
      UpdateExpression: update,
      ConditionExpression: condition,
      ...(named ? { ExpressionAttributeNames: { "#status": "status" } } : {}),
      ExpressionAttributeValues: toItem(values),
    };
  }
}
