/** DirectLink: what counts as a yes, as a no, and as neither; and how its queries are signed. */
import { describe, expect, it, vi } from 'vitest';
import { Declined } from '../../../src/payments/errors.ts';
import type { OperationKind } from '../../../src/payments/operations.ts';
import type { OperationOrder } from '../../../src/providers/contract.ts';
import { ogone } from '../../../src/providers/ogone/brands.ts';
import { signDirectLink } from '../../../src/providers/ogone/signatures.ts';
import { OGONE_OPERATIONS } from '../../../src/providers/ogone/statuses.ts';
import { operationRows } from '../operation-tables.ts';
import { accountOf, ORDER } from '../support.ts';

const PAYID = '3190001234';
const ABOUT = `orderID="${ORDER}" PAYID="${PAYID}"`;
const FIVE = 'amount="5" currency="EUR"';

/** A server that answers each call in turn, and what it was sent. */
function platform(...answers: readonly (readonly [attributes: string, status?: number])[]) {
  const asked: URLSearchParams[] = [];
  const fetcher = (async (_url, init) => {
    asked.push(new URLSearchParams(String((init as RequestInit).body)));
    const [attributes, status = 200] = answers[Math.min(asked.length, answers.length) - 1] ?? [''];
    return new Response(`<?xml version="1.0"?><ncresponse ${attributes}/>`, { status });
  }) as typeof fetch;
  return { asked, fetcher };
}

function orderOf(
  kind: OperationKind,
  fetcher: typeof fetch,
  changes: Partial<OperationOrder<Record<string, unknown>>> = {},
): OperationOrder<Record<string, unknown>> {
  return {
    order: ORDER,
    account: accountOf(ogone),
    kind,
    fundsSource: kind === 'refund' ? 'paid' : 'held',
    amount: 500,
    asked: 1999,
    whole: false,
    before: { authorized: 0, released: 0, paid: 1999, refunded: 0, chargedBack: 0 } as never,
    accepted: 0,
    currency: 'EUR',
    capture: 'automatic',
    providerState: { payid: PAYID },
    operationReference: `${ORDER}1`,
    providerReference: null,
    urls: { callback: 'https://pay.test/callback/account' },
    startedAt: new Date('2026-11-21T09:00:00Z'),
    now: new Date('2026-11-21T09:05:00Z'),
    fetch: fetcher,
    send: fetcher,
    daily: async () => 1,
    ...changes,
  };
}

/** What an answer to an operation amounts to. */
async function outcomeOf(kind: OperationKind, attributes: string, status = 200): Promise<string> {
  const { fetcher } = platform([attributes, status]);
  const executed = ogone[kind]?.execute(orderOf(kind, fetcher));
  return executed?.then(
    ({ state }) => state,
    (error: unknown) => (error instanceof Declined ? 'declined' : 'unknown'),
  ) as Promise<string>;
}

describe('the answer to an operation', () => {
  it.each([
    ['capture', '91', '0', 'accepted'],
    ['capture', '92', '20001001', 'accepted'],
    ['capture', '92', '0', 'accepted'],
    ['capture', '9', '0', 'succeeded'],
    ['capture', '93', '30001001', 'declined'],
    ['cancel', '61', '0', 'accepted'],
    ['cancel', '71', '0', 'accepted'],
    ['cancel', '63', '0', 'declined'],
    ['refund', '81', '0', 'accepted'],
    ['refund', '82', '20001001', 'accepted'],
    // What is not settled yet is deleted.
    ['refund', '71', '0', 'accepted'],
    ['refund', '8', '0', 'succeeded'],
    ['refund', '83', '30001001', 'declined'],
    // The platform says two things.
    ['refund', '81', '20001001', 'unknown'],
    ['refund', '81', '50001111', 'unknown'],
    ['refund', '8', '30001001', 'unknown'],
    ['refund', '83', '50001111', 'unknown'],
    ['refund', '84', '0', 'unknown'],
    ['refund', '91', '0', 'unknown'],
    ['refund', '', '0', 'unknown'],
  ] as const)('%s with STATUS %s and NCERROR %s', async (kind, status, ncerror, outcome) => {
    const attributes = `${ABOUT} PAYIDSUB="1" NCERROR="${ncerror}" STATUS="${status}" ${FIVE}`;
    expect(await outcomeOf(kind, attributes)).toBe(outcome);
  });

  it.each([
    ['50001111', 'declined'],
    ['50001129', 'declined'],
    ['30021001', 'declined'],
    // The same was sent before: what became of that one is not said.
    ['50001127', 'unknown'],
    ['50001133', 'unknown'],
    // A failure on the way, and "try again".
    ['10001001', 'unknown'],
    ['20001001', 'unknown'],
    ['40001001', 'unknown'],
    ['0020001001', 'unknown'],
  ])('a request that comes back with NCERROR %s', async (ncerror, outcome) => {
    const attributes = `orderID="" PAYID="0" NCERROR="${ncerror}" STATUS="0" amount="" currency=""`;
    expect(await outcomeOf('refund', attributes)).toBe(outcome);
  });

  it.each([408, 409, 425, 429, 500, 503])('with HTTP %i is no no', async (status) => {
    const attributes = `${ABOUT} NCERROR="30021001" STATUS="0"`;
    expect(await outcomeOf('refund', attributes, status)).toBe('unknown');
  });

  it('has no number where the platform gives none: the PAYID is that of the payment', async () => {
    const { fetcher } = platform([`${ABOUT} NCERROR="0" STATUS="81" ${FIVE}`]);
    const result = await ogone.refund?.execute(orderOf('refund', fetcher));
    expect(result).toMatchObject({ state: 'accepted', providerReference: null });
  });
});

