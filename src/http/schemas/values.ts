/** The values that several schemas share. */
import * as v from 'valibot';

/** A schema with what it means, for the document. */
export function told<Schema extends v.GenericSchema>(description: string, schema: Schema) {
  return v.pipe(schema, v.metadata({ description }));
}

/** How many one page may have at most, and how a caller writes a number of that size. */
const PAGE_SIZES = {
  10: /^(?:10|[1-9])$/,
  100: /^(?:100|[1-9]\d?)$/,
  1000: /^(?:1000|[1-9]\d{0,2})$/,
  5000: /^(?:[1-9]\d{0,2}|[1-4]\d{3}|5000)$/,
} as const;

/** The `limit` of a list. @param description what is counted, and how many there are unless it is given. */
export function pageLimit(description: string, most: keyof typeof PAGE_SIZES, example?: string) {
  return told(
    description,
    v.optional(
      v.pipe(
        v.string(),
        v.regex(PAGE_SIZES[most], `is a number from 1 to ${most}`),
        v.metadata(example === undefined ? {} : { examples: [example] }),
      ),
    ),
  );
}

/** No control characters, no halves of surrogate pairs, no line separators. */
const PRINTABLE = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u;

/** Text for people may have them; what a provider is sent does not. */
const LINE_BREAKS = /[\r\n\t\v\f\u0085\u2028\u2029]+/g;

export function printable(from: number, to: number) {
  return v.pipe(
    v.string(),
    v.regex(PRINTABLE, 'takes printable characters only'),
    v.check((text) => {
      const { length } = Array.from(text);
      return length >= from && length <= to;
    }, `takes ${from} to ${to} characters`),
    v.metadata({ minLength: from, maxLength: to }),
  );
}

/** A character that leaves a mark: no blank, nothing of no width, no filler of a script, not the empty pattern of Braille. */
const SEEN = /(?![\p{Default_Ignorable_Code_Point}\u2800])[\p{L}\p{N}\p{P}\p{S}]/u;

/** More marks on one character than any script writes: they run into the rows above and below. */
const STACKED = /\p{M}{5}/u;

/** A name that people read. */
export function visibleName(to: number) {
  return v.pipe(
    printable(1, to),
    v.check((text) => SEEN.test(text) && !STACKED.test(text), 'cannot be read'),
  );
}

export const optionalText = (to: number) => v.nullish(printable(0, to));

export const webUrl = v.pipe(
  v.string(),
  v.maxLength(2000, 'takes at most 2000 characters'),
  v.check(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'is not an http or https address',
  ),
  v.metadata({ format: 'uri' }),
);

export const id = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, 'takes 1 to 40 letters, digits, dots, dashes and underscores'),
);

export const amount = v.pipe(
  v.number('is a number of minor units'),
  v.integer('is a whole number of minor units'),
  v.minValue(1, 'is at least 1'),
  v.maxValue(Number.MAX_SAFE_INTEGER, 'is beyond what can be counted exactly'),
  v.metadata({ description: "In the currency's minor unit: 1999 with EUR is 19.99 EUR.", examples: [1999] }),
);

export const currencyCode = v.pipe(
  v.string(),
  v.regex(/^[A-Z]{3}$/, 'is an ISO 4217 code of three capital letters'),
  v.metadata({ examples: ['EUR'] }),
);

/** Whether a day is one of the calendar: Date takes 30 February for 2 March. */
export function isCalendarDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

/** Whether a time is in a year of four digits in UTC too: times are compared as texts. */
function hasPlainYear(text: string): boolean {
  const year = new Date(text).getUTCFullYear();
  return !(year < 0 || year > 9999);
}

/** RFC 3339, 5.6: an offset has minutes. ISO 8601 leaves them out, and Date does not read that. */
function hasWholeOffset(text: string): boolean {
  return /(?:Z|[+-]\d\d:\d\d)$/i.test(text);
}

const isoTime = v.isoTimestamp<string, string>('is not an RFC 3339 time');
const isIsoTime = (text: string) => v.is(v.pipe(v.string(), isoTime), text);

/** A check of what is a time: what is none is told once. */
const checkTime = (holds: (text: string) => boolean, message: string) =>
  v.check<string, string>((text) => !isIsoTime(text) || holds(text), message);

export const timestamp = v.pipe(
  v.string(),
  isoTime,
  checkTime(isCalendarDay, 'is not a day of the calendar'),
  checkTime(hasWholeOffset, 'is not an RFC 3339 time: its offset is Z, or like +02:00'),
  checkTime(hasPlainYear, 'is beyond the year 9999'),
);

export const returnUrl = v.strictObject({
  success: told('Once they have paid, or hold a promise of it.', v.nullish(webUrl)),
  failure: told('Otherwise.', v.nullish(webUrl)),
});

/** The body of a call that takes nothing. */
export const nothing = v.strictObject({});

/** A year: longer than any bank's key change. */
const GRACE_LIMIT = 365 * 24 * 3600;

export const graceSeconds = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(0),
  v.maxValue(GRACE_LIMIT, 'is at most a year'),
  v.metadata({ description: 'For how long the old one still works, in seconds.' }),
);

/** Text for people: its line breaks become spaces. */
export const peopleText = (to: number) =>
  v.nullish(
    v.pipe(
      v.string(),
      v.transform((text) => text.replace(LINE_BREAKS, ' ')),
      v.regex(PRINTABLE, 'takes printable characters only'),
      v.check((text) => Array.from(text).length <= to, `takes 0 to ${to} characters`),
    ),
  );
