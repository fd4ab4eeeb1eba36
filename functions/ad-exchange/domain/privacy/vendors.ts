import type { BitReader } from "./bit-reader";

/** Reads a list of vendors to its end; whether `vendor` is in it. */
export type VendorsReader = (bits: BitReader, vendor: number) => boolean;

/** A field of one bit per vendor, or ranges ("Consent string and vendor list formats v2", section "Vendor Consent Section"). */
export function vendorIn(bits: BitReader, vendor: number): boolean {
  const most = bits.int(16);
  return bits.flag() ? vendorInRanges(bits, vendor) : bitOf(bits, vendor, most);
}

/** Ranges of 16-bit ids ("Publisher Restrictions", and vendors where ranges are shorter). */
export function vendorInRanges(bits: BitReader, vendor: number): boolean {
  let found = false;
  for (let left = bits.int(12); left > 0 && !bits.failed; left--) {
    // A flag and an id in one read: an entry in two thirds of the time.
    const entry = bits.int(17);
    const first = entry & 0xffff;
    const last = entry > 0xffff ? bits.int(16) : first;
    if (last < first || first === 0) bits.failed = true;
    if (vendor >= first && vendor <= last) found = true;
  }
  return found;
}

/** GPP's OptimizedRange: as above, but ranges are of Fibonacci-coded distances (GPP, "Section encoding"). */
export function vendorInOptimized(bits: BitReader, vendor: number): boolean {
  const most = bits.int(16);
  if (!bits.flag()) return bitOf(bits, vendor, most);
  let found = false;
  let last = 0;
  for (let left = bits.int(12); left > 0 && !bits.failed; left--) {
    const isRange = bits.flag();
    const first = last + bits.fibonacci();
    last = isRange ? first + bits.fibonacci() : first;
    if (vendor >= first && vendor <= last) found = true;
  }
  // Ranges in TCF's own coding, which some write here, would give nonsense: their end gives them away.
  if (last !== most) bits.failed = true;
  return found;
}

function bitOf(bits: BitReader, vendor: number, most: number): boolean {
  if (vendor < 1 || vendor > most) {
    bits.skip(most);
    return false;
  }
  bits.skip(vendor - 1);
  const found = bits.flag();
  bits.skip(most - vendor);
  return found;
}
