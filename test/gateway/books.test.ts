/**
 * What an operator asks of the books, and their sums. The failures ruled out: a day, month or time that is read as another one; a text
 * that is none and is taken for one; a page that begins elsewhere; sums that are added up wrong or stand in another order.
 */
import { describe, expect, it } from 'vitest';
import type { BookRange, BookSums } from '../../src/directory/books.ts';
import { bookSummary, type SummaryRequest, summarized } from '../../src/gateway/book-summary.ts';
import { type BookRequest, bookCursor, bookCursorText, bookRange } from '../../src/gateway/books.ts';
import type { Service } from '../../src/gateway/service.ts';
import { base64url, utf8 } from '../../src/signing/bytes.ts';

const EVERYTHING = { all: true } as const;
const SHOPS = [
  { id: 'b', name: 'Same', group: 'north', accounts: [] },
  { id: 'a', name: 'Same', group: 'north', accounts: [] },
  { id: 'c', name: 'Alone', group: null, accounts: [] },
];

/** A directory with three shops and an account, and sums; `asked` are the ranges that its books were asked for. */
function books(sumsOf: (range: BookRange, by: string) => readonly BookSums[] = () => []) {
  const asked: BookRange[] = [];
  const directory = {
    shops: {
      list: async () => SHOPS,
      get: async (id: string) => SHOPS.find((shop) => shop.id === id) ?? null,
    },
    accounts: { list: async () => [{ id: 'known', caption: 'The bank' }] },
    books: {
      sums: async (range: BookRange, by: string) => {
        asked.push(range);
        return sumsOf(range, by);
      },
    },
  };
  return { service: { directory } as unknown as Service, asked };
}

const range = (request: Partial<BookRequest>) =>
  bookRange(books().service, EVERYTHING, { dateBy: 'created', timeZone: 'Europe/Zurich', ...request });

/** What a field is refused for. */
const refused = (path: string, message: string) => ({
  code: 'invalid_request',
  message: `${path}: ${message}`,
  errors: [{ path, message }],
});

describe('the range of the books', () => {
  it.each([
    ['2026-11', '2026-10-31T23:00:00.000Z'],
    ['2026-11-01', '2026-10-31T23:00:00.000Z'],
    ['1970-01', '1969-12-31T23:00:00.000Z'],
    ['2199-12-31', '2199-12-30T23:00:00.000Z'],
    ['2026-07-15T10:20', '2026-07-15T08:20:00.000Z'],
    ['2026-07-15T10:20:30', '2026-07-15T08:20:30.000Z'],
    ['2026-07-15T10:20:30.123456789', '2026-07-15T08:20:30.123Z'],
    ['2026-07-15T10:20Z', '2026-07-15T10:20:00.000Z'],
    ['2026-07-15t10:20:30.5z', '2026-07-15T10:20:30.500Z'],
    ['2026-07-15T10:20:30-03:30', '2026-07-15T13:50:30.000Z'],
    ['2026-07-15T10:20+14:00', '2026-07-14T20:20:00.000Z'],
    ['1970-01-01T00:00', '1969-12-31T23:00:00.000Z'],
  ])('begins at %s where the clocks of its zone show it', async (from, moment) => {
    expect((await range({ from })).from).toBe(moment);
  });

  it.each([
    '',
    '2026',
    '2026-1',
    '2026-13',
    '2026-00',
    '2026-02-30',
    '2026-11-1',
    '1969-12-31',
    '1960-01',
    '2200-01-01',
    '0000-01-01',
    '+012026-11',
    ' 2026-11-01',
    '2026-11-01 ',
    'x2026-11-01T10:00',
    '2026-11-01T10:00x',
    '2026-11-01T10:00Zx',
    '2026-11-01T10',
    '2026-11-01T10:0',
    '2026-11-01T10:00:0',
    '2026-11-01T10:00.5',
    '2026-11-01T10:00:00.',
    '2026-11-01T10:00:00.1234567890',
    '2026-11-01T10:00+2:00',
    '2026-11-01T10:00+0200',
    '2026-11-01T10:00+99:99',
    '2026-11-01T25:00',
    '2026-02-30T10:00',
    '1969-12-31T10:00Z',
    '2026-11-01 10:00',
  ])('does not begin at “%s”, which is no time', async (from) => {
    await expect(range({ from })).rejects.toMatchObject(
      refused(
        'from',
        'is a day (2026-11-01), a month, or a time such as 2026-11-01T18:00, from 1970 to 2199',
      ),
    );
  });

  it.each([
    [{ timeZone: 'Europe/Nowhere' }, 'timeZone', 'Europe/Nowhere: is not a time zone, such as Europe/Zurich'],
    [{ from: '2026-11', to: '2026-10' }, 'to', 'comes before from'],
    [{ from: '2026-11', to: '2026-11' }, 'to', 'is not in the range itself: nothing is left of it'],
    [{ group: 'south' }, 'group', 'south: has no such shop'],
    [{ group: 'south', shop: 'a' }, 'group', 'south: has no such shop'],
  ])('that nobody can mean is refused by name: %j', async (request, path, message) => {
    await expect(range(request)).rejects.toMatchObject(refused(path, message));
  });

  it('is of the shops, the money and the statuses that were asked for, and of all where none was', async () => {
    expect(await range({})).toEqual({
      dateBy: 'created',
      from: null,
      to: null,
      shops: null,
      test: null,
      statuses: null,
    });
    const asked = { dateBy: 'paid', from: '2026-11', to: '2026-12', group: 'north', test: false } as const;
    const good = await range({ ...asked, isGoodAlone: true });
    expect(good).toEqual({
      dateBy: 'paid',
      from: '2026-10-31T23:00:00.000Z',
      to: '2026-11-30T23:00:00.000Z',
      shops: ['b', 'a'],
      test: false,
      statuses: expect.arrayContaining(['paid']),
    });
    // Whoever sees no shop asks for none, and is not told that a group has none.
    const none = await bookRange(
      books().service,
      { all: false, shops: [], groups: [] },
      { dateBy: 'paid', timeZone: 'UTC' },
    );
    expect(none.shops).toEqual([]);
  });
});

