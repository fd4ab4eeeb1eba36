import type { Campaign } from "../../functions/ad-exchange/domain/campaign";
import { WRITABLE } from "../../functions/ad-exchange/domain/campaigns/rules";
import { bearer, type Connections, type HttpAnswer } from "./http-target";

/** An advertiser's way to its campaigns, over HTTP. */
export class CampaignApi {
  constructor(
    private readonly connections: Connections,
    private readonly token: string,
  ) {}

  /** @returns its entity tag @throws Error that says what the API answered instead of 201 */
  async create(campaign: Campaign): Promise<string> {
    const own = Object.entries(campaign).filter(([name]) => name === "id" || WRITABLE.some((each) => each === name));
    const body = JSON.stringify(Object.fromEntries(own));
    const headers = { "content-type": "application/json" };
    return tagIn(await this.ask("POST", "/v1/campaigns", headers, body), 201, campaign.id);
  }

  /** @param tag of the version that is meant @returns the new one's */
  async change(id: string, tag: string, patch: Partial<Campaign>): Promise<string> {
    const headers = { "content-type": "application/merge-patch+json", "if-match": tag };
    return tagIn(await this.ask("PATCH", `/v1/campaigns/${id}`, headers, JSON.stringify(patch)), 200, id);
  }

  show(id: string): Promise<HttpAnswer> {
    return this.ask("GET", `/v1/campaigns/${id}`, {}, "");
  }

  private ask(
    method: "GET" | "POST" | "PATCH",
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<HttpAnswer> {
    return this.connections.ask(path, { method, headers: { ...headers, ...bearer(this.token) }, body });
  }
}

function tagIn({ status, body, headers }: HttpAnswer, expected: number, id: string): string {
  if (status !== expected || headers.etag === undefined)
    throw new Error(`The campaign API answered ${status} for ${id}, not ${expected}: ${body.slice(0, 500)}`);
  return headers.etag;
}
