import * as z from "zod";
import { microsOfText } from "../price";
import { creative } from "./creative-schema";
import { ID, isCurrency, isTimeZone, MOST } from "./rules";
import { category, list, named, place, text, whole } from "./schema-parts";

const amount = z.string().refine((value) => /^\d{1,9}(\.\d{1,6})?$/.test(value) && (microsOfText(value) ?? 0) > 0, {
  error: 'give decimal text above 0 with at most six decimals, such as "2.50"',
});

const instant = z.iso
  .datetime({ offset: true, error: "give an instant, such as 2026-01-31T12:00:00Z" })
  .transform((value) => new Date(value).toISOString());

const geo = z.string().regex(/^[A-Z]{3}(-[A-Z0-9]{1,3})?$/, "give a country and perhaps a region: USA, USA-CA");
const segment = z.string().regex(/^[^:\s]{1,128}:\S{1,128}$/, 'give "<data id>:<segment id>"');
const language = z
  .string()
  .toLowerCase()
  .regex(/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/, "give a language, such as en");
const hours = list(whole(0, 167), 168).transform((values) => [...values].sort((a, b) => a - b));

const daypart = z.strictObject({
  timeZone: z.string().refine(isTimeZone, { error: "give an IANA time zone, such as Europe/Berlin" }),
  hours: hours.refine((values) => values.length > 0, { error: "give at least one hour of the week" }),
});

const targeting = z.strictObject({
  geo: list(geo).exactOptional(),
  notGeo: list(geo).exactOptional(),
  deviceTypes: list(whole(1, 8)).exactOptional(),
  os: list(text(32).toLowerCase()).exactOptional(),
  segments: list(segment).exactOptional(),
  notSegments: list(segment).exactOptional(),
  daypart: daypart.exactOptional(),
  allow: list(place, MOST.places).exactOptional(),
  deny: list(place, MOST.places).exactOptional(),
  categories: list(category).exactOptional(),
  notCategories: list(category).exactOptional(),
  channels: list(z.enum(["site", "app", "dooh"])).exactOptional(),
  languages: list(language).exactOptional(),
  deals: list(named(255)).exactOptional(),
});

const budget = z
  .strictObject({ total: amount, daily: amount.exactOptional() })
  .refine(({ total, daily }) => daily === undefined || microsOfText(daily)! <= microsOfText(total)!, {
    error: "give at most the total",
    path: ["daily"],
  });

const flight = z
  .strictObject({ start: instant, end: instant.exactOptional() })
  .refine(({ start, end }) => end === undefined || start < end, {
    error: "give an end after the start",
    path: ["end"],
  });

const creatives = z
  .array(creative)
  .min(1, "give at least one creative")
  .max(MOST.creatives, `give at most ${MOST.creatives} creatives`)
  .superRefine((all, { addIssue }) => {
    const first = new Set<string>();
    for (const [index, { id }] of all.entries())
      if (first.has(id)) addIssue({ code: "custom", path: [index, "id"], message: `${id} is another creative's` });
      else first.add(id);
  });

/** What an advertiser writes of a campaign. All names it does not know are refused: a misspelt restriction would restrict nothing. */
export const writtenCampaign = z.strictObject({
  name: text(200),
  status: z.enum(["active", "paused"]),
  bid: amount,
  currency: z.string().refine(isCurrency, { error: "give an ISO-4217 code, such as USD" }),
  budget,
  frequencyCap: z.strictObject({ impressions: whole(1, 1_000), seconds: whole(1, MOST.capSeconds) }).exactOptional(),
  flight,
  targeting,
  creatives,
});

export const campaignId = z.string().regex(ID, "give 1 to 64 letters, digits, - or _");

/** And of a new one: nothing is spent before somebody says so, and everybody is its audience. */
export const newCampaign = writtenCampaign.extend({
  id: campaignId.exactOptional(),
  status: writtenCampaign.shape.status.default("paused"),
  targeting: targeting.default({}),
});

export type WrittenCampaign = z.output<typeof writtenCampaign>;
export type NewCampaign = z.output<typeof newCampaign>;