describe('the history of a transaction', () => {
  const item = (payidsub: string, status: string, amount: string, ncerror = '0') =>
    [
      `${ABOUT} PAYIDSUB="${payidsub}" NCERROR="${ncerror}" STATUS="${status}" amount="${amount}" currency="EUR"`,
    ] as const;
  const END = ['orderID="" PAYID="0" NCERROR="50001131" STATUS=""'] as const;

  it('has deletions as refunds, and declined ones with their error', async () => {
    const { fetcher } = platform(
      item('3', '83', '3', '30001001'),
      item('1', '7', '5'),
      item('2', '71', '4'),
      END,
    );
    expect(await ogone.refund?.lookUp?.(orderOf('refund', fetcher))).toMatchObject({
      complete: true,
      entries: [
        { providerReference: `${PAYID}/1`, amount: 500, state: 'succeeded' },
        { providerReference: `${PAYID}/2`, amount: 400, state: 'accepted' },
        { providerReference: `${PAYID}/3`, amount: 300, state: 'failed' },
      ],
    });
  });

  it('takes a deletion for a cancel only where the platform gave that cancel its number', async () => {
    const { fetcher } = platform(item('1', '7', '5'), END);
    expect(await ogone.cancel?.lookUp?.(orderOf('cancel', fetcher))).toMatchObject({
      complete: false,
      entries: [{ operationReference: null, providerReference: `${PAYID}/1` }],
    });
  });

  it('with the amount of the order shows no refund of a part, also where the rest was never captured', async () => {
    const { fetcher } = platform(item('3', '8', '19.99'), item('1', '9', '5'), END);
    const before = { authorized: 0, released: 0, paid: 500, refunded: 0, chargedBack: 0 } as never;
    const part = { amount: 100, before };
    expect(await ogone.refund?.lookUp?.(orderOf('refund', fetcher, part))).toMatchObject({
      complete: false,
      entries: [],
    });
  });

  it('is asked for by the number of the operation alone, where that is known', async () => {
    const { asked, fetcher } = platform(item('2', '8', '5'));
    const known = { providerReference: `${PAYID}/2` };
    expect(await ogone.refund?.lookUp?.(orderOf('refund', fetcher, known))).toMatchObject({
      complete: false,
      entries: [{ providerReference: `${PAYID}/2`, state: 'succeeded' }],
    });
    expect(asked.map((fields) => [fields.get('PAYID'), fields.get('PAYIDSUB')])).toEqual([[PAYID, '2']]);
  });

  it('is no answer where another number comes back', async () => {
    const { fetcher } = platform(item('1', '8', '5'));
    const known = { providerReference: `${PAYID}/2` };
    await expect(ogone.refund?.lookUp?.(orderOf('refund', fetcher, known))).rejects.toMatchObject({
      reason: 'wrong_attempt',
    });
  });

  it('is signed without PAYIDSUB, and with it after a signature error, once and with a line in the log', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const refused = [
      'orderID="" PAYID="0" NCERROR="50001184" NCERRORPLUS="unknown order/1/s" STATUS="0"',
    ] as const;
    const { asked, fetcher } = platform(item('1', '8', '5'), refused, END);
    const found = await ogone.refund?.lookUp?.(orderOf('refund', fetcher));
    expect(found).toMatchObject({ complete: true, entries: [{ state: 'succeeded' }] });
    const { settings } = accountOf(ogone);
    const signed = asked.map((fields) => {
      const sent = [...fields].filter(([name]) => name !== 'SHASIGN');
      const shasign = (unlisted: string | null) =>
        signDirectLink(settings, { fields: sent }, unlisted).signature;
      return ['PAYIDSUB', null].filter((unlisted) => fields.get('SHASIGN') === shasign(unlisted));
    });
    // The first has no PAYIDSUB, so that both are one.
    expect(signed).toEqual([['PAYIDSUB', null], [null], ['PAYIDSUB']]);
    expect(warn.mock.calls.flat()).toEqual([
      expect.objectContaining({ event: 'directlink.payidsub_signed' }),
    ]);
    warn.mockRestore();
  });

  it('is no answer where the signature does not fit either way', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { asked, fetcher } = platform(item('1', '8', '5'), [
      'orderID="" PAYID="0" NCERROR="50001184" NCERRORPLUS="" STATUS="0"',
    ]);
    await expect(ogone.refund?.lookUp?.(orderOf('refund', fetcher))).rejects.toThrow('50001184');
    expect(asked).toHaveLength(3);
    warn.mockRestore();
  });
});

describe('SHEET.md, "Operations"', () => {
  it.each(Object.entries(OGONE_OPERATIONS))('says of each code what the code does: %s', (kind, table) => {
    expect(operationRows('ogone', kind)).toEqual(table);
  });
});
