/** Turns days and times of a named zone into moments in UTC. Clocks are changed there, and some days begin at one o'clock. */

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one costs much more than asking it. */
const MOST_FORMATS = 100;

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (formats.size >= MOST_FORMATS) formats.clear();
  formats.set(zone, format);
  return format;
}

/** Whether a name is one of the zones that the platform knows: `Europe/Zurich`, `UTC`. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * What the clocks of a zone show, as milliseconds since 1970 as if they were in UTC.
 * @param at milliseconds since 1970.
 */
export function wallClock(at: number, zone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((at % 1000) + 1000) % 1000);
}

const DAY_MS = 86_400_000;

/**
 * The first moment at which the clocks of a zone show so much or more. A time that the clocks show twice is the first one; of a time
 * that they leap over it is the moment of the leap.
 * @param local milliseconds since 1970 as if the time were in UTC.
 * @returns milliseconds since 1970.
 */
export function momentOf(local: number, zone: string): number {
  const offsetAt = (at: number) => wallClock(at, zone) - at;
  const candidates = [offsetAt(local - DAY_MS), offsetAt(local + DAY_MS)].map((offset) => local - offset);
  const exact = candidates.filter((at) => wallClock(at, zone) === local);
  if (exact.length > 0) return Math.min(...exact);
  let [early, late] = [Math.min(...candidates), Math.max(...candidates)];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (wallClock(middle, zone) >= local) late = middle;
    else early = middle;
  }
  return late;
}

/** The day of a zone at a moment (milliseconds since 1970), `YYYY-MM-DD`. */
export function dayIn(at: number, zone: string): string {
  return new Date(wallClock(at, zone)).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** A day, `YYYY-MM-DD`, so many days on. */
export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** A month, `YYYY-MM`, so many months on. */
export function monthAfter(month: string, months = 1): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 'YYYY-MM'.length);
}

/** The first moment of a day (`YYYY-MM-DD`) or month (`YYYY-MM`) in a zone, RFC 3339 UTC. */
export function beginningOf(dayOrMonth: string, zone: string): string {
  const day = dayOrMonth.length === 'YYYY-MM'.length ? `${dayOrMonth}-01` : dayOrMonth;
  return new Date(momentOf(Date.parse(`${day}T00:00:00Z`), zone)).toISOString();
}
