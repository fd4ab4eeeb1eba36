import type { APIGatewayProxyResult } from "aws-lambda";
import type { Campaign } from "../domain/campaign";
import { tagOf } from "../domain/campaigns/entity-tag";
import { type Problem, type ProblemCode, STATUS_OF } from "../domain/campaigns/problem";

/** An answer, and for metrics and the log why it is none that was hoped for. */
export interface Answer extends APIGatewayProxyResult {
  readonly code?: ProblemCode;
}

/** No sniffing: a problem may quote what was sent. */
const COMMON = { "x-content-type-options": "nosniff" };
const NOT_KEPT = { ...COMMON, "cache-control": "no-store" };
const JSON_TYPE = { "content-type": "application/json" };

const TITLES: Readonly<Record<ProblemCode, string>> = {
  malformed: "The request cannot be read",
  not_permitted: "The token does not permit this",
  not_found: "There is no such campaign",
  method_not_allowed: "This path does not take this method",
  exists: "There is such a campaign already",
  archived: "The campaign is archived",
  changed_meanwhile: "The campaign is another by now",
  too_large: "The campaign is too large",
  unsupported_media_type: "This media type is not read",
  invalid_campaign: "The campaign cannot be taken",
  key_reused: "The idempotency key was another request's",
  precondition_required: "The request has to say which version it is about",
  unavailable: "Campaigns cannot be reached now",
};

/** Seconds after which to come again. */
const RETRY_AFTER = "2";

/** Problem details (RFC 9457), every mistake at once with a pointer to it. */
export function refused({ code, detail, more: { errors, headers } }: Problem): Answer {
  const status = STATUS_OF[code];
  const content = {
    type: `urn:sluice:problem:${code}`,
    title: TITLES[code],
    status,
    detail,
    ...(errors && { errors }),
  };
  const retry = status === 503 ? { "retry-after": RETRY_AFTER } : {};
  return {
    statusCode: status,
    headers: { ...NOT_KEPT, "content-type": "application/problem+json", ...retry, ...headers },
    body: JSON.stringify(content),
    code,
  };
}

export const listing = (content: object): Answer => ({
  ...{ statusCode: 200, headers: { ...NOT_KEPT, ...JSON_TYPE } },
  body: JSON.stringify(content),
});

/** The campaign as it is after a write. */
export const written = (campaign: Campaign, created: boolean): Answer => ({
  statusCode: created ? 201 : 200,
  headers: {
    ...{ ...NOT_KEPT, ...JSON_TYPE, etag: tagOf(campaign.version) },
    ...(created ? { location: `/v1/campaigns/${campaign.id}` } : {}),
  },
  body: JSON.stringify(campaign),
});

export const archived = ({ version }: Campaign): Answer => ({
  ...{ statusCode: 204, headers: { ...NOT_KEPT, etag: tagOf(version) }, body: "" },
});

/** @param seconds that it may be kept; the answer may be so old on its way, and what it says as old again by caches behind it */
export function shown(campaign: Campaign, seconds: number, isKnown: boolean): Answer {
  const kept = seconds > 0 ? `private, max-age=${seconds}` : "no-cache";
  const headers = { ...COMMON, "cache-control": kept, etag: tagOf(campaign.version), vary: "authorization" };
  if (isKnown) return { statusCode: 304, headers, body: "" };
  return { statusCode: 200, headers: { ...headers, ...JSON_TYPE }, body: JSON.stringify(campaign) };
}
