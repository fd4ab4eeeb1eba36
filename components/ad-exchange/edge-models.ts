import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ApiDefinition } from "./edge-definition";

/** What bodies are checked against before they cost an invocation. */
export const MODELS = ["AuctionRequest", "Campaign", "CampaignPatch"] as const;
export type ModelName = (typeof MODELS)[number];

type Schema = Readonly<Record<string, unknown>>;

const TEXT = { type: "string" };
const TEXTS = { type: "array", items: TEXT };
/** Not "integer": 3.0 is one to whoever reads it as JavaScript does, and not to every validator. */
const NUMBER = { type: "number" };
const NUMBERS = { type: "array", items: NUMBER };

/** As functions/ad-exchange/domain/campaign.ts; what a value may be is the function's to say, with every mistake at once. */
const CAMPAIGN_FIELDS: Readonly<Record<string, Schema>> = {
  id: TEXT,
  name: TEXT,
  status: TEXT,
  bid: TEXT,
  currency: TEXT,
  budget: { type: "object", properties: { total: TEXT, daily: TEXT } },
  frequencyCap: { type: "object", properties: { impressions: NUMBER, seconds: NUMBER } },
  flight: { type: "object", properties: { start: TEXT, end: TEXT } },
  targeting: {
    type: "object",
    properties: {
      geo: TEXTS,
      notGeo: TEXTS,
      deviceTypes: NUMBERS,
      os: TEXTS,
      segments: TEXTS,
      notSegments: TEXTS,
      daypart: { type: "object", properties: { timeZone: TEXT, hours: NUMBERS } },
      allow: TEXTS,
      deny: TEXTS,
      categories: TEXTS,
      notCategories: TEXTS,
      channels: TEXTS,
      languages: TEXTS,
      deals: TEXTS,
    },
  },
  creatives: { type: "array", minItems: 1, items: { type: "object", required: ["id", "type", "markup"] } },
};

/** Members that a merge patch may also take away, with null (RFC 7396). */
const nullable = (fields: Readonly<Record<string, Schema>>): Record<string, Schema> =>
  Object.fromEntries(Object.entries(fields).map(([field, { type }]) => [field, { type: [type, "null"] }] as const));

/**
 * Loose on purpose: an unknown member is no mistake (OpenRTB 2.6, 2.6), and what the function refuses it refuses with a reason.
 * Never stricter than the function behind it.
 */
const SCHEMAS: Readonly<Record<ModelName, Schema>> = {
  AuctionRequest: {
    type: "object",
    required: ["id", "imp"],
    properties: { imp: { type: "array", minItems: 1, items: { type: "object" } } },
  },
  Campaign: {
    type: "object",
    required: ["name", "bid", "currency", "budget", "flight", "creatives"],
    properties: CAMPAIGN_FIELDS,
  },
  CampaignPatch: { type: "object", properties: nullable(CAMPAIGN_FIELDS) },
};

/** API Gateway knows JSON Schema draft 4 (Developer Guide, "Data models for REST APIs"). */
const DRAFT = "http://json-schema.org/draft-04/schema#";

export type Models = Readonly<Record<ModelName, aws.apigateway.Model>>;

export function edgeModels(
  name: string,
  definition: ApiDefinition,
  restApi: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): Models {
  const made = MODELS.map((model) => {
    const schema = JSON.stringify({ $schema: DRAFT, title: model, ...SCHEMAS[model] });
    const args = { restApi, name: model, contentType: "application/json", schema };
    return [model, definition.make(aws.apigateway.Model, `${name}-${model}-model`, args, opts)] as const;
  });
  return Object.fromEntries(made) as Models;
}
