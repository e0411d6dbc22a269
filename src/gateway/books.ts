/** The books as an operator asks for them: which range, in which zone, of which shops; and where the next page begins. */
import { BOOK_DATES, type BookCursor, type BookDate, type BookRange } from '../directory/books.ts';
import type { Scope } from '../directory/types.ts';
import { invalidField } from '../payments/errors.ts';
import { GOOD_IN_BOOKS } from '../payments/statuses.ts';
import { beginningOf, isZone, momentOf } from '../payments/time-zones.ts';
import { base64url, fromBase64url, fromUtf8, utf8 } from '../signing/bytes.ts';
import { searchedShops } from './payment-search.ts';
import type { Service } from './service.ts';

/** What an operator asks of the books. */
export interface BookRequest {
  readonly dateBy: BookDate;
  /** A day (`2026-11-01`), a month, or a time of the zone, or one with its offset. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** As IANA names it. */
  readonly timeZone: string;
  readonly shop?: string | undefined;
  readonly group?: string | undefined;
  readonly test?: boolean | undefined;
  readonly isGoodAlone?: boolean | undefined;
}

/** @throws Problem invalid_request where it is none. */
export function requireZone(zone: string): string {
  if (!isZone(zone)) throw invalidField('timeZone', `${zone}: is not a time zone, such as Europe/Zurich`);
  return zone;
}

/** Whether a text is a day or month of the calendar. */
function isDate(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  // Money of other years is a mistyped date: zones of year 0 are none of today's.
  return (
    /^(?:19[7-9]|2[01]\d)\d-\d\d(?:-\d\d)?$/.test(text) &&
    !Number.isNaN(time) &&
    new Date(time).toISOString().startsWith(text)
  );
}

/**
 * A moment, RFC 3339 UTC.
 * @throws Problem invalid_request for a text that is none.
 */
function moment(name: string, text: string, zone: string): string {
  if (isDate(text)) return beginningOf(text, zone);
  const [, local, offset] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?$/i.exec(text) ?? [];
  if (local !== undefined && isDate(local.slice(0, 'YYYY-MM-DD'.length))) {
    const time = Date.parse(`${local}${offset ?? 'Z'}`);
    if (!Number.isNaN(time))
      return new Date(offset === undefined ? momentOf(time, zone) : time).toISOString();
  }
  throw invalidField(
    name,
    'is a day (2026-11-01), a month, or a time such as 2026-11-01T18:00, from 1970 to 2199',
  );
}

/**
 * What is meant.
 * @throws Problem invalid_request for a range that has no time in it, an unknown zone, or a group without such a shop; not_found for a shop outside of the scope.
 */
export async function bookRange(service: Service, scope: Scope, request: BookRequest): Promise<BookRange> {
  const zone = requireZone(request.timeZone);
  const [from, to] = (['from', 'to'] as const).map((name) => {
    const text = request[name];
    return text === undefined ? null : moment(name, text, zone);
  });
  if (from && to && to < from) throw invalidField('to', 'comes before from');
  if (from && from === to) throw invalidField('to', 'is not in the range itself: nothing is left of it');
  const shops = await searchedShops(service, scope, request);
  const { group } = request;
  if (group && shops?.length === 0) throw invalidField('group', `${group}: has no such shop`);
  return {
    dateBy: request.dateBy,
    from: from ?? null,
    to: to ?? null,
    shops,
    test: request.test ?? null,
    statuses: request.isGoodAlone ? [...GOOD_IN_BOOKS] : null,
  };
}

/** Where the next page begins, as a text. */
export function bookCursorText(dateBy: BookDate, { at, id, seq, attempt }: BookCursor): string {
  return base64url(utf8(`${dateBy} ${at} ${id} ${seq} ${attempt}`));
}

const CURSOR = new RegExp(
  `^(${BOOK_DATES.join('|')}) (\\d{4}-\\d\\d-\\d\\dT[\\d:.]{8,15}Z) (\\S{1,40}) (-?\\d{1,15}) (\\d{1,6})$`,
);

/** @throws Problem invalid_request for a text that is no cursor, or one of a list in another order. */
export function bookCursor(text: string, order: BookDate): BookCursor {
  const bytes = fromBase64url(text);
  const [, dateBy, at, id, seq, attempt] = CURSOR.exec((bytes && fromUtf8(bytes)) ?? '') ?? [];
  if (dateBy !== order || at === undefined || id === undefined)
    throw invalidField('cursor', 'is not a cursor of this list');
  return { at, id, seq: Number(seq), attempt: Number(attempt) };
}
