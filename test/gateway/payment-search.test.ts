/**
 * The operator's search (payment-search.ts), and webhooks that are sent again (resend-many.ts). The failures ruled out: a payment of a shop
 * outside that is found by its number; a filter that is silently left out; a page that is skipped or begun anew; a number that is wrong in
 * the audit log.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FoundPayment, PaymentSearch, SearchCursor } from '../../src/directory/search.ts';
import { itself, type Scope, type Shop } from '../../src/directory/types.ts';
import { findPayments, type SearchRequest } from '../../src/gateway/payment-search.ts';
import { resendMany } from '../../src/gateway/resend-many.ts';
import type { LedgerClient } from '../../src/gateway/service.ts';
import { Problem } from '../../src/payments/errors.ts';
import { derivePaymentId, type PaymentId, paymentId } from '../../src/payments/id.ts';
import type { PaymentView } from '../../src/payments/types.ts';
import { base64url, utf8 } from '../../src/signing/bytes.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { liveShop } from '../support/shop.ts';
import { problemOf, told, wrongField } from '../support/thrown.ts';

const service = serviceOf(env as unknown as Env);
afterEach(() => vi.restoreAllMocks());

const ID = '0123456789ABCDEF' as PaymentId;
const AT = '2026-11-27T10:00:00.000Z';
const SHOPS: readonly Shop[] = [
  liveShop({ id: 'paris', group: 'france' }),
  liveShop({ id: 'lyon', group: 'france' }),
  liveShop({ id: 'bern', group: 'schweiz' }),
  liveShop({ id: 'alone' }),
];
const ALL: Scope = { all: true };
const FRANCE: Scope = { all: false, shops: [], groups: ['france'] };
const COPY: FoundPayment = { shop: 'paris', view: { id: ID, reference: 'copy' } as PaymentView };
const TRUTH: FoundPayment = { shop: 'paris', view: { id: ID, reference: 'ledger' } as PaymentView };

let searched: PaymentSearch[];
let next: SearchCursor | null;
let inLedgers: Map<string, FoundPayment>;
let directory: typeof service.directory;

beforeEach(() => {
  searched = [];
  next = null;
  inLedgers = new Map([[ID, TRUTH]]);
  directory = service.directory;
  const shop = async (id: string) => SHOPS.find((one) => one.id === id) ?? null;
  vi.spyOn(directory.shops, 'list').mockResolvedValue([...SHOPS]);
  vi.spyOn(directory.shops, 'get').mockImplementation(shop);
  vi.spyOn(directory, 'shop').mockImplementation(shop);
  vi.spyOn(directory, 'search').mockImplementation(async (search) => {
    searched.push(search);
    return { data: [COPY], next };
  });
});

const EMPTY = { status: [], amount: {}, created: {}, updated: {}, paid: {}, limit: 20 };
const ledger = (id: PaymentId) =>
  ({
    read: async () => {
      const found = inLedgers.get(id);
      return found ? { shop: found.shop, view: found.view } : null;
    },
  }) as unknown as LedgerClient;
const find = (request: Partial<SearchRequest>, scope: Scope = ALL) =>
  findPayments({ ...service, ledger }, scope, { ...EMPTY, ...request });
const refusal = (request: Partial<SearchRequest>, scope: Scope = ALL) =>
  problemOf(() => find(request, scope));

const BY_LEDGER = { data: [TRUTH], nextCursor: null };
const BY_COPY = { data: [COPY], nextCursor: null };
const NOTHING = { data: [], nextCursor: null };

describe('a search that names one payment', () => {
  it.each<[string, Partial<SearchRequest>]>([
    ['its id', { id: ID }],
    ['the number that its provider shows', { providerReference: `${ID}01` }],
  ])(
    'is answered by its ledger, and by nobody about one outside or one that is not there: %s',
    async (_, request) => {
      expect(await find(request)).toEqual(BY_LEDGER);
      expect(await find(request, FRANCE)).toEqual(BY_LEDGER);
      expect(searched).toEqual([]);
      const bern: Scope = { all: false, shops: ['bern'], groups: [] };
      if (request.id) {
        expect(await find(request, bern)).toEqual(NOTHING);
        inLedgers.clear();
        expect(await find(request)).toEqual(NOTHING);
        expect(searched).toEqual([]);
      } else {
        // A provider's own number may look like one of ours.
        expect(await find(request, bern)).toEqual(BY_COPY);
        inLedgers.clear();
        expect(await find(request)).toEqual(BY_COPY);
        expect(searched.map(({ shops, providerReference }) => ({ shops, providerReference }))).toEqual([
          { shops: ['bern'], providerReference: `${ID}01` },
          { shops: null, providerReference: `${ID}01` },
        ]);
      }
    },
  );

  it('by the reference of a shop is answered by its ledger, where the operator sees that shop', async () => {
    inLedgers = new Map([[derivePaymentId(service.config.idKey, 'paris', 'order-1'), TRUTH]]);
    const request = { shop: 'paris', reference: 'order-1' };
    expect(await find(request, FRANCE)).toEqual(BY_LEDGER);
    expect(await find({ shop: 'paris', reference: 'order-2' })).toEqual(NOTHING);
    expect(await refusal(request, { all: false, shops: ['bern'], groups: [] })).toEqual(
      told('not_found', 'there is no shop paris'),
    );
    expect(searched).toEqual([]);
  });

  it('by what can be no id finds nothing', async () => {
    expect(await find({ id: 'no id' })).toEqual(NOTHING);
    expect(await find({ id: '' })).toEqual(NOTHING);
    expect(searched).toEqual([]);
  });

  it.each<[string, Partial<SearchRequest>]>([
    ['a shop', { shop: 'paris' }],
    ['a status', { status: ['paid'] }],
    ['an amount', { amount: { from: 1 } }],
    ['an amount to', { amount: { to: 1 } }],
    ['a time', { created: { from: AT } }],
    ['a time of change', { updated: { to: AT } }],
    ['a time of payment', { paid: { to: AT } }],
    ['a text', { metadata: { seat: '1' } }],
    ['false', { test: false }],
    ['a cursor', { cursor: '' }],
  ])('goes with no other filter, which nobody would look at: %s', async (_, request) => {
    expect(await refusal({ id: ID, ...request })).toEqual(
      wrongField('id', 'goes without other filters: it finds one payment'),
    );
    // These may, and then the copy is searched for both.
    if (request.shop === undefined && request.cursor === undefined) {
      expect(await find({ providerReference: `${ID}01`, ...request })).toEqual(BY_COPY);
      expect(await find({ shop: 'paris', reference: 'order-1', ...request })).toEqual(BY_COPY);
      expect(searched).toEqual([
        { ...EMPTY, providerReference: `${ID}01`, shops: null, cursor: undefined, ...request },
        { ...EMPTY, reference: 'order-1', shops: ['paris'], cursor: undefined, ...request },
      ]);
    }
  });

  it('fails where the ledger’s shop cannot be looked up, and does not say that there is none', async () => {
    vi.spyOn(directory, 'shop').mockRejectedValue(new Problem('unavailable', 'D1 is down'));
    expect(await refusal({ id: ID }, FRANCE)).toEqual(told('unavailable', 'D1 is down'));
    vi.spyOn(directory, 'shop').mockRejectedValue(new TypeError('a fault of ours'));
    await expect(find({ id: ID }, FRANCE)).rejects.toThrow('a fault of ours');
  });
});

describe('a search by filters', () => {
  it.each<[string, Scope, Partial<SearchRequest>, readonly string[] | null]>([
    ['all of them', ALL, {}, null],
    ['those of the operator', FRANCE, {}, ['paris', 'lyon']],
    ['those of a group', ALL, { group: 'schweiz' }, ['bern']],
    ['those of a group of the operator', FRANCE, { group: 'france' }, ['paris', 'lyon']],
    ['none of a group outside', FRANCE, { group: 'schweiz' }, []],
    ['one', ALL, { shop: 'alone' }, ['alone']],
    ['one of its group', ALL, { shop: 'bern', group: 'schweiz' }, ['bern']],
    ['none, as it is of another group', ALL, { shop: 'bern', group: 'france' }, []],
  ])('is about the shops that the operator sees: %s', async (_, scope, request, shops) => {
    expect(await find(request, scope)).toEqual(BY_COPY);
    expect(searched).toEqual([{ ...EMPTY, shops, cursor: undefined }]);
  });

  it('about a shop outside says that there is none', async () => {
    expect(await refusal({ shop: 'bern' }, FRANCE)).toEqual(told('not_found', 'there is no shop bern'));
  });

  it.each([
    ['amount', 5, 4],
    ['created', AT, '2026-11-27T09:59:59.999Z'],
    ['updated', AT, '2026-11-27T09:59:59.999Z'],
    ['paid', AT, '2026-11-27T09:59:59.999Z'],
  ] as const)(
    'whose %s ends before it begins is refused, and one that ends there is not',
    async (name, from, to) => {
      expect(await refusal({ [name]: { from, to } })).toEqual(
        wrongField(`${name}To`, `comes before ${name}From`),
      );
      expect(await refusal({ [name]: { from, to: from } })).toBeNull();
      expect(await refusal({ [name]: { from: to, to: from } })).toBeNull();
      expect(await refusal({ [name]: { from } })).toBeNull();
    },
  );

  it('goes on where the page before ended, in the order of the list', async () => {
    for (const [by, request] of [
      ['created', {}],
      ['updated', { updated: { from: AT } }],
      ['paid', { paid: { to: AT } }],
    ] as const) {
      next = { by, at: AT, id: ID };
      const { nextCursor } = await find(request);
      expect(nextCursor).toBe(base64url(utf8(`${by} ${AT} ${ID}`)));
      await find({ ...request, cursor: nextCursor ?? '' });
      expect(searched.at(-1)?.cursor).toEqual({ by, at: AT, id: ID });
    }
  });

  it.each([
    ['of a list in another order', `updated ${AT} ${ID}`],
    ['of no order', `amount ${AT} ${ID}`],
    ['without an id', `created ${AT} `],
    ['with an id that is none', `created ${AT} no-id`],
    ['with a time that is none', `created yesterday ${ID}`],
    ['with something before it', `xcreated ${AT} ${ID}`],
    ['with something behind it', `created ${AT} ${ID} x`],
    ['of nothing', ''],
  ])('does not go on from a cursor %s', async (_, text) => {
    const problem = wrongField('cursor', 'is not a cursor of this list');
    expect(await refusal({ cursor: base64url(utf8(text)) })).toEqual(problem);
    expect(searched).toEqual([]);
  });

  it('does not go on from a cursor that is no base64url, or no text', async () => {
    const problem = wrongField('cursor', 'is not a cursor of this list');
    expect(await refusal({ cursor: '!' })).toEqual(problem);
    expect(await refusal({ cursor: base64url(new Uint8Array([255, 254])) })).toEqual(problem);
  });
});

describe('webhooks that are sent again', () => {
  const BY = itself('operator');
  const idOf = (number: number) => String(number).padStart(16, '0');

  /** Sends the webhooks of so many payments again. @param isSent whether there was one to send. */
  async function resent(
    count: number,
    {
      cursor = null,
      isSent = () => true,
      dialect = 'standard',
      idAt = idOf,
    }: {
      cursor?: string | null | undefined;
      isSent?: (id: string) => boolean;
      dialect?: Shop['webhook']['dialect'];
      idAt?: (at: number) => string;
    } = {},
  ) {
    const rows = Array.from({ length: count }, (_, at) => ({ id: idAt(at), updatedAt: AT }));
    const pages = vi.spyOn(service.directory, 'changedPayments').mockResolvedValue(rows);
    const audit = vi.spyOn(service.directory, 'noteAudit').mockResolvedValue();
    pages.mockClear();
    audit.mockClear();
    const calls: (readonly [string, boolean, string])[] = [];
    let [running, most] = [0, 0];
    const ledgers = (id: PaymentId) =>
      ({
        resend: async (isPolybanking: boolean, source: string) => {
          calls.push([id, isPolybanking, source]);
          running += 1;
          most = Math.max(most, running);
          await Promise.resolve();
          running -= 1;
          return isSent(id);
        },
      }) as unknown as LedgerClient;
    const shop = liveShop({ webhook: { url: 'https://shop-demo.com', dialect, newPayments: false } });
    const span = { from: '2026-11-27T01:00:00+01:00', to: '2026-11-28T00:00:00Z', cursor, by: BY };
    const answer = await resendMany({ ...service, ledger: ledgers }, shop, span);
    return {
      answer,
      calls,
      most,
      page: pages.mock.calls[0]?.[0],
      noted: audit.mock.calls.map(([entry]) => entry),
    };
  }
  const FROM = '2026-11-27T00:00:00.000Z';
  const TO = '2026-11-28T00:00:00.000Z';

  it('are those of the time in UTC; what was sent and what not is said, and noted', async () => {
    const { answer, calls, page, noted } = await resent(3, { isSent: (id) => id !== idOf(1) });
    expect(page).toEqual({ shop: 'tickets', from: FROM, to: TO, after: null, limit: 100 });
    expect(calls).toEqual([0, 1, 2].map((number) => [idOf(number), false, 'operator']));
    expect(answer).toEqual({ queued: 2, skipped: 1, nextCursor: null });
    expect(noted).toEqual([
      {
        by: BY,
        action: 'deliveries.resent',
        subject: 'tickets',
        shop: 'tickets',
        detail: { from: FROM, to: TO, queued: 2, skipped: 1 },
      },
    ]);
  });

  it('are none of a row whose id is none: it is skipped, and the others are sent', async () => {
    const { answer, calls } = await resent(3, { idAt: (at) => (at === 1 ? 'no-id' : idOf(at)) });
    expect(calls.map(([id]) => id)).toEqual([idOf(0), idOf(2)]);
    expect(answer).toEqual({ queued: 2, skipped: 1, nextCursor: null });
  });

  it('are in the dialect of the shop', async () => {
    expect((await resent(1, { dialect: 'polybanking' })).calls).toEqual([[idOf(0), true, 'operator']]);
  });

  it('of a full page go on from its last payment; each is sent once, twenty at a time', async () => {
    const { answer, calls, most } = await resent(100);
    expect(answer).toEqual({ queued: 100, skipped: 0, nextCursor: `${AT}|${idOf(99)}` });
    expect(calls.map(([id]) => id)).toEqual(Array.from({ length: 100 }, (_, at) => idOf(at)));
    expect(most).toBe(20);
    expect((await resent(99)).answer).toEqual({ queued: 99, skipped: 0, nextCursor: null });
    const { page } = await resent(0, { cursor: answer.nextCursor });
    expect(page).toMatchObject({ after: { updatedAt: AT, id: idOf(99) } });
  });

  it('begin anew without a cursor', async () => {
    for (const cursor of [null, undefined, ''])
      expect((await resent(0, { cursor })).page).toMatchObject({ after: null });
  });

  it.each([`${AT}|${ID}|x`, `${AT}|no-id`, `yesterday|${ID}`, AT, `|${ID}`, '|', `${AT} ${ID}`])(
    'do not go on from a cursor that is none: %s',
    async (cursor) => {
      expect(paymentId(ID)).toBe(ID);
      expect(await problemOf(() => resent(1, { cursor }))).toEqual(wrongField('cursor', 'is not a cursor'));
    },
  );
});
