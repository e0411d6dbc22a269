/**
 * Payments that were taken over from PolyBanking, after the move. The failures ruled out: the bank is asked about another PAYID or order
 * number than it knows; money that was on its way is not recorded; somebody else's message changes a payment that was taken over.
 */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decided } from '../../src/sandbox/kit/bank-ledger.ts';
import {
  BANK_API,
  bankOf,
  cut,
  demoSettings,
  memory,
  network,
  objectOf,
  request,
  runAlarms,
} from '../support/harness.ts';
import {
  atBankFromOldServer,
  decides,
  find,
  imported,
  imports,
  ipn,
  log,
  moved,
  nextNumber,
  operate,
  resigned,
} from './imported-support.ts';

/** A call of DirectLink as the bank received it. */
interface Call {
  readonly page: string;
  readonly fields: Readonly<Record<string, string>>;
}

let net: ReturnType<typeof network>;
let calls: Call[];
const untouched = globalThis.fetch;
beforeEach(() => {
  calls = [];
  net = network();
  const spied = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const sent = new Request(input as RequestInfo, init);
    if (sent.url.startsWith(BANK_API)) {
      const fields = Object.fromEntries(new URLSearchParams(await sent.clone().text()));
      calls.push({ page: sent.url.slice(sent.url.lastIndexOf('/') + 1), fields });
    }
    return spied(sent);
  };
});
afterEach(() => {
  net.restore();
  globalThis.fetch = untouched;
});

describe('an operation on an imported payment', () => {
  it('is about the PAYID and the order number that the bank knows: a refund', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const { payid } = await decides(site, await atBankFromOldServer(site, number), 'pay');
    await imported(site, number, payid, '9');
    const { id, providerReference } = await find(site, number);
    expect(providerReference).toBe(payid);
    const refunded = await operate(site, id, 'refund', 300);
    expect(refunded.status).toBe(200);
    expect(calls).toMatchObject([
      { page: 'maintenancedirect.asp', fields: { PAYID: payid, OPERATION: 'RFD', AMOUNT: '300' } },
    ]);
    const { body } = await site.shop.call<{ operations: object[] }>('GET', `/payments/${id}`);
    expect(body.operations).toMatchObject([{ kind: 'refund', state: 'accepted', amount: 300 }]);
    // What the bank says later, about its own order number.
    await site.shop.call('POST', `/payments/${id}/refresh`);
    expect(calls.at(-1)?.fields.PAYID).toBe(payid);
    expect(await find(site, number)).toMatchObject({
      status: 'partially_refunded',
      amounts: { paid: 1050, refunded: 300 },
    });
  });

  it('is about them: a capture, a cancel and a refresh', async () => {
    for (const [kind, operation] of [
      ['capture', 'SAS'],
      ['cancel', 'DES'],
    ] as const) {
      const [site, number] = [await moved(), nextNumber()];
      const { payid } = await decides(site, await atBankFromOldServer(site, number, true), 'pay');
      await imported(site, number, payid, '5');
      const { id, status } = await find(site, number);
      expect(status).toBe('authorized');
      expect((await operate(site, id, kind)).status).toBe(200);
      expect(calls.at(-1)).toMatchObject({ fields: { PAYID: payid, OPERATION: operation } });
      expect((await site.shop.call('POST', `/payments/${id}/refresh`)).status).toBe(200);
      expect(calls.at(-1)).toMatchObject({ page: 'querydirect.asp', fields: { PAYID: payid } });
      expect((await find(site, number)).status).toBe(kind === 'capture' ? 'paid' : 'cancelled');
    }
  });

  it('is not believed when the bank answers about another order number', async () => {
    const [site, number, other] = [await moved(), nextNumber(), nextNumber()];
    const { payid } = await decides(site, await atBankFromOldServer(site, number), 'pay');
    await imported(site, other, payid, '9');
    const { id } = await find(site, other);
    const refunded = await operate(site, id, 'refund');
    expect(refunded.body.detail).toContain(`about the order polybanking-${number}`);
    expect((await find(site, other)).amounts.refunded).toBe(0);
  });

  it('asks by the order number where the PAYID is not known, or is that of a declined try', async () => {
    const site = await moved();
    const waiting = nextNumber();
    const first = await decides(site, await atBankFromOldServer(site, waiting), 'pay');
    await imports(site, waiting);
    await site.shop.call('POST', `/payments/${(await find(site, waiting)).id}/refresh`);
    expect(calls.at(-1)?.fields).toMatchObject({ ORDERID: `polybanking-${waiting}` });
    expect(await find(site, waiting)).toMatchObject({ status: 'paid', providerReference: first.payid });

    const tried = nextNumber();
    const { payid } = await decides(site, await atBankFromOldServer(site, tried), 'pay');
    const logs = [log('created', 36), log('postfinanceStatus', 37, '2'), log('postfinanceStatus', 38, '9')];
    const changes = { postfinanceId: '30999', postfinanceStatus: '9', internalStatus: 'fb' };
    await imports(site, tried, changes, { logs });
    const { id } = await find(site, tried);
    await site.shop.call('POST', `/payments/${id}/refresh`);
    expect(calls.at(-1)?.fields).toMatchObject({ ORDERID: `polybanking-${tried}` });
    expect((await operate(site, id, 'refund')).status).toBe(200);
    expect(calls.at(-1)?.fields.PAYID).toBe(payid);
    expect((await find(site, tried)).amounts.paid).toBe(1050);
  });
});

