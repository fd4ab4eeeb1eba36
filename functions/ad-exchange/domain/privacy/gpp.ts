import { BitReader, endOfLetters } from "./bit-reader";
import type { PrivacyPolicy } from "./policy";
import { NOTHING, REASONS, type Refusals, refuseAll } from "./refusals";
import { refusedByTcf, refusedByTcfCanada } from "./tcf";
import { refusedByUsPrivacy } from "./us-privacy";
import { isUsSection, refusedByUsSection } from "./us-sections";

export const GPP = { tcfEu: 2, header: 3, integrity: 4, tcfCanada: 5, usPrivacy: 6 } as const;

/** CMP API, `applicableSections`: -1 none applies, 0 not known yet. */
const NONE_APPLIES = -1;
const NOT_KNOWN = 0;

const MOST_SECTIONS = 30;
const UNREADABLE = refuseAll(REASONS.gppUnreadable);

/**
 * What a GPP string forbids (Global Privacy Platform, "Consent String Specification"): a header that names the sections,
 * then they, between tildes and in that order. Those in `regs.gpp_sid` apply, each of which has to be there and be read;
 * without that list every section of the string does.
 * @param alsoTcf section 2 applies although the list does not say so: the GDPR does, and no other string was given
 */
export function refusedByGpp(
  gpp: string,
  applying: readonly number[] | undefined,
  alsoTcf: boolean,
  policy: PrivacyPolicy,
  now: number,
): Refusals {
  const isListed = applying !== undefined && applying.length > 0 && !applying.includes(NOT_KNOWN);
  if (!alsoTcf && (isListed ? applies(applying) === 0 : gpp === "")) return NOTHING;
  const headerEnd = endOfLetters(gpp, 0);
  const header = new BitReader(gpp, 0, headerEnd);
  if (header.int(6) !== GPP.header || header.int(6) !== 1) return UNREADABLE;
  let wanted = isListed ? applies(applying) : ALL_SECTIONS;
  if (alsoTcf) wanted |= 1 << GPP.tcfEu;
  let refusals = NOTHING;
  let found = 0;
  let last = 0;
  let end = headerEnd;
  for (let left = header.int(12); left > 0 && !header.failed; left--) {
    const isRange = header.flag();
    const first = last + header.fibonacci();
    last = isRange ? first + header.fibonacci() : first;
    for (let id = first; id <= last; id++) {
      if (gpp[end] !== "~") return UNREADABLE;
      const from = end + 1;
      end = gpp.indexOf("~", from);
      if (end < 0) end = gpp.length;
      const bit = id > MOST_SECTIONS ? OTHER : 1 << id;
      if ((wanted & bit) !== 0) refusals |= refusedBySection(id, gpp, from, end, policy, now);
      found |= bit;
    }
  }
  if (header.failed || end !== gpp.length) return UNREADABLE;
  const missing = isListed ? wanted & ~found : alsoTcf ? (1 << GPP.tcfEu) & ~found : 0;
  return missing === 0 ? refusals : UNREADABLE | refusals;
}

/** Sections as bits; every one that this does not know shares a bit of its own. */
const OTHER = 1 << 31;
const ALL_SECTIONS = -1;

/** Header and signal integrity need not be listed, and forbid nothing. */
function applies(applying: readonly number[]): number {
  let sections = 0;
  for (let at = 0; at < applying.length; at++) {
    const id = applying[at]!;
    if (id === NONE_APPLIES || id === GPP.header || id === GPP.integrity) continue;
    sections |= id >= 1 && id <= MOST_SECTIONS && Number.isInteger(id) ? 1 << id : OTHER;
  }
  return sections;
}

function refusedBySection(
  id: number,
  gpp: string,
  from: number,
  end: number,
  policy: PrivacyPolicy,
  now: number,
): Refusals {
  if (id === GPP.tcfEu) return refusedByTcf(gpp, from, end, policy, now);
  if (id === GPP.tcfCanada) return refusedByTcfCanada(gpp, from, end, policy, now);
  if (id === GPP.usPrivacy) return refusedByUsPrivacy(gpp, from, end);
  if (isUsSection(id)) return refusedByUsSection(id, gpp, from, end);
  return id === GPP.header || id === GPP.integrity ? NOTHING : UNREADABLE;
}
