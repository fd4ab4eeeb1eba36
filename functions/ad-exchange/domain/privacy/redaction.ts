import { isIPv4, isIPv6 } from "node:net";
import type { Geo } from "../openrtb/bid-request";

/** Groups of 16 bits that stay of an IPv6 address: /48, what one site is given (RFC 6177), as a /24 is of IPv4. */
const GROUPS_KEPT = 3;

/**
 * An address of which only the network is left: IPv4 without its last octet, IPv6 without its last 80 bits, as wherever
 * this project stores one. IPv4 within IPv6 (`::ffff:192.0.2.1`) is IPv4. Undefined when it is no address: text that
 * nobody understands is not passed on.
 */
export function redactedAddress(address: string): string | undefined {
  const plain = MAPPED.exec(address)?.[1] ?? address;
  if (isIPv4(plain)) return `${plain.slice(0, plain.lastIndexOf("."))}.0`;
  if (!isIPv6(plain)) return undefined;
  const [head = "", tail] = plain.split("%")[0]!.split("::");
  const groups = groupsOf(head);
  // "::" stands for as many zeros as are missing; those within the first three groups have to be counted.
  if (tail !== undefined) {
    const behind = groupsOf(tail);
    const widened = behind.length > 0 && behind[behind.length - 1]!.includes(".") ? 1 : 0;
    while (groups.length + behind.length + widened < 8) groups.push("0");
    groups.push(...behind);
  }
  const kept = groups.slice(0, GROUPS_KEPT).map((group) => Number.parseInt(group, 16).toString(16));
  while (kept[kept.length - 1] === "0") kept.pop();
  return `${kept.join(":")}::`;
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const groupsOf = (text: string): string[] => (text === "" ? [] : text.split(":"));

/**
 * A place of which coordinates are left to two decimals, a square of at most 1.1 km, beyond the 1,850 feet (564 m) below
 * which a place is precise (Cal. Civ. Code 1798.140(w); TCF Policies, special feature 1: 500 m). Postal code, accuracy
 * and the time of a fix go; country, region, metro, city and time zone stay.
 */
export function redactedGeo({ lat, lon, type, country, region, metro, city, utcoffset }: Geo): Geo {
  return {
    ...(lat === undefined ? {} : { lat: Math.round(lat * 100) / 100 }),
    ...(lon === undefined ? {} : { lon: Math.round(lon * 100) / 100 }),
    ...(type === undefined ? {} : { type }),
    ...(country === undefined ? {} : { country }),
    ...(region === undefined ? {} : { region }),
    ...(metro === undefined ? {} : { metro }),
    ...(city === undefined ? {} : { city }),
    ...(utcoffset === undefined ? {} : { utcoffset }),
  };
}
