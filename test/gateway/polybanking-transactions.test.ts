/**
 * Transactions of PolyBanking's websites. Ruled out: one that goes to another account than the shop's at PostFinance while that can take it;
 * one that is begun although the directory could not be read; a bank's message that is read for another payment, or by another bank's rules.
 */

import { env } from 'cloudflare:workers';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Account } from '../../src/directory/types.ts';
import {
  createPolybankingPayment,
  paymentOfMessage,
  requestOfTransaction,
  type Transaction,
} from '../../src/gateway/polybanking-transactions.ts';
import type { Service } from '../../src/gateway/service.ts';
import { derivePaymentId, orderNumber, type PaymentId } from '../../src/payments/id.ts';
import { utf8 } from '../../src/signing/bytes.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { storedAccount, storedShop, succeededBy } from './stored.ts';

const ORIGIN = 'https://pay.example.com';
const transaction: Transaction = {
  reference: 'order-7',
  amount: 1050 as Transaction['amount'],
  extraData: 'table 4',
};

const request = {
  dialect: 'polybanking',
  reference: 'order-7',
  amount: 1050,
  currency: 'CHF',
  description: null,
  capture: null,
  customer: {},
  returnUrl: {},
  extraData: 'table 4',
  providerFields: {},
};

describe('a transaction', () => {
  const francs = (id: string, provider: string, changes: Partial<Account> = {}) =>
    storedAccount(id, provider, { currencies: ['CHF'], ...changes });
  const retiredAt = '2026-11-22T09:00:00Z';

  /** Begins the transaction at a shop with these accounts. @param isDown whether an account cannot be read, by how many were. */
  function begun(
    shopAccounts: readonly string[],
    accounts: readonly Account[],
    isDown = (_read: number) => false,
  ) {
    let read = 0;
    const commands: unknown[] = [];
    const account = async (id: string) => {
      if (isDown(read++)) throw new Error('the directory is down');
      return accounts.find((one) => one.id === id) ?? null;
    };
    const ledger = {
      create: async (command: unknown) => {
        commands.push(command);
        return { kind: 'created' };
      },
      replay: async () => null,
    };
    const service = {
      ...serviceOf(env as unknown as Env),
      directory: { account },
      ledger: () => ledger,
    } as unknown as Service;
    const shop = storedShop(shopAccounts);
    return {
      commands: commands as { readonly attempt: { readonly account: string } }[],
      id: derivePaymentId(service.config.idKey, shop.id, 'order-7'),
      answer: createPolybankingPayment(service, shop, transaction, ORIGIN),
    };
  }

  it('is stored as a payment in francs that is known again by all that its website has said', async () => {
    expect(requestOfTransaction(transaction)).toEqual(request);
    const { commands, id, answer } = begun(['pf'], [francs('pf', 'postfinance')]);
    await answer;
    expect(commands).toEqual([
      {
        id,
        shop: 'shop',
        requestHash: createHash('sha256').update(JSON.stringify(request)).digest('hex'),
        request,
        attempt: expect.objectContaining({ account: 'pf', amount: 1050 }),
      },
    ]);
  });

  it.each<readonly [name: string, accounts: readonly Account[], goesTo: string]>([
    ['the one at PostFinance, not the first', [francs('a', 'ogone'), francs('b', 'postfinance')], 'b'],
    [
      'the one that has taken its place',
      [francs('a', 'ogone'), francs('b', 'postfinance', succeededBy('c')), francs('c', 'ogone')],
      'c',
    ],
    [
      'the one at PostFinance that has taken the place of another',
      [francs('a', 'ogone'), francs('b', 'ogone', succeededBy('c')), francs('c', 'postfinance')],
      'c',
    ],
    [
      'the next one at PostFinance where the first is retired',
      [francs('a', 'ogone'), francs('b', 'postfinance', { retiredAt }), francs('d', 'postfinance')],
      'd',
    ],
    [
      'any other that takes francs where none at PostFinance can',
      [
        francs('a', 'ogone', { currencies: ['EUR'] }),
        francs('b', 'postfinance', { retiredAt }),
        francs('d', 'ogone'),
      ],
      'd',
    ],
  ])('goes to %s', async (_name, accounts, goesTo) => {
    const named = accounts.map(({ id }) => id).filter((id) => id !== 'c');
    const { commands, answer } = begun(named, accounts);
    await answer;
    expect(commands.map(({ attempt }) => attempt.account)).toEqual([goesTo]);
  });

  it('is not begun anywhere else where its account cannot be read now', async () => {
    const accounts = [francs('pf', 'postfinance'), francs('a', 'ogone')];
    // The first two reads find the shop's accounts, the third one is about the account that was chosen.
    const { commands, answer } = begun(['pf', 'a'], accounts, (read) => read === 2);
    await expect(answer).rejects.toThrow('the directory is down');
    expect(commands).toEqual([]);
  });

  it('is refused at a shop without an account', async () => {
    await expect(begun([], []).answer).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a message of the bank', () => {
  const ID = '0123456789ABCDEF' as PaymentId;
  const history = { shop: 'shop', accounts: ['first', 'second', 'gone'] };
  const accounts = [storedAccount('first', 'postfinance'), storedAccount('second', 'paybox')];

  /** What a message names, at a service that knows one payment and one transaction of PolyBanking's. */
  function named(fields: string, method: 'GET' | 'POST' = 'POST', known = accounts) {
    const service = {
      directory: {
        account: async (id: string) => known.find((one) => one.id === id) ?? null,
        imported: { paymentOf: async (order: string) => (order === 'polybanking-7' ? ID : null) },
      },
      ledger: (id: string) => ({ history: async () => (id === ID ? history : null) }),
    } as unknown as Service;
    const [query, body] = method === 'GET' ? [fields, 'orderID=x'] : ['orderID=x', fields];
    return paymentOfMessage(service, {
      method,
      query: utf8(query),
      body: utf8(body),
      headers: {},
      contentType: 'application/x-www-form-urlencoded',
    });
  }

  const ours = orderNumber(ID, 1);
  const payment = { kind: 'payment', id: ID, history, account: accounts[0] };

  it.each([
    ['our order number', `orderID=${ours}`, payment],
    ['one of the old server', 'orderID=polybanking-7', payment],
    ['the order number among others, in any case', `currency=CHF&OrderId=${ours}&amount=1`, payment],
    ['an attempt at another bank', `orderID=${orderNumber(ID, 2)}`, { kind: 'other_bank' }],
    ['an attempt at an account that is not there', `orderID=${orderNumber(ID, 3)}`, { kind: 'other_bank' }],
    ['an attempt that there is not', `orderID=${orderNumber(ID, 4)}`, { kind: 'no_order' }],
    ['a payment that there is not', `orderID=${'9'.repeat(18)}`, { kind: 'no_order' }],
    ['another number of the old server', 'orderID=polybanking-8', { kind: 'unknown' }],
    ['what begins as one', 'orderID=polybanking-', { kind: 'unknown' }],
    ['an order number of another gateway', 'orderID=gateway-7', { kind: 'other_bank' }],
    ['one that begins with a dash', 'orderID=-7', { kind: 'other_bank' }],
    ['a text', 'orderID=x', { kind: 'no_order' }],
    ['an empty order number', 'orderID=', { kind: 'no_order' }],
    ['no order number', 'currency=CHF', { kind: 'no_order' }],
    ['what is no form', 'orderID=%zz', { kind: 'no_order' }],
  ])('names %s', async (_name, fields, expected) => {
    for (const method of ['GET', 'POST'] as const) expect(await named(fields, method)).toEqual(expected);
  });

  it('is read for an account of either name that the platform has, and of no other', async () => {
    for (const [provider, kind] of [
      ['postfinance', 'payment'],
      ['ogone', 'payment'],
      ['postfinance-checkout', 'other_bank'],
      ['paybox', 'other_bank'],
    ] as const)
      expect((await named(`orderID=${ours}`, 'POST', [storedAccount('first', provider)])).kind).toBe(kind);
  });
});
