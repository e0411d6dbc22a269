/** Times as PolyBanking prints them: Python's str() of a time in the zone of the installation. */

const formats = new Map<string, Intl.DateTimeFormat>();

/** The difference of a zone from UTC at a moment (milliseconds since 1970), such as `+01:00`. */
function offsetAt(milliseconds: number, zone: string): string {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    formats.set(zone, format);
  }
  const name = format.formatToParts(milliseconds).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return /[+-]\d\d:\d\d/.exec(name)?.[0] ?? '+00:00';
}

/**
 * `2026-11-25 22:36:01.123456+01:00`.
 * @param at RFC 3339 UTC (`Z`). A fraction that it has is printed with six digits, as Python does; without one there is none.
 * @param zone as IANA names it.
 */
export function zonedTime(at: string, zone: string): string {
  const milliseconds = Date.parse(at);
  const offset = offsetAt(milliseconds, zone);
  const [, hours = '0', minutes = '0'] = /(\d\d):(\d\d)/.exec(offset) ?? [];
  const ahead = (Number(hours) * 60 + Number(minutes)) * 60_000 * (offset.startsWith('-') ? -1 : 1);
  const local = new Date(milliseconds + ahead).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
  const [, digits = ''] = /\.(\d+)/.exec(at) ?? [];
  const fraction = digits === '' ? '' : `.${digits.slice(0, 6).padEnd(6, '0')}`;
  return `${local.replace('T', ' ')}${fraction}${offset}`;
}
