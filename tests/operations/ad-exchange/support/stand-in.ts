import { Meter } from "../../../../functions/ad-exchange/bid-handler/meter";
import type { Caller } from "../../../../functions/ad-exchange/domain/caller";
import type { Campaign } from "../../../../functions/ad-exchange/domain/campaign";
import { prepareRates } from "../../../../functions/ad-exchange/domain/rates";
import { generateCampaigns } from "../../../../local/exchange/campaigns";
import type { Known } from "../../../../local/exchange/check";
import { exchangeInProcess } from "../../../../local/exchange/in-process";
import { sampleSettings } from "../../../../local/exchange/settings";
import type { Target } from "../../../../local/exchange/target";

export const NOW = new Date("2026-11-21T12:00:00Z");
const NOTICE_URL = "https://exchange.test";

/** The exchange in this process behind tokens that name their publisher, at one fixed instant. */
export interface StandIn {
  readonly target: Target;
  readonly known: Known;
  /** What its meter wrote. */
  readonly lines: () => readonly string[];
  readonly pause: (campaign: Campaign) => void;
}

export const tokenOf = (publisher: string) => `token-of-${publisher}`;

export function standIn(own: readonly Campaign[] = [], count = 600): StandIn {
  const lines: string[] = [];
  const meter = new Meter(
    "stand-in",
    (line) => void lines.push(line),
    () => 0,
  );
  const campaigns = [...generateCampaigns({ seed: 1, count, now: NOW }), ...own];
  const { exchange, ready, settings } = exchangeInProcess({
    campaigns,
    settings: JSON.stringify({ ...JSON.parse(sampleSettings(NOW)), testSeat: false }),
    now: () => NOW.getTime(),
    noticeUrl: NOTICE_URL,
    record: (measured) => meter.record(measured, NOW.getTime()),
  });
  return {
    target: {
      async send(body, token) {
        const publisher = /^token-of-(.+)$/.exec(token ?? "")?.[1];
        if (publisher === undefined) return { status: 401, body: "" };
        const caller: Caller = { principal: publisher, may: ["auction"], publisher };
        return exchange.answer({ body, caller, receivedAt: NOW.getTime() });
      },
      close: () => {},
    },
    known: {
      campaigns: new Map(campaigns.map((one) => [`${one.advertiser}#${one.id}`, one])),
      rates: prepareRates(settings.rates, NOW.getTime(), { maximumAgeDays: settings.ratesMaximumAgeDays }),
      noticeUrl: NOTICE_URL,
    },
    lines() {
      meter.flush();
      return lines;
    },
    pause({ advertiser, id, version }) {
      const change = { advertiser, id, version: version + 1, at: NOW.getTime() };
      ready
        .at(NOW.getTime())
        ?.index.applyChange(change, (text, currency) => ready.microsOf(text, currency, NOW.getTime()));
    },
  };
}
