/** Monetico's messages and services against its bank: what a notification may change, the running sums, and answers that say nothing certain. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { moneticoSeal } from '../../../src/sandbox/banks/monetico-seal.ts';
import {
  admin,
  BANK_API,
  deliver,
  demoSettings,
  type Journey,
  journey,
  makeAccount,
  makeShop,
  network,
  runAlarms,
  unique,
} from '../../support/harness.ts';
import {
  bankEntry,
  call,
  changeAnswer,
  inBackOffice,
  outcome,
  paid,
  read,
  refreshed,
} from '../operations-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const held = () => paid('monetico', { held: true, settings: { capture: 'manual' } });

/** The fields of the calls to a service, the newest last. */
function sent(service: string): Readonly<Record<string, string>>[] {
  return vi
    .mocked(globalThis.fetch)
    .mock.calls.filter(([input]) => String(input instanceof Request ? input.url : input).includes(service))
    .map(([, init]) => Object.fromEntries(new URLSearchParams(String(init?.body))));
}

/** A message of the bank with other values, sealed. */
function told({ order, merchant }: Journey, changes: Readonly<Record<string, string>>): Promise<Response> {
  const fields = {
    TPE: String(merchant.settings.tpe),
    date: '21/11/2026_a_10:02:11',
    montant: '19.99EUR',
    reference: order.order,
    'texte-libre': order.data['texte-libre'] ?? '',
    'code-retour': 'payetest',
    numauto: '010101',
    ...changes,
  };
  const MAC = moneticoSeal(Object.entries(fields), merchant);
  return deliver({
    method: 'POST',
    url: merchant.callback,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...fields, MAC }).toString(),
  });
}

const replyOf = async (answer: Response) => [answer.status, await answer.text()];
const ACKNOWLEDGED = 'version=2\ncdr=0\n';

describe('a notification', () => {
  it('that refuses is not the last word, and one that comes after the money takes none of it', async () => {
    const attempt = await journey('monetico');
    const status = async () => (await read(attempt)).status;
    expect(await replyOf(await attempt.notify('decline'))).toEqual([200, ACKNOWLEDGED]);
    expect(await status()).toBe('denied');
    expect(await replyOf(await attempt.notify('pay'))).toEqual([200, ACKNOWLEDGED]);
    expect(await status()).toBe('paid');
    expect((await told(attempt, { 'code-retour': 'Annulation', numauto: '' })).status).toBe(200);
    expect(await read(attempt)).toMatchObject({ status: 'paid', amounts: { paid: 1999 } });
  });

  it('twice is money once, and is answered the same', async () => {
    const attempt = await journey('monetico');
    const first = await replyOf(await attempt.notify('pay'));
    expect(await replyOf(await attempt.notify('pay'))).toEqual(first);
    expect((await read(attempt)).amounts.paid).toBe(1999);
  });

  it.each(['paiement_pf2', 'Annulation_pf3', 'something_new'])('of %s moves nothing', async (code) => {
    const attempt = await journey('monetico');
    await attempt.notify('pay');
    // An instalment of production, which is refused in test.
    const answer = await told(attempt, { 'code-retour': code, montantech: '5.00EUR' });
    expect((await replyOf(answer))[1]).toBe(ACKNOWLEDGED);
    expect(await read(attempt)).toMatchObject({ status: 'paid', amounts: { paid: 1999 } });
  });

  it('of test money never pays in production, and of production money never in test', async () => {
    const account = await makeAccount('monetico', {
      environment: 'production',
      settings: demoSettings('monetico'),
      endpoints: { api: BANK_API },
    });
    const shop = await makeShop([account]);
    const live = await journey('monetico', { place: { account, shop } });
    const { redirect } = live.payment;
    expect(redirect.kind === 'form' && new URL(redirect.url).pathname).toBe('/paiement.cgi');
    expect(await replyOf(await told(live, {}))).toEqual([200, ACKNOWLEDGED]);
    expect(await read(live)).toMatchObject({ amounts: { paid: 0 } });
    expect((await told(live, { 'code-retour': 'paiement' })).status).toBe(200);
    expect(await read(live)).toMatchObject({ status: 'paid', test: false });
    const test = await journey('monetico');
    const page = test.payment.redirect;
    expect(page.kind === 'form' && new URL(page.url).pathname).toBe('/test/paiement.cgi');
    expect(await replyOf(await told(test, { 'code-retour': 'paiement' }))).toEqual([200, ACKNOWLEDGED]);
    expect((await read(test)).amounts.paid).toBe(0);
  });

  it('is answered by whether its MAC was right', async () => {
    const attempt = await journey('monetico');
    const [sealed, unsealed] = [
      [200, ACKNOWLEDGED],
      [200, 'version=2\ncdr=1\n'],
    ];
    expect(await replyOf(await attempt.notify('pay', 'bad-signature'))).toEqual(unsealed);
    for (const body of ['', 'code-retour=payetest', 'TPE=1&TPE=2', 'MAC=xyz']) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await deliver({ method: 'POST', url: attempt.merchant.callback, headers, body });
      expect(await replyOf(answer), body).toEqual(unsealed);
    }
    for (const changes of [{ reference: 'ANOTHERSHOPSORDER1' }, { 'code-retour': '' }, { TPE: '7654321' }])
      expect(await replyOf(await told(attempt, changes)), Object.keys(changes).join()).toEqual(sealed);
    expect((await read(attempt)).amounts.paid).toBe(0);
  });
});

