/**
 * What the two hashes of the Ogone platform prove. The failures ruled out: a declined return whose values are cut at other places
 * believed as paid; parameters read that nothing signs; our own request read as an answer; an answer about another order.
 */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Problem, Refusal } from '../../../src/payments/errors.ts';
import { ogone } from '../../../src/providers/ogone/brands.ts';
import { decided } from '../../../src/sandbox/kit/bank-ledger.ts';
import {
  BANK_API,
  bankOf,
  deliver,
  demoSettings,
  makeAccount,
  makeShop,
  memory,
  merchant,
  network,
  ORIGIN,
  type Payment,
  runAlarms,
  shopperAtBank,
} from '../../support/harness.ts';
import { accountOf, asRequest, CONTEXT, formFields, ORDER, read, request, story } from '../support.ts';

const { sha_out } = demoSettings('ogone');
const MAIN = { sha_mode: 'main-parameters-only' };
const MAIN_OUT = [
  'ORDERID',
  'CURRENCY',
  'AMOUNT',
  'PM',
  'ACCEPTANCE',
  'STATUS',
  'CARDNO',
  'PAYID',
  'NCERROR',
  'BRAND',
];

type Fields = Readonly<Record<string, string>>;

const sha512 = (text: string) => createHash('sha512').update(text).digest('hex').toUpperCase();

function bankMessage(fields: Fields, SHASIGN: string, url = 'https://pay.test/callback/account') {
  return {
    method: 'POST' as const,
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...fields, SHASIGN }).toString(),
  };
}

const mainSign = (fields: Fields, passphrase = sha_out) =>
  sha512(MAIN_OUT.map((name) => fields[name] ?? '').join('') + passphrase);

const eachSign = (fields: Fields, passphrase = sha_out) =>
  sha512(
    Object.keys(fields)
      .sort()
      .map((name) => `${name}=${fields[name]}${passphrase}`)
      .join(''),
  );

const declined = (order: string): Fields => ({
  ORDERID: order,
  CURRENCY: 'EUR',
  AMOUNT: '19.99',
  PM: 'CreditCard',
  ACCEPTANCE: '',
  STATUS: '2',
  CARDNO: 'XXXXXXXXXXXX1111',
  PAYID: '3090001234',
  NCERROR: '30001001',
  BRAND: 'VISA',
});

/** The same text, cut so that a 9 of PAYID is the STATUS. */
const recut = (order: string): Fields => ({
  ...declined(order),
  ACCEPTANCE: '2XXXXXXXXXXXX111130',
  STATUS: '9',
  CARDNO: '0',
  PAYID: '001234',
});

const readMain = (fields: Fields, signature: string, changes: Record<string, unknown> = {}) =>
  ogone.notification(
    asRequest(bankMessage(fields, signature)),
    accountOf(ogone, { ...MAIN, ...changes }),
    'notification',
    CONTEXT,
  );

describe('main parameters only', () => {
  it('says that the borders between its values are open', () => {
    const { settings } = accountOf(ogone, MAIN);
    expect(ogone.proof(settings, 'return')).toMatchObject({ bordersCovered: false, uniqueReading: null });
    expect(ogone.proof(accountOf(ogone).settings, 'return')).toMatchObject({ bordersCovered: true });
    expect(mainSign(recut(ORDER))).toBe(mainSign(declined(ORDER)));
  });

  it('is not read where nothing signs it, nor in a form that the platform never has', async () => {
    const fields = declined(ORDER);
    const plain = await readMain(fields, mainSign(fields));
    expect(await readMain({ ...fields, PAYIDSUB: '7', CN: 'Zoe' }, mainSign(fields))).toEqual(plain);
    for (const change of [{ CURRENCY: 'EU', AMOUNT: 'R19.99' }, { STATUS: '2XX' }, { PAYID: 'X' }]) {
      const other = { ...fields, ...change };
      await expect(readMain(other, mainSign(other))).rejects.toThrow(Refusal);
    }
  });

  let bankOnly: ReturnType<typeof network>;
  beforeEach(() => {
    bankOnly = network();
  });
  afterEach(() => bankOnly.restore());

  async function payment(settings: Record<string, unknown> = {}) {
    const changes = { ...demoSettings('ogone'), ...MAIN, ...settings };
    const account = await makeAccount('ogone', {
      environment: 'production',
      settings: changes,
      endpoints: { api: BANK_API },
    });
    const shop = await makeShop([account]);
    const created = (await shop.pay()).body as Payment;
    const who = merchant('ogone', account, changes);
    const order = await shopperAtBank('ogone', created.redirect, who);
    const decide = async (decision: 'pay' | 'decline') => {
      await decided(memory, order, decision);
      await bankOf('ogone').decide?.(order, who, decision, memory);
    };
    const forge = () => {
      const fields = recut(order.order);
      return deliver(bankMessage(fields, mainSign(fields), `${ORIGIN}/callback/${account}`));
    };
    const notify = () => deliver(bankOf('ogone').notification(order, who, 'pay', 'none'));
    return { shop, id: created.id, decide, forge, notify };
  }

  it('is no payment where money is real: the platform is asked, and a declined one stays so', async () => {
    const { shop, id, decide, forge } = await payment();
    await decide('decline');
    expect((await forge()).status).toBe(200);
    expect(await shop.payment(id)).toMatchObject({ status: 'created' });
    await runAlarms(id);
    expect(await shop.payment(id)).toMatchObject({ status: 'denied', amounts: { paid: 0 } });
  });

  it('leads to the payment after the platform was asked', async () => {
    const { shop, id, decide, notify } = await payment();
    await decide('pay');
    expect((await notify()).status).toBe(200);
    await runAlarms(id);
    expect(await shop.payment(id)).toMatchObject({ status: 'paid', signed: true });
  });

  it('waits for proof where the account cannot ask', async () => {
    const { shop, id, forge } = await payment({ userid: undefined, pswd: undefined });
    await forge();
    expect(await shop.payment(id)).toMatchObject({ status: 'pending', pendingReason: 'proof_missing' });
  });
});

