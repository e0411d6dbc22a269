/** ASSIST: what was read wrong in the field. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { charset } from '../../../src/signing/charsets.ts';
import { answering, refreshed } from '../../support/bank-office.ts';
import { bankOf, deliver, type Journey, journey, network, runAlarms } from '../../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

/** The values of the result of a paid order, under ASSIST's check value. */
function valuesOf({ order, merchant }: Journey): Record<string, string> {
  const { body } = bankOf('assist').notification(order, merchant, 'pay', 'none');
  return Object.fromEntries(new URLSearchParams(String(body)));
}

function xmlOf(values: Record<string, string>): string {
  const members = Object.entries(values).map(([name, value]) => `<${name}>${value}</${name}>`);
  return `<?xml version="1.0"?><result><order>${members.join('')}</order></result>`;
}

async function statusAfter(attempt: Journey, body: Uint8Array, headers: Record<string, string>) {
  const answer = await deliver({ method: 'POST', url: attempt.merchant.callback, headers, body });
  return [answer.status, (await attempt.shop.payment(attempt.payment.id)).status];
}

describe('a result', () => {
  it.each([
    ['XML', xmlOf],
    ['JSON', (values: Record<string, string>) => JSON.stringify({ order: values })],
  ])('without a Content-Type was refused: in %s it is taken', async (_format, make) => {
    const attempt = await journey('assist');
    const body = new TextEncoder().encode(make(valuesOf(attempt)));
    expect(await statusAfter(attempt, body, {})).toEqual([200, 'paid']);
  });

  it('in windows-1251 was refused for the name of the shopper', async () => {
    const attempt = await journey('assist');
    const body = charset('windows-1251').encode(xmlOf({ ...valuesOf(attempt), lastname: 'Иванов' }));
    if (!body) throw new Error('windows-1251 has no such letter');
    expect(await statusAfter(attempt, body, { 'content-type': 'text/xml' })).toEqual([200, 'paid']);
  });
});

it('a bill in process was hidden by one that was declined after it: the order is not paid a second time', async () => {
  const attempt = await journey('assist');
  const { checkvalue: _signed, ...values } = valuesOf(attempt);
  const orders = ['In Process', 'Declined'].map((orderstate, index) =>
    xmlOf({ ...values, billnumber: `5${index}`, orderstate }).replace(/^.*<result>|<\/result>$/g, ''),
  );
  answering(
    ({ url }) => url.includes('/orderresult.cfm'),
    () => new Response(`<result>${orders.join('')}</result>`),
  );
  expect((await refreshed(attempt)).status).toBe('pending');
});

describe('several bills of one order', () => {
  const asked = async (states: readonly string[], amounts: readonly string[] = []) => {
    const attempt = await journey('assist');
    const { checkvalue: _signed, ...values } = valuesOf(attempt);
    const orders = states.map((orderstate, index) => {
      const amount = amounts[index] ?? values.orderamount ?? '';
      return xmlOf({ ...values, billnumber: `5${index}`, orderstate, amount }).replace(
        /^.*<result>|<\/result>$/g,
        '',
      );
    });
    answering(
      ({ url }) => url.includes('/orderresult.cfm'),
      () => new Response(`<result>${orders.join('')}</result>`),
    );
    return { attempt, orders };
  };
  const money = async (attempt: Journey) => {
    const { status, amounts } = await refreshed(attempt);
    return [status, amounts.paid, amounts.refunded];
  };

  it.each([
    [
      ['Approved', 'Canceled'],
      ['paid', 1999, 0],
    ],
    [
      ['Canceled', 'Approved'],
      ['paid', 1999, 0],
    ],
    [
      ['Approved', 'Declined'],
      ['paid', 1999, 0],
    ],
    [
      ['Declined', 'Approved', 'Canceled', 'In Process'],
      ['paid', 1999, 0],
    ],
    [
      ['Canceled', 'In Process'],
      ['pending', 0, 0],
    ],
    [
      ['Canceled', 'Declined'],
      ['cancelled', 0, 0],
    ],
    [
      ['Delayed', 'Canceled'],
      ['authorized', 0, 0],
    ],
    [
      ['Canceled', 'Delayed'],
      ['authorized', 0, 0],
    ],
    [
      ['Approved', 'Approved'],
      ['paid', 3998, 0],
    ],
    [
      ['Approved', 'Declined', 'Approved', 'Approved'],
      ['paid', 5997, 0],
    ],
  ] as const)('%s come to %j, by asking once and again', async (states, result) => {
    const { attempt } = await asked(states);
    expect(await money(attempt)).toEqual(result);
    expect(await money(attempt)).toEqual(result);
  });

  it('that were both paid are paid twice, and that is told; a push before is no third one', async () => {
    const { attempt } = await asked(['Approved', 'Approved']);
    const body = new TextEncoder().encode(xmlOf(valuesOf(attempt)));
    expect(await statusAfter(attempt, body, { 'content-type': 'text/xml' })).toEqual([200, 'paid']);
    expect(await money(attempt)).toEqual(['paid', 3998, 0]);
    const types = (await attempt.shop.events(attempt.payment.id)).map(({ type }) => type);
    expect(types).toContain('payment.paid_twice');
  });

  it('of which one is refunded in part give back the parts of both', async () => {
    const { attempt } = await asked(['PartialCanceled', 'PartialCanceled'], ['5.00', '7.00']);
    expect(await money(attempt)).toEqual(['partially_refunded', 3998, 1200]);
  });

  it('are asked about when a push names a second one that was paid', async () => {
    const { attempt } = await asked(['Approved', 'Approved']);
    const values = valuesOf(attempt);
    for (const billnumber of ['50', '51'])
      await statusAfter(attempt, new TextEncoder().encode(xmlOf({ ...values, billnumber })), {
        'content-type': 'text/xml',
      });
    await runAlarms(attempt.payment.id);
    const { amounts } = await attempt.shop.payment(attempt.payment.id);
    expect(amounts.paid).toBe(3998);
  });

  it('of which the paid one is cancelled later, while another only holds money, say so', async () => {
    const { attempt, orders } = await asked(['Approved']);
    expect(await money(attempt)).toEqual(['paid', 1999, 0]);
    const again = async (...bills: readonly string[]) => {
      answering(
        ({ url }) => url.includes('/orderresult.cfm'),
        () => new Response(`<result>${bills.join('')}</result>`),
      );
      return money(attempt);
    };
    const [first = ''] = orders;
    const cancelled = first.replace('Approved', 'Canceled');
    const held = first.replace('Approved', 'Delayed').replace('>50<', '>51<');
    for (const bills of [
      [cancelled, held],
      [held, cancelled],
    ])
      expect(await again(...bills)).toEqual(['refunded', 1999, 1999]);
    expect((await refreshed(attempt)).amounts.authorized).toBe(1999);
    expect(await again(cancelled, held.replace('Delayed', 'Approved'))).toEqual([
      'partially_refunded',
      3998,
      1999,
    ]);
  });

  it('of which a push told one, that is cancelled later, are not counted by another name', async () => {
    const { attempt, orders } = await asked(['Canceled', 'Delayed']);
    expect(orders).toHaveLength(2);
    const values = { ...valuesOf(attempt), billnumber: '50' };
    await statusAfter(attempt, new TextEncoder().encode(xmlOf(values)), { 'content-type': 'text/xml' });
    expect(await money(attempt)).toEqual(['refunded', 1999, 1999]);
  });
});
