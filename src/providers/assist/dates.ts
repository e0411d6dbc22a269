/** Dates as ASSIST writes them, `dd.mm.yyyy HH:MM:SS` in GMT, and as texts that sort. */

/** `dd.mm.yyyy HH:MM:SS` as `yyyy-mm-dd HH:MM:SS`; null when it is no such date. */
export function isoDate(text: string): string | null {
  const match = /^(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)$/.exec(text.trim());
  if (!match) return null;
  const [, day, month, year, time] = match;
  const date = new Date(`${year}-${month}-${day}T${time}Z`);
  // 31 April rolls over into May: then it was no date.
  return Number.isNaN(date.getTime()) || date.getUTCDate() !== Number(day)
    ? null
    : `${year}-${month}-${day} ${time}`;
}

/** The inverse of `isoDate`. */
export function assistDate(iso: string): string {
  const [date = '', time = ''] = iso.split(' ');
  return `${date.split('-').toReversed().join('.')} ${time}`;
}

/** A text of `isoDate` in milliseconds since 1970; NaN where it is none. */
export function isoMilliseconds(iso: string): number {
  return Date.parse(`${iso.replace(' ', 'T')}Z`);
}