describe('captures', () => {
  it('say what is taken, what was, and what is left, and a cancel leaves nothing', async () => {
    const attempt = await held();
    for (const amount of [2500, 500]) expect((await call(attempt, 'capture', { amount })).status).toBe(200);
    expect((await call(attempt, 'cancel')).status).toBe(200);
    const sums = sent('/test/capture_paiement.cgi').map((fields) => [
      fields.montant,
      fields.montant_a_capturer,
      fields.montant_deja_capture,
      fields.montant_restant,
      fields.date_commande,
    ]);
    const day = attempt.order.data.date?.slice(0, 10);
    expect(sums).toEqual([
      ['100.00EUR', '25.00EUR', '0EUR', '75.00EUR', day],
      ['100.00EUR', '5.00EUR', '25.00EUR', '70.00EUR', day],
      ['100.00EUR', '0EUR', '30.00EUR', '0EUR', day],
    ]);
    expect(await bankEntry(attempt)).toMatchObject({ taken: 3000, released: 7000 });
    expect((await read(attempt)).amounts).toMatchObject({ paid: 3000 });
  });

  it('of another sum than the bank has is declined', async () => {
    const attempt = await held();
    await inBackOffice(attempt, 'capture', 1000);
    expect((await call(attempt, 'capture', { amount: 500 })).body.provider).toEqual({
      code: '-1',
      text: 'montant errone',
    });
    expect((await outcome(attempt)).states).toEqual(['failed']);
  });
});

describe('refunds', () => {
  it('say what may still be given back, and name the one capture', async () => {
    const attempt = await held();
    await call(attempt, 'capture', { amount: 4000 });
    for (const amount of [1000, 3000]) expect((await call(attempt, 'refund', { amount })).status).toBe(200);
    const calls = sent('/test/recredit_paiement.cgi');
    expect(calls.map((fields) => [fields.montant_recredit, fields.montant_possible])).toEqual([
      ['10.00EUR', '40.00EUR'],
      ['30.00EUR', '30.00EUR'],
    ]);
    for (const fields of calls) {
      expect(fields.num_autorisation).toMatch(/^\d{6}$/);
      expect(fields.date_remise).toMatch(/^\d\d\/\d\d\/\d{4}$/);
    }
    expect((await read(attempt)).status).toBe('refunded');
  });

  it.each([[4000], [2000, 1000]])(
    'after a cancel of the rest name what was asked for at first',
    async (...captured) => {
      const attempt = await held();
      for (const amount of captured) await call(attempt, 'capture', { amount });
      expect((await call(attempt, 'cancel')).status).toBe(200);
      for (const amount of [1000, 2000]) expect((await call(attempt, 'refund', { amount })).status).toBe(200);
      expect(sent('/test/recredit_paiement.cgi').map(({ montant }) => montant)).toEqual([
        '100.00EUR',
        '100.00EUR',
      ]);
    },
  );

  it('name none of several captures', async () => {
    const attempt = await held();
    for (const amount of [2000, 3000]) await call(attempt, 'capture', { amount });
    expect((await call(attempt, 'refund', { amount: 4000 })).status).toBe(200);
    const [fields] = sent('/test/recredit_paiement.cgi');
    expect(fields).not.toHaveProperty('num_autorisation');
    expect(fields).not.toHaveProperty('date_remise');
  });

  it('name the payment where the bank remits by itself', async () => {
    const attempt = await paid('monetico');
    expect((await call(attempt, 'refund', { amount: 4000 })).status).toBe(200);
    expect(sent('/test/recredit_paiement.cgi')[0]).toMatchObject({
      date_remise: attempt.order.data.date?.slice(0, 10),
      montant: '100.00EUR',
    });
  });
});

describe('an answer that is not certain', () => {
  it.each([
    ['of another reference', (text: string) => text.replace(/reference=.*/, 'reference=ANOTHER')],
    ['without a reference', (text: string) => text.replace(/reference=.*\n/, '')],
    ['that says cdr twice', (text: string) => `${text}cdr=-1\n`],
    ['of a page', () => '<html>Bad gateway</html>'],
    ['of nothing', () => ''],
    ['of a code that nobody knows', (text: string) => text.replace(/cdr=.*/, 'cdr=7')],
    ['without an authorisation', (text: string) => text.replace(/aut=.*\n/, '')],
    [
      'of a capture that was refused',
      (text: string) => text.replace(/lib=.*\naut=.*/, 'lib=autorisation refusee'),
    ],
  ])('%s is unknown, is asked of a person, and is never repeated', async (_what, change) => {
    const attempt = await paid('monetico');
    changeAnswer('/recredit_paiement.cgi', change);
    const key = unique();
    for (const _again of [1, 2])
      expect((await call(attempt, 'refund', { amount: 1000 }, key)).body.detail).toContain('not known');
    expect((await call(attempt, 'refund', { amount: 500 })).status).toBe(409);
    await refreshed(attempt);
    await runAlarms(attempt.payment.id);
    expect((await outcome(attempt)).states).toEqual(['unknown']);
    expect(sent('/recredit_paiement.cgi')).toHaveLength(1);
    const said = await admin('POST', `/payments/${attempt.payment.id}/operations/1`, {
      outcome: 'succeeded',
    });
    expect(said.status).toBe(200);
    expect(await outcome(attempt)).toEqual({ states: ['succeeded'], paid: 10_000, refunded: 1000 });
    expect((await call(attempt, 'refund', { amount: 500 })).status).toBe(200);
  });
});