describe('the place in the books where a page begins', () => {
  const place = { at: '2026-11-01T10:00:00.000Z', id: 'SCPE0000000000A1', seq: -1, attempt: 12 };
  const no = refused('cursor', 'is not a cursor of this list');

  it.each(['created', 'paid', 'movement'] as const)('is found again by %s, and in no other order', (by) => {
    const text = bookCursorText(by, place);
    expect(bookCursor(text, by)).toEqual(place);
    for (const other of ['created', 'paid', 'movement'] as const)
      if (other !== by) expect(() => bookCursor(text, other)).toThrow(expect.objectContaining(no));
  });

  it.each([
    'settled 2026-11-01T10:00:00.000Z A 1 1',
    ' created 2026-11-01T10:00:00.000Z A 1 1',
    'created 2026-11-01T10:00:00.000Z A 1 1 ',
    'created yesterday A 1 1',
    'created 2026-11-01T10:00:00.000Z  1 1',
    'created 2026-11-01T10:00:00.000Z A x 1',
    'created 2026-11-01T10:00:00.000Z A 1 -1',
    'created 2026-11-01T10:00:00.000Z A 1',
    '',
  ])('is not “%s”', (text) => {
    expect(() => bookCursor(base64url(utf8(text)), 'created')).toThrow(expect.objectContaining(no));
  });

  it('is no text that is not base64url, or not UTF-8', () => {
    for (const text of ['!', base64url(Uint8Array.of(0xff, 0xfe))])
      expect(() => bookCursor(text, 'created')).toThrow(expect.objectContaining(no));
  });
});

/** Sums of a shop, each number of which is another one. */
const line = (key: string, more: Partial<BookSums> = {}): BookSums => ({
  key,
  currency: 'EUR',
  test: false,
  payments: 1,
  refundCount: 2,
  chargebackCount: 3,
  gross: 1000,
  refunds: 100,
  chargebacks: 10,
  ...more,
});
const summed = (times: number) => ({
  test: false,
  payments: times,
  refundCount: 2 * times,
  chargebackCount: 3 * times,
  gross: 1000 * times,
  refunds: 100 * times,
  chargebacks: 10 * times,
  net: 890 * times,
});

