import { type Fields, isRecord } from "../../../shared/fields";
import type { Campaign } from "../campaign";

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isTrueOrFalse = (value: unknown): boolean => typeof value === "boolean";
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isNumbers = (value: unknown): boolean => Array.isArray(value) && value.every(isNumber);
const isTime = (value: unknown): boolean => isText(value) && Number.isFinite(Date.parse(value));

type Checks = Readonly<Record<string, (value: unknown) => boolean>>;

/** Whether every required member is there, and every member that is there is what it has to be. */
const holds = (fields: unknown, required: Checks, optional: Checks): boolean =>
  isRecord(fields) &&
  Object.entries(required).every(([name, check]) => check(fields[name])) &&
  Object.entries(optional).every(([name, check]) => fields[name] === undefined || check(fields[name]));

const DAYPART: Checks = { timeZone: isText, hours: isNumbers };
const TARGETING: Checks = {
  ...{ geo: isTexts, notGeo: isTexts, deviceTypes: isNumbers, os: isTexts, segments: isTexts, notSegments: isTexts },
  ...{ allow: isTexts, deny: isTexts, categories: isTexts, notCategories: isTexts, channels: isTexts },
  ...{ languages: isTexts, deals: isTexts, daypart: (value) => holds(value, DAYPART, {}) },
};
const CREATIVE: readonly [Checks, Checks] = [
  { id: isText, type: isNumber, markup: isText, advertiserDomains: isTexts, secure: isTrueOrFalse },
  {
    ...{ w: isNumber, h: isNumber, clickTarget: isText, categories: isTexts, cattax: isNumber, attributes: isNumbers },
    ...{ apis: isNumbers, language: isText, durationSeconds: isNumber, mimes: isTexts, protocol: isNumber },
    ...{ bitrate: isNumber, bundle: isText },
  },
];
const CAMPAIGN: Checks = {
  ...{ advertiser: isText, id: isText, name: isText, seat: isText, bid: isText, currency: isText },
  ...{ version: isNumber, changedAt: isTime },
  status: (value) => value === "active" || value === "paused" || value === "archived",
  budget: (value) => holds(value, { total: isText }, { daily: isText }),
  flight: (value) => holds(value, { start: isTime }, { end: isTime }),
  targeting: (value) => holds(value, {}, TARGETING),
  creatives: (value) => Array.isArray(value) && value.length > 0 && value.every((each) => holds(each, ...CREATIVE)),
};
const CAP: Checks = { impressions: isNumber, seconds: isNumber };

/**
 * A row of the table as a campaign; undefined where it is none, as after an edit by hand. By hand and not by the schema of what
 * advertisers write: a build reads a hundred thousand of them, and rules that came later do not take a campaign out of the auction.
 */
export const storedCampaign = (row: Fields): Campaign | undefined =>
  holds(row, CAMPAIGN, { frequencyCap: (value) => holds(value, CAP, {}) }) ? (row as unknown as Campaign) : undefined;

/** Whether it may bid now or later; what cannot is in no index. */
export const canBid = ({ status, flight }: Campaign, now: number): boolean =>
  status === "active" && (flight.end === undefined || Date.parse(flight.end) > now);
