/** Amounts and days as files write them. */
import { currency, currencyByNumber } from '../payments/currencies.ts';
import { fromDecimal } from '../payments/money.ts';
import type { DateOrder, DecimalSign } from '../payments/reconciled.ts';
import { dayIn, isZone, momentOf } from '../payments/time-zones.ts';

/** A currency as its three letters or its ISO 4217 number, in letters; null: it is none. */
export function currencyInFile(text: string): string | null {
  const name = text.trim().toUpperCase();
  if (/^[A-Z]{3}$/.test(name)) return currency(name) ? name : null;
  return currencyByNumber(name)?.alpha ?? null;
}

/** Longer cells are no amounts. */
const LONGEST_AMOUNT = 40;

/** A sign on either side of digits with their grouping, and a currency's letters. */
const AMOUNT = /^([+\-\u2212]?)\s*(\d[\d.,'\u2019\u00a0\u202f ]*)(-?)\s*([A-Z]{3})?$/;

/** The letters of a currency that stand behind an amount; empty: there are none. */
export function currencyOfAmount(text: string): string {
  const trimmed = text.trim();
  return trimmed.length > LONGEST_AMOUNT ? '' : (AMOUNT.exec(trimmed)?.[4] ?? '');
}

/** Grouping that is no decimal sign. */
const BLANK_GROUPS = /['\u2019\u00a0\u202f ](?=\d{3}(?!\d))/g;

/** Whether an amount has a minus, on either side. */
export function isNegativeAmount(text: string): boolean {
  return /^[-\u2212]|-\s*(?:[A-Z]{3})?$/.test(text.trim());
}

/** What an amount says of the decimal sign. */
export interface SignOfAmount {
  /** Null: it is whole. */
  readonly sign: 'comma' | 'point' | null;
  /** Whether it cannot be the sign of groups: three digits behind one sign may be decimals, or thousands. */
  readonly isSure: boolean;
}

/** The decimal sign of an amount; null: it is none, or cannot be read with either sign. */
export function decimalSignOf(text: string): SignOfAmount | null {
  const trimmed = text.trim();
  const [, , grouped = ''] = trimmed.length > LONGEST_AMOUNT ? [] : (AMOUNT.exec(trimmed) ?? []);
  const bare = grouped.trimEnd();
  const plain = bare.replace(BLANK_GROUPS, '');
  const sure = (sign: string) => ({ sign: sign === ',' ? 'comma' : 'point', isSure: true }) as const;
  if (/^\d+$/.test(plain)) return { sign: null, isSure: true };
  const [, mark = ''] = /^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})+$/.exec(plain) ?? [];
  if (mark) return sure(mark === ',' ? '.' : ',');
  const [, before = '', last = '', after = ''] = /^([\d.,]*\d)([.,])(\d+)$/.exec(plain) ?? [];
  if (!last || before.includes(last)) return null;
  const isGroup = after.length === 3 && /^[1-9]\d{0,2}$/.test(before) && plain === bare;
  return isGroup ? { ...sure(last), isSure: false } : sure(last);
}

/**
 * An amount in minor units, with its sign; null: it is none of that currency, as where the letters of another one stand behind it.
 * Grouping by blanks, apostrophes, or the other of point and comma is taken where it stands before three digits.
 */
export function amountInFile(text: string, sign: DecimalSign, alpha: string): number | null {
  const digits = currency(alpha)?.digits;
  const trimmed = text.trim();
  if (digits === undefined || trimmed.length > LONGEST_AMOUNT) return null;
  const [, minus = '', grouped = '', behind = '', letters = alpha] = AMOUNT.exec(trimmed) ?? [];
  const bare = grouped.trimEnd();
  if (!/\d$/.test(bare) || letters !== alpha) return null;
  const isNegative = minus === '-' || minus === '\u2212' || behind === '-';
  let plain = bare.replace(BLANK_GROUPS, '');
  if (sign === 'minor') {
    if (!/^\d{1,15}$/.test(plain)) return null;
    return isNegative ? 0 - Number(plain) : Number(plain);
  }
  const [grouping, decimal] = sign === 'comma' ? ['.', ','] : [',', '.'];
  if (new RegExp(`^\\d{1,3}(?:\\${grouping}\\d{3})+(?:\\${decimal}\\d*)?$`).test(plain))
    plain = plain.replaceAll(grouping, '');
  const value = fromDecimal(plain.replace(decimal, '.'), digits);
  if (value === null || (sign === 'comma' && plain.includes('.'))) return null;
  return isNegative ? 0 - value : value;
}

const pad = (text: string) => text.padStart(2, '0');

/** The first year whose days are read. The last one is next year's: whatever is later is a mistyped date, and no day that is compared. */
const FIRST_YEAR = 2000;

const withinYears = (day: string): string | null =>
  day.length === 10 &&
  Number(day.slice(0, 4)) >= FIRST_YEAR &&
  Number(day.slice(0, 4)) <= new Date().getUTCFullYear() + 1
    ? day
    : null;

function dayFrom(year: string, month: string, day: string): string | null {
  const full = year.length === 2 ? `20${year}` : year;
  const text = `${full}-${pad(month)}-${pad(day)}`;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text) ? withinYears(text) : null;
}

