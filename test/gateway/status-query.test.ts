/** Who is asked. The failure ruled out: a provider that cannot be asked, asked all the same because a hint brought something. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { queryStatus } from '../../src/gateway/status-query.ts';
import type { StatusQueryRequest } from '../../src/ledger/commands.ts';
import { derivePaymentId } from '../../src/payments/id.ts';
import type { Minor } from '../../src/payments/money.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { demoSettings, makeAccount, PROVIDER_IDS, unique } from '../support/harness.ts';

/** Settings with which a provider cannot be asked, of those that can be asked with others. */
const UNASKED: Readonly<Record<string, Record<string, unknown>>> = {
  assist: { login: undefined, password: undefined },
  dotpay: { login: undefined, password: undefined },
  dummy: { dialect: 'eopayment' },
  ogone: { userid: undefined, pswd: undefined },
  paybox: { direct: false },
  payzen: { rest_password: undefined },
  postfinance: { userid: undefined, pswd: undefined },
  sips2: { brand: 'scellius' },
  systempay: { rest_password: undefined },
  tipi: { mode: 'url' },
  tpay: { mode: 'classic' },
};

/** Asks about an attempt because of a hint, as one that waited in the outbox while the account was changed. */
async function ask(provider: string, settings: object) {
  const account = await makeAccount(provider, { settings: { ...demoSettings(provider), ...settings } });
  const asked: string[] = [];
  const service = {
    ...serviceOf(env as unknown as Env),
    fetch: (async (input: RequestInfo) => {
      asked.push(new Request(input).url);
      return new Response('', { status: 503 });
    }) as typeof fetch,
  };
  const request: StatusQueryRequest = {
    id: derivePaymentId(new Uint8Array(32), 'shop', unique()),
    attempt: 1,
    account,
    amount: 1999 as Minor,
    currency: 'PLN',
    capture: 'automatic',
    providerState: {
      orderId: '301234567',
      transactionId: 't',
      title: 'TR-1',
      idOp: 'cc0cb210-1cd4',
      token: 't',
    },
    startedAt: new Date().toISOString(),
    hint: { orderId: '301234567', number: '1', transaction: '2' },
  };
  const problem = await queryStatus(service, request).then(
    () => null,
    (error: { code?: string }) => error.code,
  );
  return { problem, asked };
}

describe.each(Object.entries(UNASKED))('%s', (provider, settings) => {
  it('is not asked where its account lacks what that takes, whatever a hint has brought', async () => {
    expect(await ask(provider, settings)).toEqual({ problem: 'unsupported_operation', asked: [] });
  });
});

describe('Przelewy24 in its older modes', () => {
  it('is asked about the order of a notification, which is what verifies it', async () => {
    for (const mode of ['3.2', 'legacy']) {
      const { problem, asked } = await ask('przelewy24', { mode });
      expect([problem, asked.length]).toEqual(['provider_error', 1]);
    }
  });
});

it('is said of every provider that has such settings', () => {
  expect(PROVIDER_IDS).toEqual(expect.arrayContaining(Object.keys(UNASKED)));
});
