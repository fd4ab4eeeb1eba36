import type { APIGatewayProxyEvent } from "aws-lambda";
import { CachedCampaigns, DynamoCampaigns } from "../../../../../functions/ad-exchange/adapters/campaign-store";
import { DynamoReads } from "../../../../../functions/ad-exchange/adapters/dynamo-reads";
import { AUDIT, CAMPAIGNS, CHANGES } from "../../../../../functions/ad-exchange/adapters/tables";
import { type CampaignsWorld, serve } from "../../../../../functions/ad-exchange/campaigns/campaigns";
import { type Caller, contextOf } from "../../../../../functions/ad-exchange/domain/caller";
import { FakeLog, FakeMetrics, ManualClock } from "../../../handlers/support/fakes";
import { FakeDynamo } from "./fake-dynamo";

export const KEYS = {
  campaigns: [CAMPAIGNS.partition, CAMPAIGNS.sort],
  audit: [AUDIT.partition, AUDIT.sort],
  changes: [CHANGES.partition, CHANGES.sort],
};

export const BANNER = {
  ...{
    id: "b1",
    type: 1,
    w: 300,
    h: 250,
    markup: `<a href="\${SLUICE_CLICK}"><img src="https://cdn.acme.example/1"></a>`,
  },
  ...{ clickTarget: "https://acme.example/shoes", advertiserDomains: ["acme.example"], secure: true },
};

/** A campaign as an advertiser sends it: everything that it has to hold, and a little more. */
export const SHOES = {
  ...{ id: "shoes", name: "Shoes", status: "active", bid: "2.50", currency: "USD" },
  budget: { total: "1000", daily: "100.50" },
  flight: { start: "2026-01-01T00:00:00.000Z", end: "2026-12-31T00:00:00.000Z" },
  targeting: { geo: ["USA", "USA-CA"], deviceTypes: [4, 5] },
  creatives: [BANNER],
};

export const ACME: Caller = {
  ...{ principal: "acme-key-1", advertiser: "acme", seat: "seat-7" },
  may: ["campaigns:read", "campaigns:write"],
};

export interface Sent {
  readonly method: string;
  /** Behind /v1/campaigns; "" is the collection. */
  readonly id?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  /** Text and bytes go as they are, everything else as JSON. */
  readonly body?: unknown;
  readonly caller?: Caller | null;
}

const TYPES: Readonly<Record<string, string>> = { POST: "application/json", PATCH: "application/merge-patch+json" };

/** An event of the REST API's proxy integration. */
export function proxied({
  method,
  id = "",
  headers = {},
  query = {},
  body,
  caller = ACME,
}: Sent): APIGatewayProxyEvent {
  const all = { ...(TYPES[method] ? { "Content-Type": TYPES[method] } : {}), ...headers };
  const several = (fields: Readonly<Record<string, string | readonly string[]>>) =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, [value].flat()]));
  const isBytes = body instanceof Uint8Array;
  const text = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
  return {
    ...{ httpMethod: method, resource: id ? "/v1/campaigns/{id}" : "/v1/campaigns" },
    ...{ path: id ? `/v1/campaigns/${id}` : "/v1/campaigns", pathParameters: id ? { id } : null },
    ...{ headers: all, multiValueHeaders: several(all) },
    ...{ queryStringParameters: null, multiValueQueryStringParameters: several(query) },
    body: isBytes ? Buffer.from(body).toString("base64") : text,
    isBase64Encoded: isBytes,
    requestContext: { authorizer: caller === null ? undefined : { ...contextOf(caller), integrationLatency: 3 } },
  } as unknown as APIGatewayProxyEvent;
}

/** The campaign API with tables in memory. */
export class Serving {
  readonly dynamo = new FakeDynamo(KEYS);
  readonly clock = new ManualClock();
  readonly log = new FakeLog();
  readonly metrics = new FakeMetrics();
  private ids = 0;
  world: CampaignsWorld;

  constructor() {
    const { dynamo, clock, log, metrics } = this;
    const reads = new DynamoReads(dynamo);
    this.world = {
      reads: new CachedCampaigns(reads, reads, "campaigns", log),
      store: new DynamoCampaigns(dynamo, { campaigns: "campaigns", audit: "audit" }, clock),
      cacheSeconds: 60,
      ...{ clock, log, metrics, newId: () => `made-${++this.ids}` },
    };
  }

  /** The answer, with its body read. */
  async answer(sent: Sent) {
    const context = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 15_000 };
    const { statusCode: status, headers = {}, body } = await serve(proxied(sent), context, this.world);
    return { status, headers, body: body === "" ? undefined : JSON.parse(body) };
  }
}
