import type { NoticeAddresses } from "../domain/auction/notice-addresses";
import type { Demand, Ports } from "../domain/ports";
import type { Meter } from "./meter";
import type { Readiness } from "./readiness";
import type { Sale } from "./sale";

/** What a decision has beside its request. All of it is there at once, but for what ports answer. */
export interface World {
  readonly ready: Readiness;
  readonly ports: Ports;
  /** Bids on requests of `test` 1 in place of the seats outside, where the settings say so. */
  readonly testDemand: Demand;
  /** Asked for once there is something to sell by, since it may be loaded only then. */
  readonly Sale: typeof Sale;
  readonly meter: Pick<Meter, "record">;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds that only ever rise, to measure with. */
  readonly clock: () => number;
  /** Of the notices of bids. */
  readonly addresses: NoticeAddresses;
}