describe('a message of the bank that the old server has taken', () => {
  it('is a repeat: no line, no IPN, no money', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const { payid, body } = await decides(site, await atBankFromOldServer(site, number), 'pay');
    // Of which the old server took one twice, as it did.
    const logs = [log('created', 36), log('postfinanceStatus', 37, '9'), log('postfinanceStatus', 38, '9')];
    const changes = { postfinanceId: payid, postfinanceStatus: '9', internalStatus: 'fb' };
    expect((await imports(site, number, changes, { logs })).body.result).toBe('imported');
    const before = await site.client.logs(`r-${number}`);
    expect((await ipn(body)).status).toBe(200);
    const { id, amounts } = await find(site, number);
    await runAlarms(id);
    expect(await site.client.logs(`r-${number}`)).toEqual(before);
    expect([net.webhooks, amounts.paid]).toEqual([[], 1050]);
    expect(await site.client.transaction(`r-${number}`)).toMatchObject({
      postfinance_status: '9',
      last_postfinance_ipn_date: expect.stringMatching(/^2/),
    });
    // Another message about it is none.
    const resent = new URLSearchParams(body);
    expect((await ipn(resigned(site, resent, { STATUS: '81' }))).status).toBe(200);
    expect((await site.client.logs(`r-${number}`))[0]).toMatchObject({ extra_data: '81' });
  });

  it('counts its money once where the PAYID that was kept is that of a declined try', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const { payid, body } = await decides(site, await atBankFromOldServer(site, number), 'pay');
    const logs = [log('created', 36), log('postfinanceStatus', 37, '2'), log('postfinanceStatus', 38, '9')];
    const changes = { postfinanceId: '30999', postfinanceStatus: '9', internalStatus: 'fb' };
    expect((await imports(site, number, changes, { logs })).body.result).toBe('imported');
    expect((await ipn(body)).status).toBe(200);
    expect(await find(site, number)).toMatchObject({
      status: 'paid',
      amounts: { paid: 1050 },
      providerReference: payid,
    });
  });
});

describe('an IPN that the website still needed at the old server', () => {
  it('is needed after an operation here, too, and is sent on demand', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const { payid } = await decides(site, await atBankFromOldServer(site, number), 'pay');
    const changes = {
      postfinanceId: payid,
      postfinanceStatus: '9',
      internalStatus: 'fb',
      ipnNeeded: true,
    };
    await imports(site, number, changes, { logs: [log('created', 36), log('postfinanceStatus', 37, '9')] });
    const { id } = await find(site, number);
    const needed = async () => (await site.client.transaction(`r-${number}`)).ipn_needed;
    expect(await needed()).toBe('True');
    cut('before');
    expect((await operate(site, id, 'refund')).status).not.toBe(200);
    await runAlarms(id);
    expect(await needed()).toBe('True');
    expect((await site.shop.call('POST', `/payments/${id}/deliveries`)).status).toBe(202);
    await runAlarms(id);
    expect(net.webhooks.map(({ raw }) => site.client.readIpn(raw))).toMatchObject([
      { status: '9', good: true },
    ]);
    expect(await needed()).toBe('False');
  });
});

