/**
 * What PolyBanking's log becomes. Ruled out: money that is booked twice or not at all, or under the number of a declined try; a line of the
 * history that is lost, made up, at another time or in another order.
 */
import { describe, expect, it } from 'vitest';
import {
  historyOf,
  messagesOf,
  oldestFirst,
  type PolybankingLog,
  type PolybankingTransaction,
  payidOf,
} from '../../src/gateway/polybanking-history.ts';

/** A time of the day on which all of it happened. */
const at = (minute: number) => `2026-11-25T21:${minute}:00.000Z`;

/** The same as the dump has it. */
const inDump = (minute: number) => `2026-11-25T22:${minute}:00+01:00`;

const line = (type: PolybankingLog['type'], minute: number, extraData?: string | null): PolybankingLog => ({
  type,
  when: inDump(minute),
  extraData,
});

const status = (minute: number, code: string) => line('postfinanceStatus', minute, code);

const transaction = (changes: Partial<PolybankingTransaction> = {}): PolybankingTransaction => ({
  reference: 'order-7',
  amount: 1050,
  postfinanceId: '3001',
  postfinanceStatus: '??',
  internalStatus: 'cr',
  ipnNeeded: false,
  created: inDump(10),
  ...changes,
});

const created = {
  at: at(10),
  type: 'created',
  source: 'shop',
  detail: { reference: 'order-7', amount: 1050, currency: 'CHF', imported: true },
};
const forwarded = (minute: number, detail = {}) => ({
  at: at(minute),
  type: 'forwarded',
  source: 'shopper',
  detail: { ...detail, imported: true },
});
const returned = (minute: number, detail = {}) => ({
  ...forwarded(minute, detail),
  type: 'returned',
});

/** A message of the bank that was taken over. */
const said = (minute: number, providerStatus: string, update: object, provider = {}) => ({
  at: at(minute),
  type: 'notification.applied',
  source: 'provider',
  detail: { channel: 'notification', signedBy: 'PolyBanking', imported: true, provider },
  update: {
    amount: 1050,
    movement: '3001/0',
    providerReference: '3001',
    providerStatus,
    ...update,
  },
});

describe('the history of a transaction', () => {
  it('is every line of its log, oldest first, with what it says, and nothing beside it', () => {
    const paid = transaction({
      postfinanceStatus: '9',
      internalStatus: 'fb',
      brand: 'VISA',
      card: 'XXXXXXXXXXXX1111',
      forwarded: inDump(11),
      back: inDump(12),
      notified: inDump(14),
      ipn: inDump(16),
    });
    const logs = [
      line('ipnsuccess', 16),
      line('ipnfailled', 15, 'HTTP 500'),
      line('ipnfailled', 15, null),
      status(14, '9'),
      line('postfinanceId', 14, '198.51.100.7'),
      line('userBackFromPostfinance', 12, ''),
      line('userForwarded', 11, '192.0.2.1'),
      line('created', 10),
    ];
    const delivery = { webhook: 'PolyBanking', try: 0, durationMs: 0, imported: true };
    const card = { BRAND: 'VISA', CARDNO: 'XXXXXXXXXXXX1111' };
    const ours = { source: 'countersign' };
    const failed = { at: at(15), type: 'webhook.failed', ...ours };
    expect(historyOf(paid, logs)).toStrictEqual([
      created,
      forwarded(11, { ip: '192.0.2.1' }),
      returned(12),
      said(14, '9', { outcome: 'paid' }, card),
      // Of one moment, in the order of the dump.
      { ...failed, detail: { ...delivery, error: 'HTTP 500' } },
      { ...failed, detail: { ...delivery, error: '' } },
      { at: at(16), type: 'webhook.delivered', ...ours, detail: { ...delivery, status: 200 } },
    ]);
  });

  it('is what the transaction says where it has no log', () => {
    expect(historyOf(transaction(), [])).toStrictEqual([created]);
    expect(historyOf(transaction({ internalStatus: 'fw' }), [])).toStrictEqual([created, forwarded(10)]);
    const times = { forwarded: inDump(11), back: inDump(12), notified: inDump(13) };
    const whole = transaction({ postfinanceStatus: '5', internalStatus: 'fb', ...times });
    expect(historyOf(whole, [])).toStrictEqual([
      created,
      forwarded(11),
      returned(12),
      said(13, '5', { outcome: 'authorized' }),
    ]);
    // Nobody was forwarded of whom that is not said.
    expect(historyOf({ ...whole, internalStatus: 'cr' }, [])).toHaveLength(3);
    const untold = transaction({ postfinanceStatus: '5', internalStatus: 'fw' });
    expect(historyOf(untold, []).at(-1)).toStrictEqual(said(10, '5', { outcome: 'authorized' }));
  });

  it('goes on with the status of the transaction where its log was cut', () => {
    const cut = [line('created', 10), line('userForwarded', 11, ''), status(12, '4'), status(13, '5')];
    const paid = transaction({ postfinanceStatus: '9', internalStatus: 'fw' });
    const logged = [
      created,
      forwarded(11),
      said(12, '4', { outcome: 'pending' }),
      said(13, '5', { outcome: 'authorized' }),
    ];
    // Nobody knows when: not before what the log has last.
    expect(historyOf(paid, cut)).toStrictEqual([...logged, said(13, '9', { outcome: 'paid' })]);
    const told = historyOf({ ...paid, notified: inDump(20) }, cut);
    expect(told).toStrictEqual([...logged, said(20, '9', { outcome: 'paid' })]);
    // What came before the cut is put before it.
    const rest = historyOf({ ...paid, postfinanceStatus: '5' }, cut.slice(2));
    expect(rest).toStrictEqual([created, forwarded(10), ...logged.slice(2)]);
  });

  it('has no line for a status that nobody has set, nor a second one for a status that it has', () => {
    const types = (code: string, logs: readonly PolybankingLog[]) =>
      historyOf(transaction({ postfinanceStatus: code }), logs).map(({ update }) => update?.providerStatus);
    expect(types('??', [line('created', 10)])).toEqual([undefined]);
    expect(types('??', [line('created', 10), status(11, '9')])).toEqual([undefined, '9']);
    expect(types('9', [line('created', 10), status(11, '9')])).toEqual([undefined, '9']);
    expect(types('9', [line('created', 10), status(11, '9'), status(12, '9')])).toEqual([
      undefined,
      '9',
      '9',
    ]);
    expect(types('', [line('created', 10), line('postfinanceStatus', 11)])).toEqual([undefined, '']);
    // The newest status of the log decides, whatever its place in the dump.
    expect(types('9', [status(12, '9'), status(11, '5'), line('created', 10)])).toEqual([
      undefined,
      '5',
      '9',
    ]);
  });
});