describe('a passphrase', () => {
  it('is in no value that a shop or shopper chooses', () => {
    const { sha_in } = demoSettings('ogone');
    const start = (changes: Parameters<typeof request>[1]) => () =>
      formFields(ogone, request(ogone, changes));
    const { fields } = start({
      description: `x${sha_out}STATUS=9`,
      customer: { firstName: `${sha_in}`, lastName: 'Müller' },
    })();
    expect([fields.COM, fields.CN]).toEqual([undefined, undefined]);
    expect(start({ providerFields: { COMPLUS: `a${sha_in}` } })).toThrow('providerFields.COMPLUS');
  });

  it('is in no value of an answer, where it would be a border', async () => {
    const fields = { ...declined(ORDER), ACCEPTANCE: 'x', CN: `x${sha_out}STATUS=9` };
    const message = asRequest(bankMessage(fields, eachSign(fields)));
    await expect(read(ogone, message)).rejects.toMatchObject({ reason: 'malformed' });
  });
});

describe('our own request', () => {
  const same = { sha_in: String(sha_out) };

  it('is no answer, though an account has one passphrase for both', async () => {
    const { fields } = formFields(ogone, request(ogone), accountOf(ogone, same));
    const message = asRequest(bankMessage(fields, fields.SHASIGN ?? ''));
    await expect(
      ogone.notification(message, accountOf(ogone, same), 'notification', CONTEXT),
    ).rejects.toThrow(Refusal);
  });

  it('is no answer of the main parameters either, wherever its values are cut', async () => {
    const { fields } = formFields(ogone, request(ogone), accountOf(ogone, { ...same, ...MAIN }));
    const text = `${ORDER}${fields.AMOUNT}EUR${fields.PSPID}`;
    const rest = text.slice(ORDER.length);
    for (const cut of [
      { CURRENCY: rest },
      { AMOUNT: '1999', PM: rest.slice(4) },
      { CURRENCY: '199', AMOUNT: '9', PM: rest.slice(4) },
      { AMOUNT: '199', STATUS: '9', BRAND: rest.slice(4) },
      { STATUS: '19', PAYID: '99', BRAND: rest.slice(4) },
    ]) {
      const forged = { ORDERID: ORDER, ...cut };
      expect(mainSign(forged)).toBe(fields.SHASIGN);
      await expect(readMain(forged, mainSign(forged), same)).rejects.toThrow(Refusal);
    }
  });

  it('has no parameter of an answer, though a shop names it', () => {
    for (const name of ['PAYID', 'ACCEPTANCE', 'CARDNO', 'STATUS', 'NCERROR']) {
      const start = () => formFields(ogone, request(ogone, { providerFields: { [name]: '9' } }));
      expect(start, name).toThrow(Problem);
    }
  });
});

describe('an answer of querydirect', () => {
  const answering = (attributes: string) =>
    (async () => new Response(`<?xml version="1.0"?><ncresponse ${attributes}/>`)) as unknown as typeof fetch;
  const rest = 'PAYIDSUB="0" NCERROR="0" STATUS="9" amount="19.99" currency="EUR"';

  it('about another order or transaction is not believed', async () => {
    const { started } = await story(ogone);
    const ask = (attributes: string, payid?: string) =>
      ogone.queryStatus?.({
        order: ORDER,
        account: accountOf(ogone),
        amount: 1999,
        currency: 'EUR',
        capture: 'automatic',
        providerState: { ...started.providerState, ...(payid && { payid }) },
        startedAt: new Date('2026-11-21T09:00:00Z'),
        hint: {},
        now: new Date('2026-11-21T09:05:00Z'),
        fetch: answering(`${attributes} ${rest}`),
        daily: async () => 1,
      });
    expect(await ask(`orderID="${ORDER}" PAYID="31"`, '31')).toMatchObject({ outcome: 'paid' });
    expect(await ask(`orderID="${ORDER}" PAYID="31"`)).toMatchObject({ outcome: 'paid' });
    for (const asked of [
      ask('orderID="7ZK0M3Q9T2V8XW4B01" PAYID="31"', '31'),
      ask('PAYID="31"', '31'),
      ask(`orderID="${ORDER}" PAYID="32"`, '31'),
    ]) {
      await expect(asked).rejects.toMatchObject({ reason: 'wrong_attempt' });
    }
  });
});
