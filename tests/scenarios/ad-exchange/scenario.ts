/** A deal, as in `DealTerms`. Amounts of scenarios are decimal text, CPM. */
export interface ScenarioDeal {
  readonly id: string;
  readonly floor: string;
  /** The auction's when left out. */
  readonly at?: number;
  readonly guaranteed?: boolean;
  readonly seats?: readonly string[];
}

export interface ScenarioFloors {
  readonly perSecond?: string;
  readonly longestSeconds?: number;
  readonly ranges?: readonly { readonly from: number; readonly to: number; readonly floor: string }[];
}

export interface ScenarioSlot {
  readonly floor?: string;
  readonly privateOnly?: boolean;
  readonly videoFloors?: ScenarioFloors;
  readonly deals?: readonly ScenarioDeal[];
}

export interface ScenarioBid {
  readonly seat: string;
  /** The first when left out. */
  readonly slot?: number;
  readonly price: string;
  readonly deal?: string;
  readonly group?: string;
  /** Of a video; a banner when left out. */
  readonly seconds?: number;
}

/** Given slots and named bids, who wins and at what price, and why the others lose. Every bid has to be in `expect`. */
export interface Scenario {
  readonly says: string;
  /** "auction" when left out; ties are drawn by it. */
  readonly auctionId?: string;
  /** 2 when left out. */
  readonly at?: number;
  /** "0.01" when left out. */
  readonly increment?: string;
  readonly slots: readonly ScenarioSlot[];
  readonly bids: Readonly<Record<string, ScenarioBid>>;
  /** Taken out after the first clearing, one round after the other: the names, and the reason. */
  readonly refuse?: readonly { readonly bids: readonly string[]; readonly reason: number }[];
  readonly expect: {
    /** Parallel to `slots`: winner, price, least that wins; null for a slot that nobody wins. */
    readonly slots: readonly (readonly [winner: string, price: string, minToWin: string] | null)[];
    /** By the bid's name: the loss reason, and the least that wins, null where it is not told. */
    readonly losses: Readonly<Record<string, readonly [reason: number, minToWin: string | null]>>;
  };
}