describe('an order number of the old server', () => {
  it.each(['/paiements/ipn', '/callback/'])('leads the bank to the payment: %s', async (address) => {
    const [site, number] = [await moved(), nextNumber()];
    const order = await atBankFromOldServer(site, number);
    await imports(site, number);
    const { body, payid } = await decides(site, order, 'pay');
    const path = address === '/callback/' ? `/callback/${site.account}` : address;
    const answer = await ipn(body, path);
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    const { id, ...found } = await find(site, number);
    expect(found).toMatchObject({ status: 'paid', providerReference: payid });
    await runAlarms(id);
    expect(net.webhooks.map(({ raw }) => site.client.readIpn(raw))).toMatchObject([
      { reference: `r-${number}`, status: '9', good: true },
    ]);
    // What came before stands as it was; what comes now, after it.
    expect(await site.client.transaction(`r-${number}`)).toMatchObject({
      creation_date: '2026-11-25 22:36:00.080000+01:00',
      last_userforwarded_date: '2026-11-25 22:36:01.457000+01:00',
      postfinance_id: payid,
      brand: 'VISA',
      ipn_needed: 'False',
    });
    expect((await site.client.logs(`r-${number}`)).map((line) => line.log_type)).toEqual([
      'ipnsuccess',
      'postfinanceStatus',
      'postfinanceId',
      'userForwarded',
      'created',
    ]);
    expect((await ipn(body, path)).status).toBe(200);
    expect((await find(site, number)).amounts.paid).toBe(1050);
  });

  it.each(['/paiements/return', '/return/'])('leads the shopper back: %s', async (address) => {
    const [site, number] = [await moved(), nextNumber()];
    const order = await atBankFromOldServer(site, number);
    await imports(site, number);
    const { body } = await decides(site, order, 'pay');
    const { id } = await find(site, number);
    const path = address === '/return/' ? `/return/${site.account}/${id}` : address;
    const back = await request(`${path}?${body}`, { headers: { 'cf-connecting-ip': '192.0.2.1' } });
    expect(back.headers.get('location')).toMatch(/^https:\/\/website-demo\.com\/ok/);
    expect(await find(site, number)).toMatchObject({ status: 'paid' });
    expect(await site.client.transaction(`r-${number}`)).toMatchObject({
      last_user_back_from_postfinance_date: expect.stringMatching(/^2/),
    });
  });

  it('takes the message about a shopper who was forwarded after the dump was made', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const order = await atBankFromOldServer(site, number);
    await imports(site, number, { internalStatus: 'cr', forwarded: null }, { logs: [log('created', 36)] });
    expect((await ipn((await decides(site, order, 'pay')).body)).status).toBe(200);
    expect(await find(site, number)).toMatchObject({ status: 'paid' });
  });

  it('is the one under which the shopper is sent to the bank again', async () => {
    const [site, number] = [await moved(), nextNumber()];
    await imports(site, number);
    const page = await request((await find(site, number)).checkoutUrl);
    expect(await page.text()).toContain(`name="ORDERID" value="polybanking-${number}"`);
  });

  it('of a message that another account has signed changes nothing', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const thief = await moved({
      settings: { ...demoSettings('postfinance'), pspid: 'ThiefTEST', sha_out: 'passphrase of a thief!' },
    });
    const order = await atBankFromOldServer(site, number);
    await imports(site, number);
    await decided(memory, order, 'pay');
    const forged = String(bankOf('postfinance').notification(order, thief.merchant, 'pay', 'none').body);
    const refused = await ipn(forged);
    expect([refused.status, await refused.json()]).toEqual([404, { status: 'UNVALID_SHA', url: '' }]);
    // Its own account verifies it, and has no such payment.
    expect((await ipn(forged, `/callback/${thief.account}`)).status).toBe(404);
    expect((await request(`/paiements/return?${forged}`)).status).toBe(404);
    const { id } = await find(site, number);
    await request(`/return/${thief.account}/${id}?${forged}`);
    expect(await find(site, number)).toMatchObject({ status: 'forwarded', amounts: { paid: 0 } });
  });

  it('never comes to name another payment', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const order = await atBankFromOldServer(site, number);
    await imports(site, number);
    const taken = await imports(site, number, { reference: 'another' });
    expect([taken.status, taken.body.code]).toEqual([409, 'invalid_state']);
    expect((await site.shop.call<{ data: [] }>('GET', '/payments?reference=another')).body.data).toEqual([]);
    expect((await ipn((await decides(site, order, 'pay')).body)).status).toBe(200);
    expect(await find(site, number)).toMatchObject({ status: 'paid' });
  });

  it('does not lead to a payment of the same reference that was made here', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const [, { url }] = await site.client.start('1050', `r-${number}`);
    expect((await request(url)).status).toBe(200);
    const { body } = await imports(site, number);
    expect(body.result).toBe('differs');
    const order = await atBankFromOldServer(site, number);
    expect((await ipn((await decides(site, order, 'pay')).body)).status).toBe(404);
    expect(await find(site, number)).toMatchObject({ status: 'forwarded' });
  });

  it('of a shop is not taken from a shop of another mode, or an account that is not its own', async () => {
    const [site, other] = [await moved(), await moved()];
    expect((await imports({ ...site, account: other.account }, nextNumber())).status).toBe(400);
  });
});

