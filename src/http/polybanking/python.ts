/** What Python reads and prints, as the original is written in it: integers, values, times in the zone of the installation. */

/** An integer as Python's int() reads it from ASCII text: outer blanks, a sign and leading zeros are taken. Null: it is none. */
export function pythonInt(text: string): number | null {
  const [, digits] = /^[\t-\r\x1c-\x20]*([+-]?\d{1,40})[\t-\r\x1c-\x20]*$/.exec(text) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** A value as Python's str() prints it. */
export function pythonText(value: string | boolean | null): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value;
}

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
 * @param at RFC 3339 UTC (`Z`). Its fraction is printed with six digits, as Python does: none where it is nothing but zeros.
 * @param zone as IANA names it.
 */
export function zonedTime(at: string, zone: string): string {
  const milliseconds = Date.parse(at);
  const offset = offsetAt(milliseconds, zone);
  const [, hours = '0', minutes = '0'] = /(\d\d):(\d\d)/.exec(offset) ?? [];
  const ahead = (Number(hours) * 60 + Number(minutes)) * 60_000 * (offset.startsWith('-') ? -1 : 1);
  const local = new Date(milliseconds + ahead).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
  const [, digits = ''] = /\.(\d+)/.exec(at) ?? [];
  const micros = digits.slice(0, 6).padEnd(6, '0');
  const fraction = Number(micros) === 0 ? '' : `.${micros}`;
  return `${local.replace('T', ' ')}${fraction}${offset}`;
}
