import { z } from "zod";
import type { Campaign } from "../../functions/ad-exchange/domain/campaign";
import { campaignId, newCampaign } from "../../functions/ad-exchange/domain/campaigns/campaign-schema";

const named = z.string().regex(/^[\x21-\x7e]{1,255}$/, "give 1 to 255 visible letters");

/** What the campaign API takes, and what it adds of its own where it is left out. */
const row = newCampaign.extend({
  advertiser: named,
  id: campaignId,
  seat: named,
  status: newCampaign.shape.status.unwrap().default("active"),
  version: z.int().min(1).default(1),
  changedAt: z.string().default("1970-01-01T00:00:00.000Z"),
});

/** The mistakes that are told at once. */
const TOLD = 10;

/**
 * Campaigns of a file: a JSON list of them as the API takes them, each with its advertiser, seat and id.
 * @throws Error that names the first mistakes
 */
export function campaignsIn(text: string, file: string): Campaign[] {
  const json = jsonIn(text, file);
  const { success, data, error } = z.array(row).min(1, "give at least one campaign").safeParse(json);
  if (success) return data;
  const mistakes = error.issues.map(({ path, message }) => `${path.join(".") || "the list"}: ${message}`);
  const more = mistakes.length > TOLD ? `; and ${mistakes.length - TOLD} more` : "";
  throw new Error(`${file}: ${mistakes.slice(0, TOLD).join("; ")}${more}.`);
}

/** @throws Error that says where the text stops being JSON */
export function jsonIn(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is no JSON: ${(error as Error).message}.`);
  }
}
