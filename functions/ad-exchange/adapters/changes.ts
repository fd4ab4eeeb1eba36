import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { toItem } from "../../shared/attribute-values";
import { isRecord } from "../../shared/fields";
import { storedCampaign } from "../domain/campaigns/stored";
import type { CampaignChange } from "../domain/changes/change";
import { instantIn, positionOf, slotOf } from "../domain/changes/slots";
import type { Sender } from "./dynamo-reads";
import type { Row } from "./reads";
import { CHANGES } from "./tables";

/** Seconds that a change is kept: snapshots come every few minutes; two days get over a weekend's night and a broken builder. */
const KEPT_SECONDS = 2 * 86_400;

/** A change as a row of the table. `body` is the campaign's JSON; without it the campaign does not bid. */
export function rowOf({ advertiser, id, version, campaign }: CampaignChange, writtenAt: number): Row {
  return {
    [CHANGES.partition]: slotOf(writtenAt),
    [CHANGES.sort]: positionOf(writtenAt, advertiser, id, version),
    ...{ advertiser, id, version, ...(campaign ? { body: JSON.stringify(campaign) } : {}) },
    [CHANGES.ttl]: Math.floor(writtenAt / 1_000) + KEPT_SECONDS,
  };
}

/** The reverse. @returns undefined for a row that cannot be read */
export function changeIn({ advertiser, id, version, body, [CHANGES.sort]: position }: Row): CampaignChange | undefined {
  const at = instantIn(String(position));
  if (typeof advertiser !== "string" || typeof id !== "string" || typeof version !== "number") return undefined;
  if (at === undefined) return undefined;
  if (body === undefined) return { advertiser, id, version, at };
  const campaign = typeof body === "string" ? campaignIn(body) : undefined;
  return campaign && { advertiser, id, version, campaign, at };
}

function campaignIn(body: string) {
  try {
    const read: unknown = JSON.parse(body);
    return isRecord(read) ? storedCampaign(read) : undefined;
  } catch {
    return undefined;
  }
}

/** Writes changes for bid handlers to read. Writing one again changes nothing: its version is the same. */
export class ChangesTable {
  constructor(
    private readonly client: Sender,
    private readonly table: string,
  ) {}

  /** @param writtenAt the instant of this try: readers look back only so far, so that a late try must not carry an early instant */
  async write(change: CampaignChange, writtenAt: number): Promise<void> {
    await this.client.send(new PutItemCommand({ TableName: this.table, Item: toItem(rowOf(change, writtenAt)) }));
  }
}
