import { hourOfWeek, type Zone } from "./zones";

const WORDS = 6;

/** Which hours of the week, in which time zone; equal ones are kept once. */
export class Dayparts {
  readonly zones: Zone[];
  readonly zoneOf: number[];
  /** Six words each, bit n of them is hour n. */
  readonly hours: number[];
  readonly #known = new Map<string, number>();

  constructor(zones: readonly Zone[] = [], zoneOf: ArrayLike<number> = [], hours: ArrayLike<number> = []) {
    this.zones = [...zones];
    this.zoneOf = Array.from(zoneOf);
    this.hours = Array.from(hours);
  }

  /** @returns its number */
  add(zone: Zone, hours: Uint32Array): number {
    const key = `${zone.name} ${hours.join()}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    let number = this.zones.findIndex(({ name }) => name === zone.name);
    if (number < 0) number = this.zones.push(zone) - 1;
    this.hours.push(...hours);
    const daypart = this.zoneOf.push(number) - 1;
    this.#known.set(key, daypart);
    return daypart;
  }

  /** Whether it is one of its hours now. */
  has(daypart: number, now: number): boolean {
    const hour = hourOfWeek(this.zones[this.zoneOf[daypart]!]!, now);
    return ((this.hours[daypart * WORDS + (hour >>> 5)]! >>> (hour & 31)) & 1) === 1;
  }
}