describe('a message of the bank', () => {
  const update = (changes: Partial<PolybankingTransaction>, ...codes: readonly string[]) =>
    historyOf(
      transaction(changes),
      codes.map((code, index) => status(11 + index, code)),
    ).at(-1);

  it('books its money as a total where no number of a payment is its own, and only money that was paid', () => {
    const none = { movement: 'PolyBanking/0', providerReference: null };
    for (const postfinanceId of [null, undefined, ''])
      expect(update({ postfinanceId }, '9')).toStrictEqual(
        said(11, '9', { ...none, outcome: 'paid', cumulative: true }),
      );
    expect(update({ postfinanceId: null }, '5')).toStrictEqual(
      said(11, '5', { ...none, outcome: 'authorized' }),
    );
    // The number is that of the declined try.
    expect(update({}, '2', '9')).toStrictEqual(said(12, '9', { outcome: 'paid', cumulative: true }));
  });

  it('with a code that the bank has never published moves nothing, and says so', () => {
    expect(update({}, '77')).toStrictEqual(said(11, '77', { outcome: 'none', isUnknown: true }));
    expect(update({}, 'toString')).toStrictEqual(said(11, 'toString', { outcome: 'none', isUnknown: true }));
    expect(update({}, '81')).toStrictEqual(said(11, '81', { outcome: 'none' }));
  });

  it('shows the card or the brand as far as the transaction has them', () => {
    expect(update({ brand: 'VISA', card: '' }, '9')?.detail.provider).toStrictEqual({ BRAND: 'VISA' });
    expect(update({ brand: null, card: 'X1111' }, '9')?.detail.provider).toStrictEqual({ CARDNO: 'X1111' });
  });

  it('is known again when the bank repeats it, where it has the number of its payment', () => {
    const logs = [line('created', 10), status(11, '5'), status(12, '9')];
    expect(messagesOf(historyOf(transaction({ postfinanceStatus: '9' }), logs))).toStrictEqual([
      { key: '3001/0/5', amount: 1050 },
      { key: '3001/0/9', amount: 1050 },
    ]);
    expect(messagesOf(historyOf(transaction({ postfinanceId: '' }), logs))).toStrictEqual([]);
  });
});

describe('the number that later calls name', () => {
  it.each([
    ['was paid at once', ['9'], true],
    ['was held at once', ['5'], true],
    ['was paid after it was pending', ['4', '9'], true],
    ['was declined after the money', ['9', '2'], true],
    ['was declined while its money was held', ['5', '2'], true],
    ['was refused a capture', ['5', '93'], true],
    ['had been declined before it was paid', ['2', '9'], false],
    ['had been declined before its money was held', ['2', '5'], false],
    ['was pending, then declined, then paid', ['4', '2', '9'], false],
    ['was cancelled before', ['1', '9'], false],
    ['had an error before', ['0', '9'], false],
    ['had a refused capture before any money', ['93', '9'], false],
    ['was declined', ['2'], false],
    ['was pending, and then declined', ['4', '2'], false],
    ['is pending', ['4'], true],
    ['has no status', [], true],
  ])('is kept of an order that %s (%j): %s', (_name, codes, isKept) => {
    const logs = codes.map((code, index) => status(11 + index, code));
    const last = codes.at(-1) ?? '??';
    expect(payidOf(transaction({ postfinanceStatus: last }), logs)).toBe(isKept ? '3001' : null);
    expect(payidOf(transaction({ postfinanceStatus: last, postfinanceId: '' }), logs)).toBeNull();
  });

  it('is decided by the status of the transaction, too, where the log does not have it', () => {
    expect(payidOf(transaction({ postfinanceStatus: '2' }), [])).toBeNull();
    expect(payidOf(transaction({ postfinanceStatus: '9' }), [status(11, '2')])).toBeNull();
    expect(payidOf(transaction({ postfinanceStatus: '9' }), [])).toBe('3001');
  });
});

it('a log is put in order by its times, and lines of one moment stay as they are', () => {
  const [first, second, third] = [status(11, 'a'), status(12, 'b'), status(12, 'c')];
  expect(oldestFirst([second, third, first])).toEqual([first, second, third]);
  expect(oldestFirst([third, first, second])).toEqual([first, third, second]);
});
