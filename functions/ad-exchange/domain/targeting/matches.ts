import type { Micros } from "../money";

/** What a slot is matched with, best bid first; the caller keeps one and hands it in anew for each slot. */
export class Matches {
  count = 0;
  /** Of the index that was asked: it names the campaign as long as that index is kept, whatever changes. */
  readonly ordinal: Int32Array;
  /** Number of the creative in the index. */
  readonly creative: Int32Array;
  /** Index of the slot's deal, -1 for the open auction. */
  readonly deal: Int32Array;
  readonly bidMicros: Float64Array;
  /** Number of the seat in the index. */
  readonly seat: Int32Array;
  /** The bounds of work were reached: there may be more that match. */
  isCut = false;
  readonly #ofSeat: number;
  #spares = 0;
  /** Matches of seats that have enough, each with how many were in front of it. */
  readonly #spare: {
    ordinal: Int32Array;
    creative: Int32Array;
    deal: Int32Array;
    bidMicros: Float64Array;
    seat: Int32Array;
    after: Int32Array;
  };

  /**
   * @param most that are looked for
   * @param ofSeat most of one seat while others match: a second price needs another seat. Of fewer seats there may be more
   */
  constructor(
    readonly most = 16,
    ofSeat = Math.max(1, Math.floor(most / 2)),
  ) {
    this.ordinal = new Int32Array(most);
    this.creative = new Int32Array(most);
    this.deal = new Int32Array(most);
    this.bidMicros = new Float64Array(most);
    this.seat = new Int32Array(most);
    this.#ofSeat = ofSeat;
    const spare = most - Math.min(most, ofSeat);
    this.#spare = {
      ...{ ordinal: new Int32Array(spare), creative: new Int32Array(spare), deal: new Int32Array(spare) },
      ...{ bidMicros: new Float64Array(spare), seat: new Int32Array(spare), after: new Int32Array(spare) },
    };
  }

  clear(): void {
    this.count = 0;
    this.#spares = 0;
    this.isCut = false;
  }

  get isFull(): boolean {
    return this.count === this.most;
  }

  /** Whether another match of a seat could be among the best: if not, it need not be looked at. */
  wants(seat: number): boolean {
    return this.#spares < this.#spare.ordinal.length || !this.#hasEnoughOf(seat);
  }

  /** Takes the next best one. */
  add(ordinal: number, creative: number, deal: number, bidMicros: Micros, seat: number): void {
    if (this.#hasEnoughOf(seat)) {
      this.#addSpare(ordinal, creative, deal, bidMicros, seat);
      return;
    }
    const at = this.count++;
    this.ordinal[at] = ordinal;
    this.creative[at] = creative;
    this.deal[at] = deal;
    this.bidMicros[at] = bidMicros;
    this.seat[at] = seat;
  }

  /** When nothing else matches: fills up with those of seats that had enough, in their order. */
  finish(): number {
    const spare = this.#spare;
    let last = this.count - 1;
    let from = Math.min(this.#spares, this.most - this.count) - 1;
    this.count += from + 1;
    for (let to = this.count - 1; from >= 0; to--) {
      const source = spare.after[from]! <= last ? this : spare;
      const at = source === this ? last-- : from--;
      this.ordinal[to] = source.ordinal[at]!;
      this.creative[to] = source.creative[at]!;
      this.deal[to] = source.deal[at]!;
      this.bidMicros[to] = source.bidMicros[at]!;
      this.seat[to] = source.seat[at]!;
    }
    return this.count;
  }

  #hasEnoughOf(seat: number): boolean {
    let count = 0;
    for (let at = 0; at < this.count; at++) if (this.seat[at] === seat) count++;
    return count >= this.#ofSeat;
  }

  #addSpare(ordinal: number, creative: number, deal: number, bidMicros: Micros, seat: number): void {
    const spare = this.#spare;
    if (this.#spares === spare.ordinal.length) return;
    const at = this.#spares++;
    spare.ordinal[at] = ordinal;
    spare.creative[at] = creative;
    spare.deal[at] = deal;
    spare.bidMicros[at] = bidMicros;
    spare.seat[at] = seat;
    spare.after[at] = this.count;
  }
}
