import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import { fromItem } from "../../shared/attribute-values";
import { FinalFailure } from "../../shared/outcome";
import { canBid, storedCampaign } from "../domain/campaigns/stored";
import type { CampaignChange } from "../domain/changes/change";

type Image = Record<string, AttributeValue>;

/**
 * What a record of the campaigns table's stream says, both images in it. A row that is gone is a change too, one version after the last.
 * @throws FinalFailure where a row is no campaign
 */
export function changeOf({ dynamodb }: DynamoDBRecord, now: number): CampaignChange {
  const isGone = dynamodb?.NewImage === undefined;
  const image = (dynamodb?.NewImage ?? dynamodb?.OldImage) as Image | undefined;
  const row = image && fromItem(image);
  const campaign = row && storedCampaign(row);
  if (campaign === undefined) throw new FinalFailure("unreadable: the row is no campaign");
  const { advertiser, id, version } = campaign;
  if (isGone) return { advertiser, id, version: version + 1 };
  return { advertiser, id, version, ...(canBid(campaign, now) ? { campaign } : {}) };
}
