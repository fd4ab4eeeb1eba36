import type { Micros } from "../money";

/** Matches of the overlay that are kept: more than a slot ever takes of several seats. */
const CAPACITY = 128;

/** Matches that come in no order, sorted as they come; the best of them. */
export class Found {
  count = 0;
  readonly ordinal = new Int32Array(CAPACITY);
  readonly creative = new Int32Array(CAPACITY);
  readonly deal = new Int32Array(CAPACITY);
  readonly seat = new Int32Array(CAPACITY);
  readonly bidMicros = new Float64Array(CAPACITY);
  readonly tie = new Float64Array(CAPACITY);

  clear(): void {
    this.count = 0;
  }

  wants(bidMicros: Micros, tie: number): boolean {
    return this.count < CAPACITY || !this.isBefore(CAPACITY - 1, bidMicros, tie);
  }

  /** Whether the one at a place comes before another. */
  isBefore(at: number, bidMicros: Micros, tie: number): boolean {
    const own = this.bidMicros[at]!;
    return own > bidMicros || (own === bidMicros && this.tie[at]! < tie);
  }

  add(ordinal: number, creative: number, deal: number, bidMicros: Micros, tie: number, seat: number): void {
    let at = this.count < CAPACITY ? this.count++ : CAPACITY - 1;
    for (; at > 0 && !this.isBefore(at - 1, bidMicros, tie); at--) this.#move(at - 1, at);
    this.ordinal[at] = ordinal;
    this.creative[at] = creative;
    this.deal[at] = deal;
    this.bidMicros[at] = bidMicros;
    this.tie[at] = tie;
    this.seat[at] = seat;
  }

  #move(from: number, to: number): void {
    this.ordinal[to] = this.ordinal[from]!;
    this.creative[to] = this.creative[from]!;
    this.deal[to] = this.deal[from]!;
    this.bidMicros[to] = this.bidMicros[from]!;
    this.tie[to] = this.tie[from]!;
    this.seat[to] = this.seat[from]!;
  }
}
