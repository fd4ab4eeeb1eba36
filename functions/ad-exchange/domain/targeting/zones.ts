/** Offsets of a time zone: from `since[n]` on, local time is `minutes[n]` ahead of UTC. The first holds before its time too. */
export interface Zone {
  readonly name: string;
  /** Milliseconds since the epoch, rising. */
  readonly since: readonly number[];
  readonly minutes: readonly number[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MINUTE = 60_000;
/** Days of offsets ahead: whoever has no newer snapshot for longer has worse troubles. */
const AHEAD = 400;
/** No zone changes twice within it. */
const STEP = 14 * DAY;

/**
 * The offsets of a zone from a day before an instant on. Asks Intl, which is slow: for those who build, not for those who match.
 * @param name IANA name
 * @returns undefined for a zone that Intl does not know
 */
export function zoneFrom(name: string, instant: number): Zone | undefined {
  const start = Math.floor((instant - DAY) / HOUR) * HOUR;
  const recent = zones.get(name);
  if (recent?.since[0] === start) return recent;
  const zone = zoneSince(name, start);
  if (zone !== undefined) zones.set(name, zone);
  return zone;
}

/** The last one of each name, of which there are a few hundred. */
const zones = new Map<string, Zone>();

function zoneSince(name: string, start: number): Zone | undefined {
  const offset = offsets(name);
  if (offset === undefined) return undefined;
  const since = [start];
  const minutes = [offset(start)];
  for (let at = start; at < start + AHEAD * DAY; at += STEP) {
    const after = offset(at + STEP);
    if (after === minutes.at(-1)) continue;
    since.push(changeIn(offset, at, at + STEP, after));
    minutes.push(after);
  }
  return { name, since, minutes };
}

/** The first instant, to the minute, that has the offset of `end`. */
function changeIn(offset: (instant: number) => number, start: number, end: number, after: number): number {
  let [low, high] = [start / MINUTE, end / MINUTE];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offset(middle * MINUTE) === after) high = middle;
    else low = middle;
  }
  return high * MINUTE;
}

const PARTS = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
const formats = new Map<string, (instant: number) => number>();

/** Minutes that local time is ahead of UTC at an instant; memoised by zone, of which there are a few hundred. */
function offsets(name: string): ((instant: number) => number) | undefined {
  const known = formats.get(name);
  if (known) return known;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", { timeZone: name, hourCycle: "h23", ...PARTS });
  } catch {
    return undefined;
  }
  const offset = (instant: number): number => {
    const { year, month, day, hour, minute } = Object.fromEntries(
      format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
    ) as Record<keyof typeof PARTS, number>;
    const local = Date.UTC(year, month - 1, day, hour, minute);
    return Math.round((local - Math.floor(instant / MINUTE) * MINUTE) / MINUTE);
  };
  formats.set(name, offset);
  return offset;
}

const HOURS_OF_WEEK = 168;
/** The epoch was a Thursday; weeks begin on Monday. */
const THURSDAY = 72;

/** Hour of the week in a zone: 0 is Monday, 00:00 to 00:59. */
export function hourOfWeek({ since, minutes }: Zone, now: number): number {
  let at = since.length - 1;
  while (at > 0 && now < since[at]!) at--;
  const hours = Math.floor((now + minutes[at]! * MINUTE) / HOUR) + THURSDAY;
  return ((hours % HOURS_OF_WEEK) + HOURS_OF_WEEK) % HOURS_OF_WEEK;
}