describe('what an earlier version imported', () => {
  /** As version 0.1.0 stored it: a caller's address for the PAYID, and nothing of the original. */
  async function asStoredBefore(id: string) {
    await runInDurableObject(objectOf(id), (_object, state) => {
      const { sql } = state.storage;
      const [row] = sql.exec<{ record: string }>('SELECT record FROM payment').toArray();
      const { original: _original, ...record } = JSON.parse(row?.record ?? '');
      const [{ order: _order, providerState: _state, told: _told, ...attempt }] = record.attempts;
      const old = {
        ...record,
        providerReference: '198.51.100.7',
        providerStatus: '9',
        attempts: [{ ...attempt, state: { ...attempt.state, paid: { '198.51.100.7/0': 1050 } } }],
      };
      sql.exec("UPDATE payment SET record = ?, request_hash = 'old'", JSON.stringify(old));
    });
    await evictDurableObject(objectOf(id));
  }

  it('is mended by the import, once, and the bank is asked about the right PAYID', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const { payid, body } = await decides(site, await atBankFromOldServer(site, number), 'pay');
    await imported(site, number, payid, '9');
    const { id } = await find(site, number);
    await asStoredBefore(id);
    expect((await find(site, number)).providerReference).toBe('198.51.100.7');
    await imported(site, number, payid, '9');
    expect(await find(site, number)).toMatchObject({ providerReference: payid, amounts: { paid: 1050 } });
    const events = await site.shop.events(id);
    expect(events.at(-1)).toMatchObject({ type: 'import.completed', source: 'operator' });
    const { result } = (
      await imports(
        site,
        number,
        { postfinanceId: payid, postfinanceStatus: '9', internalStatus: 'fb' },
        {
          logs: [
            log('created', 36),
            log('userForwarded', 36, '192.0.2.1'),
            log('postfinanceId', 37, '198.51.100.7'),
            log('postfinanceStatus', 37, '9'),
            log('ipnsuccess', 38),
          ],
        },
      )
    ).body;
    expect(result).toBe('unchanged');
    // The same money is not counted again when the bank repeats itself.
    expect((await ipn(body)).status).toBe(200);
    expect((await find(site, number)).amounts.paid).toBe(1050);
    expect((await operate(site, id, 'refund')).status).toBe(200);
    expect(calls.at(-1)?.fields.PAYID).toBe(payid);
  });

  it('is left as it is where something has moved it since', async () => {
    const [site, number] = [await moved(), nextNumber()];
    const { payid } = await decides(site, await atBankFromOldServer(site, number), 'pay');
    await imported(site, number, payid, '9');
    const { id } = await find(site, number);
    await operate(site, id, 'refund', 100);
    await asStoredBefore(id);
    const changes = { postfinanceId: payid, postfinanceStatus: '9', internalStatus: 'fb' };
    expect((await imports(site, number, changes)).body.result).toBe('differs');
  });
});