/** Zones that files name by letters, in hours. Letters of several zones (CST, IST, BST) are of none. */
const LETTERS: Readonly<Record<string, number>> = {
  ...{ Z: 0, UT: 0, UTC: 0, GMT: 0 },
  ...{ CEST: 2, EEST: 3, MSK: 3, WEST: 1 },
  ...{ EDT: -4, EST: -5, CDT: -5, MDT: -6, MST: -7, PDT: -7, PST: -8 },
};

/** Names of IANA's zones, and the letters among them that files have in summer too. */
const NAMED_ZONE = /\/|^(?:CET|EET|WET|MET)$/i;

/** Longer ones behind a date are no times. */
const LONGEST_TIME = 80;

/** A time behind a date, with what says whose it is. */
const TIME =
  /^[T\s_,]*(\d{1,2}):?(\d\d)(?::?(\d\d)(?:[.,]\d{1,9})?)?\s*([AP]M(?![A-Z]))?\s*[([]?([^()[\]]*?)[)\]]?(?:\[[^\]]*\])?$/i;

const OFFSET = /^(?:UTC|GMT)?\s*([+\-\u2212])(\d{1,2})(?::?(\d\d))?$/i;

const HOUR_MS = 3_600_000;

/** The moment of a time of a zone as a file names it, in milliseconds since 1970; null: nobody knows the zone. */
function momentIn(local: number, zone: string): number | null {
  const [, sign, hours, minutes = '0'] = OFFSET.exec(zone) ?? [];
  if (sign) return local - (sign === '+' ? 1 : -1) * (Number(hours) + Number(minutes) / 60) * HOUR_MS;
  const letters = LETTERS[zone.toUpperCase()];
  if (letters !== undefined) return local - letters * HOUR_MS;
  return NAMED_ZONE.test(zone) && isZone(zone) ? momentOf(local, zone) : null;
}

/**
 * The day of a time of a day.
 * @param rest of the cell behind the day.
 * @param zone of the days that are compared: a time that names no other counts as written in it.
 */
function dayOfTime(day: string, rest: string, zone: string): string | null {
  if (rest === '') return day;
  if (rest.length > LONGEST_TIME) return null;
  const [, hour = '0', minute = '0', second = '0', half = '', named = ''] = TIME.exec(rest) ?? [];
  if (named === '') return day;
  const hours = half === '' ? Number(hour) : (Number(hour) % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
  const local =
    Date.parse(`${day}T00:00:00Z`) + hours * HOUR_MS + Number(minute) * 60_000 + Number(second) * 1000;
  const moment = momentIn(local, named);
  return moment === null ? null : withinYears(dayIn(moment, zone));
}

/**
 * The day of a date, `YYYY-MM-DD`; null: it is none. A time with an offset, or with the name of a zone, is that of the zone's day; without
 * one the file counts as written in the zone. A time of a zone that nobody knows has no day. Years before 2000 and after the next one are none.
 * @param zone of the days that are compared.
 */
export function dayInFile(text: string, order: DateOrder, zone: string): string | null {
  const trimmed = text.trim();
  const [, packedYear, packedMonth, packedDay, packedRest = ''] =
    /^(\d{4})(\d\d)(\d\d)((?:\D|\d{6}(?:\D|$)).*)?$/.exec(trimmed) ?? [];
  if (packedYear && packedMonth && packedDay && order === 'ymd') {
    const day = dayFrom(packedYear, packedMonth, packedDay);
    return day && dayOfTime(day, packedRest, zone);
  }
  const [, first, second, third, rest = ''] =
    /^(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})([T\s_,].*)?$/.exec(trimmed) ?? [];
  if (!first || !second || !third) return null;
  const day =
    first.length === 4 || (order === 'ymd' && first.length === 2)
      ? dayFrom(first, second, third)
      : order === 'ymd'
        ? null
        : order === 'dmy'
          ? dayFrom(third, second, first)
          : dayFrom(third, first, second);
  return day && dayOfTime(day, rest, zone);
}

/** The orders in which a date can be read, where it is another day in each; empty: it says nothing of the order, as one whose year comes first. */
export function dateOrdersOf(text: string): readonly DateOrder[] {
  const trimmed = text.trim();
  if (/^\d{8}(?:\D|\d{6}(?:\D|$)|$)/.test(trimmed))
    return dayInFile(trimmed.slice(0, 8), 'ymd', 'UTC') === null ? [] : ['ymd'];
  const [date = '', mark, year = ''] = /^\d{1,2}([./-])\d{1,2}[./-](\d{1,4})(?!\d)/.exec(trimmed) ?? [];
  if (!mark) return [];
  // Years of two digits come first where a hyphen is behind them: as in ISO 8601 of old.
  const tried =
    mark === '-' && year.length <= 2 ? (['dmy', 'mdy', 'ymd'] as const) : (['dmy', 'mdy'] as const);
  const days = tried.flatMap((order) => {
    const day = dayInFile(date, order, 'UTC');
    return day === null ? [] : [{ order, day }];
  });
  const [first] = days;
  return days.length > 1 && days.every(({ day }) => day === first?.day) ? [] : days.map(({ order }) => order);
}
