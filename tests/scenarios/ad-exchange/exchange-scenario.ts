import type { Campaign, Creative } from "../../../functions/ad-exchange/domain/campaign";
import type { Bid } from "../../../functions/ad-exchange/domain/openrtb/bid-response";

/** A port that never answers, or fails at once. */
export type Broken = "late" | "failing";

/** What seats outside answer: bids, or why there are none. */
export interface ScenarioSeat {
  readonly says?: "nothing" | "late" | "malformed";
  /** "USD" when left out. */
  readonly cur?: string;
  /** Win all or none. */
  readonly group?: 1;
  /** Over a banner of 300 by 250 of seat.example, for impression "1". */
  readonly bids?: readonly (Partial<Bid> & { readonly price: number })[];
  /** Sent instead of a response with these bids. */
  readonly response?: unknown;
}

/**
 * What the world answers. Left out: nobody has more segments, nobody is suspected, caps leave plenty, there are no seats
 * outside, every budget is plenty. Campaigns are named by "adv-<id>#<id>".
 */
export interface ScenarioPorts {
  readonly segments?: readonly string[] | Broken;
  /** A no-bid reason. */
  readonly fraud?: number | Broken;
  /** Impressions that are left, by campaign; those not named have none. */
  readonly caps?: Readonly<Record<string, number>> | Broken;
  readonly seats?: Readonly<Record<string, ScenarioSeat>> | Broken;
  /** Micros by campaign; those not named have plenty. */
  readonly budgets?: Readonly<Record<string, number>> | Broken;
}

/** Objects say what has to be in what is found, and null that something must not; lists have to be as long. */
export interface ScenarioAnswer {
  readonly status: number;
  readonly outcome: string;
  /** Members of the answer. */
  readonly response?: Readonly<Record<string, unknown>>;
  /** In the order of their impressions, each with its `seat`; none when left out. */
  readonly bids?: readonly Readonly<Record<string, unknown>>[];
  /** Steps of the trace that have to be among it. */
  readonly trace?: readonly Readonly<Record<string, unknown>>[];
  /** What seats outside get to see of the request. */
  readonly sent?: Readonly<Record<string, unknown>>;
  /** Ports that were asked, in their order. */
  readonly asked?: readonly string[];
  /** What seats outside are told of their bids: "win", "bill" or "loss", the seat, the URL. */
  readonly told?: readonly (readonly [on: string, seat: string, url: string])[];
}

/**
 * From the text of a bid request to that of its answer. The clock stands at 2026-11-21T12:00:00Z; the settings are those
 * of tests/functions/ad-exchange/support/settings.ts.
 */
export interface ExchangeScenario {
  readonly says: string;
  /** Each bids on banners of 300 by 250, from seat "seat-<id>", unless it says otherwise. */
  readonly campaigns?: readonly (Partial<Campaign> & {
    readonly id: string;
    readonly bid: string;
    /** Over its one creative, "cr-<id>" of brand.example and category IAB3. */
    readonly creative?: Partial<Creative>;
  })[];
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The account that sends; "pub-1" when left out. */
  readonly publisher?: string;
  /** Milliseconds since it came in. */
  readonly receivedAgo?: number;
  /** The index is not loaded yet. */
  readonly isStarting?: true;
  readonly ports?: ScenarioPorts;
  /** Sent as JSON text. */
  readonly request?: Readonly<Record<string, unknown>>;
  /** Several, by what they show, that are answered alike; text is sent as it is. */
  readonly requests?: Readonly<Record<string, Readonly<Record<string, unknown>> | string>>;
  /** Characters to which blanks make the text long. */
  readonly paddedTo?: number;
  readonly expect: ScenarioAnswer;
}
