/** ASSIST: what was read wrong in the field. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { charset } from '../../../src/signing/charsets.ts';
import { answering, refreshed } from '../../support/bank-office.ts';
import { bankOf, deliver, type Journey, journey, network } from '../../support/harness.ts';

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
