import { BitReader, endOfLetters } from "./bit-reader";
import { NOTHING, REASONS, REFUSED, type Refusals, refuse, refuseAll } from "./refusals";

/**
 * Fields of a section behind its version, two bits each, in the order of its specification (GPP, "Sections/US-National"
 * and "Sections/US-States"):
 * n  notice of processing or sharing          s S  notice of the opt-out of sale, the opt-out
 * x  notice about sensitive data              h H  the same of sharing
 * p  one category of sensitive data           t T  the same of targeted advertising
 * c  consent for known children               a    consent to incompatible or additional processing
 * v  service provider mode                    m    MSPA mode, where 2 is service provider mode
 * -  nothing to decide by
 */
interface Section {
  readonly versions: Readonly<Record<number, string>>;
  /** What a segment behind the core holds; in all others it is the Global Privacy Control. */
  readonly more?: string;
}

const P8 = "p".repeat(8);
/** Most states differ only in how many kinds of sensitive data and of children they tell apart. */
const state = (sensitive: number, children: number, additional: "a" | ""): Section => ({
  versions: { 1: `nstST${"p".repeat(sensitive)}${"c".repeat(children)}${additional}--v` },
});
const opposing: Section = { versions: { 1: `nstxST${P8}c--v` } };
const mspaFirst: Section = { versions: { 1: "-mnstSTca" }, more: P8 };

/** By GPP section id. */
const SECTIONS: Readonly<Record<number, Section>> = {
  7: { versions: { 1: `nshtxxSHT${"p".repeat(12)}cca--v`, 2: `nshtxxSHT${"p".repeat(16)}ccca--v` } },
  // California
  8: { versions: { 1: `shxSH${"p".repeat(9)}cca--v` } },
  // Virginia, Colorado, Utah, Connecticut
  9: state(8, 1, ""),
  10: state(7, 1, ""),
  11: opposing,
  12: state(8, 3, ""),
  // Florida, Montana, Oregon, Texas, Delaware, Iowa
  13: state(8, 3, "a"),
  14: state(8, 3, "a"),
  15: state(11, 3, "a"),
  16: state(8, 1, "a"),
  17: state(9, 5, "a"),
  18: opposing,
  // Nebraska, New Hampshire, New Jersey, Tennessee, Minnesota
  19: state(8, 1, "a"),
  20: state(8, 3, "a"),
  21: state(10, 5, "a"),
  22: state(8, 1, "a"),
  23: state(8, 1, "a"),
  // Maryland, Indiana, Kentucky, Rhode Island
  24: { versions: { 1: "-mnstSTa" } },
  25: mspaFirst,
  26: mspaFirst,
  27: mspaFirst,
};

export const isUsSection = (id: number): boolean => id in SECTIONS;

const DOT = 46;
const GPC_SEGMENT = 1;
const UNREADABLE = refuseAll(REASONS.gppUnreadable);
const OPTED_OUT = refuseAll(REASONS.gppUsOptOut);
const CHILD = refuseAll(REASONS.gppUsChild);
const GPC = refuseAll(REASONS.globalPrivacyControl);
/** Which data is sensitive nobody says, so none beside the page is used, nor where exactly somebody is. */
const SENSITIVE = refuse(REFUSED.preciseGeo | REFUSED.segments, REASONS.gppUsSensitive);

/** What a section of the United States forbids, as it stands in `text` from `from` to `end`. */
export function refusedByUsSection(id: number, text: string, from: number, end: number): Refusals {
  const section = SECTIONS[id]!;
  const core = new BitReader(text, from, endOfLetters(text, from));
  const fields = section.versions[core.int(6)];
  if (fields === undefined) return UNREADABLE;
  let refusals = refusedByFields(core, fields);
  let failed = core.failed;
  let at = from + core.length / 6;
  while (at < end && !failed) {
    if (text.charCodeAt(at) !== DOT) return UNREADABLE;
    const more = new BitReader(text, at + 1, endOfLetters(text, at + 1));
    refusals |= section.more === undefined ? refusedByControl(more) : refusedByFields(more, section.more);
    failed = more.failed;
    at += 1 + more.length / 6;
  }
  return failed ? UNREADABLE : refusals;
}

function refusedByControl(bits: BitReader): Refusals {
  if (bits.int(2) !== GPC_SEGMENT) return UNREADABLE;
  return bits.flag() ? GPC : NOTHING;
}

/**
 * Values are 0 not applicable; of notices 1 given, 2 not; of opt-outs 1 opted out, 2 not; of consents 1 none, 2 given.
 * An opt-out permits in two cases only: it applies neither to the notice nor to itself, or notice was given and nobody
 * opted out; anything else contradicts itself. Any word of a known child forbids: no exchange can tell whom a parent's
 * consent covers.
 */
function refusedByFields(bits: BitReader, fields: string): Refusals {
  let refusals = NOTHING;
  let sale = 0;
  let sharing = 0;
  let targeting = 0;
  for (let at = 0; at < fields.length; at++) {
    const value = bits.int(2);
    switch (fields[at]) {
      case "s":
        sale = value;
        break;
      case "h":
        sharing = value;
        break;
      case "t":
        targeting = value;
        break;
      case "S":
        if (!isCoherent(sale, value)) refusals |= OPTED_OUT;
        break;
      case "H":
        if (!isCoherent(sharing, value)) refusals |= OPTED_OUT;
        break;
      case "T":
        if (!isCoherent(targeting, value)) refusals |= OPTED_OUT;
        break;
      case "n":
      case "m":
        if (value > 1) refusals |= OPTED_OUT;
        break;
      case "x":
        if (value > 1) refusals |= SENSITIVE;
        break;
      case "p":
        if (value % 2 === 1) refusals |= SENSITIVE;
        break;
      case "c":
        if (value !== 0) refusals |= CHILD;
        break;
      case "a":
      case "v":
        if (value % 2 === 1) refusals |= OPTED_OUT;
        break;
    }
  }
  return refusals;
}

const isCoherent = (notice: number, optOut: number): boolean =>
  (notice === 0 && optOut === 0) || (notice === 1 && optOut === 2);
