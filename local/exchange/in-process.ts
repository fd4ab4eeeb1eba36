import { randomBytes } from "node:crypto";
import { openPorts } from "../../functions/ad-exchange/adapters/open-ports";
import { testSeats } from "../../functions/ad-exchange/adapters/test-seat";
import { Exchange } from "../../functions/ad-exchange/bid-handler/exchange";
import type { Measured } from "../../functions/ad-exchange/bid-handler/meter";
import { Readiness } from "../../functions/ad-exchange/bid-handler/readiness";
import { Sale } from "../../functions/ad-exchange/bid-handler/sale";
import { type ExchangeSettings, parseSettings } from "../../functions/ad-exchange/bid-handler/settings";
import { noticeAddresses } from "../../functions/ad-exchange/domain/auction/notice-addresses";
import type { Campaign } from "../../functions/ad-exchange/domain/campaign";
import { signer } from "../../functions/ad-exchange/domain/notices/signer";
import type { Ports } from "../../functions/ad-exchange/domain/ports";
import { compileSnapshot } from "../../functions/ad-exchange/domain/targeting/compile-snapshot";
import { loadSnapshot } from "../../functions/ad-exchange/domain/targeting/load-snapshot";

export interface InProcessOptions {
  readonly campaigns: Iterable<Campaign>;
  /** JSON text, as the parameter has it. */
  readonly settings: string;
  /** Over `openPorts`. */
  readonly ports?: Partial<Ports>;
  /** Milliseconds since the epoch; the machine's when left out. */
  readonly now?: () => number;
  readonly record?: (measured: Measured) => void;
  /** Where notices would be heard. */
  readonly noticeUrl?: string;
}

/** The bid handler's own exchange in this process, with campaigns of its own, a key made up, and no cloud. */
export interface InProcess {
  readonly exchange: Exchange;
  readonly ready: Readiness;
  readonly settings: ExchangeSettings;
}

export function exchangeInProcess(options: InProcessOptions): InProcess {
  const { now = Date.now, record = () => {}, noticeUrl = "https://exchange.example" } = options;
  const ready = new Readiness();
  const settings = parseSettings(options.settings);
  // Rates first: what campaigns bid in other currencies is in the index as what it is worth.
  ready.put({ settings, signer: signer([{ id: "in-process", secret: randomBytes(32) }]) });
  const file = compileSnapshot(options.campaigns, {
    generation: 1,
    builtAt: now(),
    toMicros: (amount, currency) => ready.microsOf(amount, currency, now()),
  });
  ready.put({ index: loadSnapshot(file) });
  const exchange = new Exchange({
    Sale,
    ...{ ready, now, addresses: noticeAddresses(noticeUrl), meter: { record } },
    ports: { ...openPorts(), ...options.ports },
    testDemand: testSeats,
    clock: () => performance.now(),
  });
  return { exchange, ready, settings };
}
