import { NOTHING, REASONS, type Refusals, refuseAll } from "./refusals";

const REFUSED_BY_US_PRIVACY = refuseAll(REASONS.usPrivacy);

/**
 * U.S. Privacy String 1.0, "1YNN": version, explicit notice, opted out of sale, covered by the LSPA. Data may be used
 * where the law does not apply ("1---"), or where notice was given and nobody opted out: without notice a third party
 * may not sell on what it was sold (Cal. Civ. Code 1798.115(d)). Anything else is malformed or says neither.
 */
export function refusedByUsPrivacy(text: string, from: number, end: number): Refusals {
  if (end - from !== 4 || text.charAt(from) !== "1") return REFUSED_BY_US_PRIVACY;
  const notice = text.charAt(from + 1);
  const optOut = text.charAt(from + 2);
  const covered = text.charAt(from + 3);
  if (notice === "-" && optOut === "-" && covered === "-") return NOTHING;
  const isKnown = covered === "Y" || covered === "N" || covered === "-";
  return notice === "Y" && optOut === "N" && isKnown ? NOTHING : REFUSED_BY_US_PRIVACY;
}
