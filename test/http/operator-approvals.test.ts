/**
 * Approvals by a second person. The failures ruled out: a refund that one person makes alone where two must agree, a rule that is changed
 * unseen, and a hold of what needs none.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  admin,
  journey,
  ledgerOf,
  makeAccount,
  makeShop,
  memory,
  network,
  type Problem,
  type TestShop,
} from '../support/harness.ts';
import { asToken, makeToken } from '../support/operators.ts';

let net: ReturnType<typeof network>;
let shop: TestShop;
beforeAll(async () => {
  shop = await makeShop([await makeAccount('paybox')], { group: 'theatres' });
});
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

describe('approvals', () => {
  it.each([
    ['EURO', { EURO: 1 }],
    ['XXQ', { XXQ: 1 }],
    ['EUR', { EUR: -1 }],
    ['EUR', { EUR: 1.5 }],
    ['EUR', { EUR: '100' }],
    ['EUR', { EUR: null }],
  ])('take no wrong limit of %s: %j', async (path, body) => {
    const answer = await admin<Problem>('PUT', '/approvals', body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map((error) => error.path)).toContain(path);
  });

  it('are off, are set as a whole, and are in the audit log', async () => {
    expect((await admin('GET', '/approvals')).body).toEqual({});
    expect((await admin('PUT', '/approvals', { EUR: 1000, JPY: 0 })).body).toEqual({ EUR: 1000, JPY: 0 });
    expect((await admin('PUT', '/approvals', { EUR: 500 })).body).toEqual({ EUR: 500 });
    expect((await admin('GET', '/approvals')).body).toEqual({ EUR: 500 });
    await admin('PUT', '/approvals', {});
    const { data } = (await admin<{ data: object[] }>('GET', '/audit?action=approvals.updated&limit=1')).body;
    expect(data).toMatchObject([{ actor: 'operator', detail: { from: { EUR: 500 }, to: {} } }]);
  });

  it('are given by a second person over HTTP, who is in the audit log and in the payment’s', async () => {
    const attempt = await journey('sips2');
    await attempt.notify('pay');
    const { id } = attempt.payment;
    const asking = await makeToken({ role: 'refund' });
    const deciding = await makeToken({ role: 'refund' });
    const rules = { [attempt.account]: { parts: 'many' as const, fundsSources: ['paid' as const] } };
    await ledgerOf(id).executeOperation({
      ...{ shop: attempt.shop.id, kind: 'refund', amount: 500, attempt: null, key: 'one', origin: '', rules },
      operator: { actor: `token:${asking.id}`, approvalAbove: 100 },
    });
    const path = (decision: string) => `/payments/${id}/operations/1/${decision}`;
    for (const decision of ['approve', 'decline'])
      expect(await asToken(asking.token)<Problem>('POST', path(decision))).toMatchObject({
        status: 409,
        body: { code: 'invalid_state' },
      });
    expect(
      (await admin<Problem>('POST', `/payments/${id}/operations/1`, { outcome: 'succeeded' })).status,
    ).toBe(409);
    const outside = await makeToken({ role: 'refund', shops: [shop.id] });
    expect((await asToken(outside.token)('POST', path('approve'))).status).toBe(404);
    expect((await asToken(deciding.token)('POST', path('approve'), { amount: 1 })).status).toBe(400);
    for (const number of ['2', '0', 'x', '1.5'])
      expect(
        (await asToken(deciding.token)('POST', `/payments/${id}/operations/${number}/approve`)).status,
      ).toBe(404);
    const answer = await asToken(deciding.token)<{ operations: { state: string }[] }>(
      'POST',
      path('approve'),
    );
    expect([answer.status, answer.body.operations.map(({ state }) => state)]).toEqual([200, ['succeeded']]);
    expect((await asToken(deciding.token)('POST', path('approve'))).status).toBe(409);
    const { data } = (await admin<{ data: object[] }>('GET', `/audit?subject=${id}`)).body;
    expect(data).toMatchObject([
      {
        actor: `token:${deciding.id}`,
        action: 'operation.approved',
        shop: attempt.shop.id,
        detail: { operation: 1, amount: 500 },
      },
    ]);
  });

  it.each(['refund', 'cancel'])('hold a %s of paid money, not a cancel of held money', async (kind) => {
    await admin('PUT', '/approvals', { EUR: 100 });
    const [asking, deciding] = [await makeToken({ role: 'refund' }), await makeToken({ role: 'refund' })];
    type Operated = { status: string; operations: { kind: string; state: string }[] };
    const attempt = await journey('payzen');
    await attempt.notify('pay');
    if (kind === 'cancel') await memory.put(`lyra/unremitted/${attempt.order.order}`, 'yes');
    const path = `/payments/${attempt.payment.id}`;
    const asked = await asToken(asking.token)<Operated>('POST', `${path}/${kind}`, {});
    expect(asked.body).toMatchObject({ status: 'paid', operations: [{ kind, state: 'awaiting_approval' }] });
    expect((await asToken(asking.token)('POST', `${path}/operations/1/approve`)).status).toBe(409);
    const approved = await asToken(deciding.token)<Operated>('POST', `${path}/operations/1/approve`);
    expect(approved.body).toMatchObject({ status: 'refunded', operations: [{ kind, state: 'succeeded' }] });
    const held = await journey('sips2', { fields: { capture: 'manual' } });
    await held.notify('pay');
    const released = await asToken(asking.token)<Operated>('POST', `/payments/${held.payment.id}/cancel`);
    expect(released.body).toMatchObject({ status: 'cancelled', operations: [{ state: 'succeeded' }] });
    await admin('PUT', '/approvals', {});
  });
});
