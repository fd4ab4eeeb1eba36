import { openPorts } from "../../../functions/ad-exchange/adapters/open-ports";
import { testSeats } from "../../../functions/ad-exchange/adapters/test-seat";
import { Exchange } from "../../../functions/ad-exchange/bid-handler/exchange";
import { Meter } from "../../../functions/ad-exchange/bid-handler/meter";
import { Readiness } from "../../../functions/ad-exchange/bid-handler/readiness";
import { Sale } from "../../../functions/ad-exchange/bid-handler/sale";
import { parseSettings } from "../../../functions/ad-exchange/bid-handler/settings";
import { noticeAddresses } from "../../../functions/ad-exchange/domain/auction/notice-addresses";
import { signer } from "../../../functions/ad-exchange/domain/notices/signer";
import { loadSnapshot } from "../../../functions/ad-exchange/domain/targeting/load-snapshot";
import { sampleSettings } from "../../../local/exchange/settings";

/** An exchange as the bid handler has it, over a snapshot's bytes. Its meter writes every second's line, to nobody. */
export interface BenchExchange {
  readonly exchange: Exchange;
  readonly ready: Readiness;
  readonly meter: Meter;
}

export function benchExchange(snapshot: Uint8Array): BenchExchange {
  const ready = new Readiness();
  ready.put({
    settings: parseSettings(sampleSettings(new Date())),
    signer: signer([{ id: "bench", secret: Buffer.alloc(32, 7) }]),
    index: loadSnapshot(snapshot),
  });
  const nobody = (): void => {};
  const meter = new Meter("bench", nobody, () => 0);
  const exchange = new Exchange({
    Sale,
    ...{ ready, meter, now: () => Date.now(), clock: () => performance.now() },
    ...{ ports: openPorts(), testDemand: testSeats, addresses: noticeAddresses("https://exchange.example") },
  });
  return { exchange, ready, meter };
}
