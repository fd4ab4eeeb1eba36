import type { BitReader } from "./bit-reader";
import type { PrivacyPolicy } from "./policy";
import type { VendorsReader } from "./vendors";

/** Set of TCF purposes, as the 24 bits of a string have them: purpose 1 is the highest. */
export type Purposes = number;

export const purpose = (id: number): Purposes => 1 << (24 - id);

const setOf = (ids: readonly number[] | undefined): Purposes => {
  let purposes = 0;
  if (ids !== undefined) for (let at = 0; at < ids.length; at++) purposes |= purpose(ids[at]!);
  return purposes;
};

/**
 * Purposes that legitimate interest can be the basis of: never 1, nor, by TCF policy 4 and up (Policies, Appendix A),
 * 3 to 6; what an older string says of them does not count.
 */
const OPEN_TO_INTEREST = setOf([2, 7, 8, 9, 10, 11]);

/** What a string says of one vendor. */
export interface Said {
  readonly consents: Purposes;
  readonly interests: Purposes;
}

/**
 * Purposes that the policy's vendor may pursue: reads the two lists of vendors and the publisher's restrictions, which
 * stand behind the purposes in every TCF string. Its declared legal basis counts, and a restriction to the other one only
 * where it declared the purpose flexible ("Publisher Restrictions": a vendor always respects "not allowed", the others
 * according to its declared flexibility). Contradictory restrictions forbid.
 */
export function pursued(
  bits: BitReader,
  { consents, interests }: Said,
  policy: PrivacyPolicy,
  vendorIn: VendorsReader,
  vendorInRestriction: VendorsReader,
): Purposes {
  const vendor = policy.gvlId ?? 0;
  const consented = vendorIn(bits, vendor) ? consents : 0;
  const interested = vendorIn(bits, vendor) ? interests & OPEN_TO_INTEREST : 0;
  let forbidden = 0;
  let onConsent = 0;
  let onInterest = 0;
  for (let left = bits.int(12); left > 0 && !bits.failed; left--) {
    const id = bits.int(6);
    const type = bits.int(2);
    if (!vendorInRestriction(bits, vendor) || id === 0 || id > 24) continue;
    if (type === 1) onConsent |= purpose(id);
    else if (type === 2) onInterest |= purpose(id);
    else forbidden |= purpose(id);
  }
  const declared = setOf(policy.legitimateInterests);
  const flexible = setOf(policy.flexiblePurposes);
  const free = ((consented & ~declared) | (interested & declared)) & ~(onConsent | onInterest);
  const restricted =
    (onConsent & ~onInterest & consented & (flexible | ~declared)) |
    (onInterest & ~onConsent & interested & (flexible | declared));
  return (free | restricted) & ~forbidden;
}
