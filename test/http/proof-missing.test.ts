/**
 * The operator's way out of `proof_missing`. The failures ruled out: a payment that waits for a person whom nobody lets decide; a
 * decision without a trace, or made by a shop; a website of PolyBanking told of success by a message that proves nothing.
 */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spplus } from '../../src/providers/spplus/index.ts';
import {
  admin,
  deliver,
  demoSettings,
  makeAccount,
  makeShop,
  network,
  ORIGIN,
  type Payment,
  runAlarms,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

type Read = Payment & { attempts: { status: string; pendingReason: string | null }[] };

/** A payment by PayFiP's URL form, which somebody says is paid. */
async function claimedPayment() {
  const settings = { numcli: '090909', mode: 'url', saisie: 'A' };
  const account = await makeAccount('tipi', { settings, environment: 'production' });
  const shop = await makeShop([account]);
  const { body } = await shop.pay({ amount: 5500 });
  const claim = () =>
    deliver({
      method: 'POST',
      url: `${ORIGIN}/callback/${account}?o=${body.id}01`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `numcli=090909&refdet=${body.id}01&montant=5500&saisie=A&resultrans=P`,
    });
  const conclude = (given: object, attempt = '1') =>
    admin<Read>('POST', `/payments/${body.id}/attempts/${attempt}`, given);
  return { shop, id: body.id, claim, conclude };
}

describe('POST /v1/admin/payments/:id/attempts/:attempt', () => {
  it('concludes a payment that waits for proof: once, with webhook, event and audit entry', async () => {
    const { shop, id, claim, conclude } = await claimedPayment();
    expect(await conclude({ outcome: 'paid' })).toMatchObject({
      status: 409,
      body: { code: 'invalid_state' },
    });
    await claim();
    await runAlarms(id);
    expect((await shop.call<Read>('GET', `/payments/${id}`)).body).toMatchObject({
      status: 'pending',
      attempts: [{ pendingReason: 'proof_missing' }],
    });
    net.webhooks.length = 0;
    const { status, body } = await conclude({ outcome: 'paid', note: 'in the ledger of the accountant' });
    expect([status, body.status, body.signed, body.amounts.paid]).toEqual([200, 'paid', false, 5500]);
    expect(body.attempts).toMatchObject([{ status: 'paid', pendingReason: null }]);
    await runAlarms(id);
    expect(net.webhooks.map(({ body: sent }) => [sent.type, sent.data.signed])).toEqual([
      ['payment.paid', false],
    ]);
    const events = await shop.events(id);
    expect(events.filter(({ source }) => source === 'operator')).toMatchObject([
      { type: 'attempt.concluded', detail: { outcome: 'paid', amount: 5500, currency: 'EUR' } },
    ]);
    // What the operator notes is for operators.
    expect(JSON.stringify(events)).not.toContain('in the ledger of the accountant');
    expect((await admin<{ data: object[] }>('GET', '/audit?limit=1')).body.data).toMatchObject([
      {
        actor: 'operator',
        action: 'attempt.concluded',
        subject: id,
        detail: { attempt: 1, outcome: 'paid', amount: 5500, note: 'in the ledger of the accountant' },
      },
    ]);
    for (const outcome of ['paid', 'denied'])
      expect(await conclude({ outcome })).toMatchObject({ status: 409, body: { code: 'invalid_state' } });
    await claim();
    expect((await shop.payment(id)).amounts.paid).toBe(5500);
  });

  it('takes nothing else, and nobody else', async () => {
    const { shop, id, claim, conclude } = await claimedPayment();
    await claim();
    for (const given of [
      {},
      { outcome: 'refunded' },
      { outcome: 'paid', amount: 0 },
      { outcome: 'paid', amount: 1.5 },
      { outcome: 'denied', amount: 5500 },
    ])
      expect((await conclude(given)).status, JSON.stringify(given)).toBe(400);
    for (const attempt of ['0', '2', 'x', '-1'])
      expect((await conclude({ outcome: 'paid' }, attempt)).status).toBe(404);
    expect((await admin('POST', '/payments/0000000000000000/attempts/1', { outcome: 'paid' })).status).toBe(
      404,
    );
    expect((await admin('POST', '/payments/nothing/attempts/1', { outcome: 'paid' })).status).toBe(404);
    expect((await shop.call('POST', `/admin/payments/${id}/attempts/1`, { outcome: 'paid' })).status).toBe(
      401,
    );
    expect(await shop.payment(id)).toMatchObject({ status: 'pending', pendingReason: 'proof_missing' });
    expect((await conclude({ outcome: 'denied' })).body).toMatchObject({ status: 'denied', signed: false });
  });
});

describe('a message that leaves open what it says, where nobody can be asked', () => {
  it('has the payment wait for a person, and for a later message that says it in one way (SPPlus)', async () => {
    const settings = demoSettings('spplus');
    const account = await makeAccount('spplus', { settings, environment: 'production' });
    const shop = await makeShop([account]);
    const { id } = (await shop.pay()).body;
    const recipe = spplus.signatures['query-signature'];
    if (recipe?.kind !== 'sign') throw new Error('there is no such recipe');
    const tell = (refsfp: string, etat: string) => {
      const raw = `siret=${settings.siret}&reference=${id}01&langue=FR&devise=978&montant=19.99&taxe=0.00&refsfp=${refsfp}&etat=${etat}`;
      const hmac = recipe.sign(settings, { raw }).signature;
      return deliver({
        method: 'GET',
        url: `${ORIGIN}/callback/${account}?${raw}&hmac=${hmac}`,
        headers: {},
        body: null,
      });
    };
    // Held under SFP0001, or cancelled under SFP000.
    expect((await tell('SFP0001', '1')).status).toBe(200);
    expect(await shop.payment(id)).toMatchObject({
      status: 'pending',
      pendingReason: 'proof_missing',
      signed: false,
      amounts: { authorized: 0 },
    });
    await tell('SFP0001', '10');
    expect(await shop.payment(id)).toMatchObject({ status: 'paid', pendingReason: null, signed: true });
  });
});

describe('a website of PolyBanking', () => {
  it('is told of no success by a message that proves nothing, and of it when a person says so', async () => {
    const account = await makeAccount('postfinance', {
      environment: 'production',
      settings: {
        ...demoSettings('postfinance'),
        sha_mode: 'main-parameters-only',
        userid: null,
        pswd: null,
      },
    });
    const shop = await makeShop([account], {
      webhook: { url: 'https://website-demo.com/ipn', dialect: 'polybanking' },
    });
    const { body } = await shop.pay({ currency: 'CHF' });
    const fields: Record<string, string> = {
      ORDERID: `${body.id}01`,
      CURRENCY: 'CHF',
      AMOUNT: '19.99',
      PM: 'CreditCard',
      ACCEPTANCE: 'test123',
      STATUS: '9',
      CARDNO: 'XXXXXXXXXXXX1111',
      PAYID: '3090001234',
      NCERROR: '0',
      BRAND: 'VISA',
    };
    const settings = demoSettings('postfinance');
    const SHASIGN = createHash('sha512')
      .update(Object.values(fields).join('') + settings.sha_out)
      .digest('hex')
      .toUpperCase();
    await deliver({
      method: 'POST',
      url: `${ORIGIN}/callback/${account}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ ...fields, SHASIGN }).toString(),
    });
    expect(await shop.payment(body.id)).toMatchObject({
      status: 'pending',
      pendingReason: 'proof_missing',
      providerStatus: null,
      providerReference: null,
    });
    const told = async () => {
      await runAlarms(body.id);
      const ipn = new URLSearchParams(net.webhooks.at(-1)?.raw);
      return [ipn.get('postfinance_status'), ipn.get('postfinance_status_good')];
    };
    expect(await told()).toEqual(['91', 'False']);
    await admin('POST', `/payments/${body.id}/attempts/1`, { outcome: 'paid' });
    expect(await told()).toEqual(['9', 'True']);
  });
});
