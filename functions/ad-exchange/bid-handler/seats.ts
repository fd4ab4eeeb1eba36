import { bidTerms } from "../domain/auction/check-bid";
import { checkResponse, type RefusedBid } from "../domain/auction/check-response";
import type { Silent } from "../domain/auction/non-bids";
import type { Offer } from "../domain/offer";
import type { SeatAnswer } from "../domain/ports";
import type { Exchangeable } from "../domain/rates";
import type { Traits } from "../domain/traits";
import type { Case } from "./case";

export interface OfSeats {
  readonly offers: readonly Offer[];
  readonly refused: readonly RefusedBid[];
  /** Seats that have not bid. */
  readonly silent: readonly Silent[];
  /** Seats that did not answer in time. */
  readonly late: number;
}

/** What seats outside have brought, each held against the request; what one has done wrong is its own loss alone. */
export function offersOfSeats(answers: readonly SeatAnswer[], one: Case, traits: Traits, rates: Exchangeable): OfSeats {
  const terms = bidTerms(one.request, traits, one.slots, (price, currency) => rates.toMicros(price, currency));
  const offers: Offer[] = [];
  const refused: RefusedBid[] = [];
  const silent: Silent[] = [];
  let late = 0;
  for (const answer of answers) {
    if (answer.says === "late") late++;
    if (answer.says !== "bids") {
      silent.push(answer);
      continue;
    }
    const checked = checkResponse(answer.response, answer.seat, terms);
    offers.push(...checked.offers);
    refused.push(...checked.refused);
  }
  return { offers, refused, silent, late };
}