describe('the summary of the books', () => {
  const asked: SummaryRequest = {
    month: '2026-11',
    to: '2026-11',
    by: 'shop',
    dateBy: 'movement',
    timeZone: 'Europe/Zurich',
  };
  const month = (range: BookRange) => (range.from === '2026-10-31T23:00:00.000Z' ? 1 : 2);

  it('adds up what one group has in one currency, and the totals of all, with one question to the books', async () => {
    const { service, asked: ranges } = books(() => [
      line('b'),
      line('a'),
      line('a', { currency: 'CHF' }),
      line('c'),
      line('gone'),
    ]);
    expect(await bookSummary(service, EVERYTHING, { ...asked, by: 'group' })).toEqual({
      dateBy: 'movement',
      by: 'group',
      timeZone: 'Europe/Zurich',
      from: '2026-10-31T23:00:00.000Z',
      to: '2026-11-30T23:00:00.000Z',
      data: [
        { month: '2026-11', key: '', name: '', currency: 'EUR', ...summed(2) },
        { month: '2026-11', key: 'north', name: 'north', currency: 'CHF', ...summed(1) },
        { month: '2026-11', key: 'north', name: 'north', currency: 'EUR', ...summed(2) },
      ],
      totals: [
        { currency: 'EUR', ...summed(4) },
        { currency: 'CHF', ...summed(1) },
      ],
    });
    expect(ranges).toHaveLength(1);
  });

  it('stands in the order of months, names, keys and currencies', async () => {
    const { service } = books((range) => [
      line('b', { currency: 'USD', payments: month(range) }),
      line('b'),
      line('c'),
      line('a', { currency: 'USD' }),
      line('a'),
    ]);
    const { data, from, to } = await bookSummary(service, EVERYTHING, { ...asked, to: '2026-12' });
    expect(data.map(({ month, name, key, currency }) => [month, name, key, currency].join(' '))).toEqual(
      ['2026-11', '2026-12'].flatMap((month) => [
        `${month} Alone c EUR`,
        `${month} Same a EUR`,
        `${month} Same a USD`,
        `${month} Same b EUR`,
        `${month} Same b USD`,
      ]),
    );
    expect([from, to]).toEqual(['2026-10-31T23:00:00.000Z', '2026-12-31T23:00:00.000Z']);
  });

  it('of accounts has their captions, and totals that the books add up: a payment may have brought money to two', async () => {
    const { service, asked: ranges } = books((_range, by) =>
      by === 'account' ? [line('unknown'), line('known')] : [line('a', { payments: 1 })],
    );
    const { data, totals } = await bookSummary(service, EVERYTHING, { ...asked, by: 'account' });
    expect(data.map(({ key, name }) => [key, name])).toEqual([
      ['known', 'The bank'],
      ['unknown', 'unknown'],
    ]);
    expect(totals).toEqual([{ currency: 'EUR', ...summed(1) }]);
    expect(ranges).toHaveLength(2);
  });

  it('of shops has their names, and the id of one that is gone', async () => {
    const { service } = books(() => [line('c'), line('gone'), line('c', { test: true })]);
    const { lines, totals } = await summarized(service, EVERYTHING, await range({}));
    expect(lines).toEqual([
      { key: 'c', name: 'Alone', currency: 'EUR', ...summed(1) },
      { key: 'gone', name: 'gone', currency: 'EUR', ...summed(1) },
      { key: 'c', name: 'Alone', currency: 'EUR', ...summed(1), test: true },
    ]);
    expect(totals).toEqual([
      { currency: 'EUR', ...summed(2) },
      { currency: 'EUR', ...summed(1), test: true },
    ]);
  });

  it('has 36 months and not one more, none the wrong way round, and those of a zone', async () => {
    const { service, asked: ranges } = books();
    await bookSummary(service, EVERYTHING, { ...asked, month: '2024-01', to: '2026-12' });
    // Each month, and the totals of all.
    expect(ranges).toHaveLength(37);
    for (const [request, path, message] of [
      [{ month: '2024-01', to: '2027-01' }, 'to', 'is more than 36 months on'],
      [{ month: '2024-02', to: '2024-01' }, 'to', 'comes before month'],
      [{ timeZone: 'Mars/Base' }, 'timeZone', 'Mars/Base: is not a time zone, such as Europe/Zurich'],
    ] as const)
      await expect(bookSummary(service, EVERYTHING, { ...asked, ...request })).rejects.toMatchObject(
        refused(path, message),
      );
  });
});
