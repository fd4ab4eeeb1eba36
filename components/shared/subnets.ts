/** Address ranges of a network's subnets, one of each kind for each zone. */
export interface Subnets {
  /** Functions, balancers and endpoints stand here: 4,091 addresses each. */
  readonly private: readonly string[];
  /** NAT gateways stand here, and nothing else. */
  readonly nat: readonly string[];
}

/** More would meet in the middle. No region has more than six zones. */
const MOST_ZONES = 15;
/** Ranges that are nobody's on the internet (RFC 1918, section 3). */
const PRIVATE_16 = /^(10\.\d{1,3}|172\.(1[6-9]|2\d|3[01])|192\.168)\.0\.0\/16$/;

export const isPrivate16 = (cidr: string): boolean => PRIVATE_16.test(cidr) && Number(cidr.split(".")[1]) <= 255;

/**
 * Private /20s from the bottom of the network's /16, /24s for NAT from its top, zone by zone: a zone that is added later
 * moves no subnet that stands. Dividing the range by the number of zones, as awsx's own strategies do, would replace all.
 * @throws RangeError for another size of network, or more zones than fit
 */
export function subnetsOf(cidr: string, zones: number): Subnets {
  if (!isPrivate16(cidr)) throw new RangeError(`cidr is ${cidr}; give a private /16, for example 10.20.0.0/16.`);
  if (!Number.isInteger(zones) || zones < 1 || zones > MOST_ZONES)
    throw new RangeError(`there are ${zones} zones; give 1 to ${MOST_ZONES}.`);
  const [first, second] = cidr.split(".");
  const each = (range: (zone: number) => string) =>
    Array.from({ length: zones }, (_, zone) => `${first}.${second}.${range(zone)}`);
  return { private: each((zone) => `${16 * zone}.0/20`), nat: each((zone) => `${255 - zone}.0/24`) };
}
