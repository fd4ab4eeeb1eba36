import type { Answer } from "../../../../functions/ad-exchange/bid-handler/call";
import type { Exchange } from "../../../../functions/ad-exchange/bid-handler/exchange";
import type { Measured } from "../../../../functions/ad-exchange/bid-handler/meter";
import type { Caller } from "../../../../functions/ad-exchange/domain/caller";
import type { Campaign, Creative } from "../../../../functions/ad-exchange/domain/campaign";
import type { BidRequest } from "../../../../functions/ad-exchange/domain/openrtb/bid-request";
import type { Bid, BidResponse } from "../../../../functions/ad-exchange/domain/openrtb/bid-response";
import type { Ports } from "../../../../functions/ad-exchange/domain/ports";
import { exchangeInProcess } from "../../../../local/exchange/in-process";
import { SETTINGS } from "./settings";

export const NOW = Date.parse("2026-11-21T12:00:00Z");

/** A campaign that bids on any banner of 300 by 250. */
export const campaign = (id: string, bid: string, more: Partial<Campaign> = {}): Campaign => ({
  ...{ advertiser: `adv-${id}`, id, name: id, status: "active", seat: `seat-${id}`, bid, currency: "USD" },
  ...{ budget: { total: "1000" }, flight: { start: "2026-01-01T00:00:00Z" }, targeting: {} },
  ...{ creatives: [creative(`cr-${id}`)], version: 1, changedAt: "2026-01-01T00:00:00Z" },
  ...more,
});

export const creative = (id: string, more: Partial<Creative> = {}): Creative => ({
  ...{ id, type: 1, w: 300, h: 250, markup: `<img src="https://cdn.example/${id}.png">`, secure: true },
  ...{ advertiserDomains: ["brand.example"], categories: ["IAB3"] },
  ...more,
});

export const request = (more: Partial<BidRequest> = {}): BidRequest => ({
  id: "auction-1",
  imp: [imp("1")],
  site: { domain: "news.example", publisher: { id: "pub-1" } },
  ...more,
});

export const imp = (id: string, more: object = {}) => ({ id, banner: { w: 300, h: 250 }, ...more });

export const PUBLISHER: Caller = { principal: "token/pub-1", may: ["auction"], publisher: "pub-1" };

export interface Asked {
  readonly answer: Answer;
  readonly status: number;
  /** Undefined without content. */
  readonly response: (BidResponse & { readonly ext?: Record<string, never> }) | undefined;
  /** Of all seats. */
  readonly bids: readonly (Bid & { readonly seat: string })[];
}

export interface OpenedOptions {
  readonly campaigns?: readonly Campaign[];
  readonly settings?: Record<string, unknown>;
  readonly ports?: Partial<Ports>;
}

/** An exchange whose clock stands still, and what it has measured. */
export function opened({ campaigns = [], settings = {}, ports = {} }: OpenedOptions = {}) {
  const measured: Measured[] = [];
  const { exchange, ready } = exchangeInProcess({
    ...{ campaigns, ports, now: () => NOW, record: (one) => measured.push(one) },
    settings: JSON.stringify({ ...SETTINGS, ...settings }),
  });
  return { ask: asking(exchange), measured, ready, exchange };
}

export const asking =
  (exchange: Exchange) =>
  /** @param caller null: a server that leaves it to others who calls */
  async (asked: BidRequest | string | Uint8Array, caller: Caller | null = PUBLISHER, ago = 0): Promise<Asked> => {
    const body = typeof asked === "string" || asked instanceof Uint8Array ? asked : JSON.stringify(asked);
    return told(await exchange.answer({ body, caller: caller ?? undefined, receivedAt: NOW - ago }));
  };

function told(answer: Answer): Asked {
  const response = answer.body === "" ? undefined : (JSON.parse(answer.body) as Asked["response"]);
  const bids = (response?.seatbid ?? []).flatMap(({ seat = "", bid }) => bid.map((one) => ({ ...one, seat })));
  return { answer, status: answer.status, response, bids };
}
