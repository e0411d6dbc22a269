/** ASSIST through the doors: both generations, every format of a result, and the codes of its replies. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  bankOf,
  deliver,
  network as fakeNetwork,
  journey,
  request,
  runAlarms,
} from '../../support/harness.ts';

let net: ReturnType<typeof fakeNetwork>;
beforeEach(() => {
  net = fakeNetwork();
});
afterEach(() => net.restore());

const LEGACY = { mode: 'legacy', sendresult_secret: 'Sendresult-Secret-1' };

/** A key for tests, good for nothing else. */
const RSA_KEY = `-----BEGIN PRIVATE KEY-----
MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAMfsKTLxrW1qL0xX
vQvwKKgvH7VMoXIcXub7X3vcc8zXc7HVgoFlMPEAIBCVa3/5HOST523wWK7q41ry
POmpideaqVCwpsguxstgQ5yeBzyuZzvLb2QwDFCHuvPei1lVI4G94ebzYImi+CXF
gSpHbXYf12e4rIpJybJD+m/WJ111AgMBAAECgYEAoGJ1Ksl3uC9XgodgwhMIiuRD
K88uNb1M5UEEePmCbPLrfd8rs2LawHy5PJSiiSfwZe/B2hDXFHybqHptI4c/bKyo
jzMTJsPOBH6GRUST3FYBVdQRNXAlz0hyEIotcQEgGjVTWGTF69LPvbnyuPLVfox5
dtFnXj5cneO0pZN1wAECQQDv/+mT5oBtDXnzbPa2NLUyL8KgI5nnU7tjIk+LEIpM
iFFOFnfhRhN1gE+oNAWuHppq5L5UkSyV37xOTVvN3tKBAkEA1UA/3molXb8y0yem
8YQmrXb8ufxvcFIPis1/Gu36R1C7yNp7G030a9CRqmMtJDj1t8qaEYj7W2/6UiNz
WaPo9QJAFMGpTeVNjiDwPyFZZQDB+wkuZ/MsSFlxh21cO8a+b0gK4BoJXC5XWH40
ZXO6WgjDiiMmYuH7XSrwekUuf2uaAQJAB1gUGwPKz6SzCmSWMkEb1+N+JqWT7OlW
kbAsDXBeqzATl4I2tSUFIuVm7thFiLbRd4fpsGroRSjhFQ0VfuPPNQJANpgccIQx
JTfCc6lY4yp5VyQ8KFyiAbmIT2x5xWPBQmlFB1JnN6agCBVx8eUOixLxogzqjRPx
JhgkFfnPNZmH/w==
-----END PRIVATE KEY-----
`;

type Journey = Awaited<ReturnType<typeof journey>>;

function resultOf(trip: Journey, changes: Record<string, string> = {}): Record<string, string> {
  const { body } = bankOf('assist').notification(trip.order, trip.merchant, 'pay', 'none');
  return { ...Object.fromEntries(new URLSearchParams(String(body))), ...changes };
}

async function post(trip: Journey, contentType: string, body: string) {
  const response = await deliver({
    method: 'POST',
    url: trip.merchant.callback,
    headers: { 'content-type': contentType },
    body,
  });
  return [response.status, await response.text()] as const;
}

const form = (trip: Journey, fields: Record<string, string>) =>
  post(trip, 'application/x-www-form-urlencoded', new URLSearchParams(fields).toString());

const held = async (trip: Journey) => {
  const { status, amounts } = await trip.shop.payment(trip.payment.id);
  return [status, amounts.paid];
};

describe('the sending of results', () => {
  it.each([
    ['JSON', 'application/json', (fields: Record<string, string>) => JSON.stringify(fields)],
    [
      'XML',
      'text/xml',
      (fields: Record<string, string>) =>
        `<?xml version="1.0"?><result><order>${Object.entries(fields)
          .map(([name, value]) => `<${name}>${value}</${name}>`)
          .join('')}</order></result>`,
    ],
    [
      'SOAP',
      'application/soap+xml',
      (fields: Record<string, string>) =>
        `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><a:push xmlns:a="urn:a">${Object.entries(
          fields,
        )
          .map(([name, value]) => `<a:${name}>${value}</a:${name}>`)
          .join('')}</a:push></s:Body></s:Envelope>`,
    ],
  ])('is read as %s', async (_name, contentType, write) => {
    const trip = await journey('assist');
    const fields = resultOf(trip);
    const [status, reply] = await post(trip, contentType, write(fields));
    expect([status, reply]).toEqual([
      200,
      `<?xml version="1.0" encoding="UTF-8"?><pushpaymentresult firstcode="0" secondcode="0"><order><billnumber>${fields.billnumber}</billnumber><packetdate>${fields.packetdate}</packetdate></order></pushpaymentresult>`,
    ]);
    expect(await held(trip)).toEqual(['paid', 1999]);
    expect(await post(trip, contentType, write(fields))).toEqual([status, reply]);
    expect((await post(trip, contentType, write({ ...fields, orderstate: 'Declined' })))[0]).toBe(403);
  });

  it('answers what it does not believe with the codes of the protocol', async () => {
    const trip = await journey('assist');
    const codes = (first: number, second: number) =>
      `<?xml version="1.0" encoding="UTF-8"?><pushpaymentresult firstcode="${first}" secondcode="${second}"/>`;
    const { checkvalue = '' } = resultOf(trip);
    for (const wrong of ['', checkvalue.toLowerCase(), '0'.repeat(32)]) {
      expect(await form(trip, resultOf(trip, { checkvalue: wrong }))).toEqual([403, codes(9, 7)]);
    }
    expect(await form(trip, resultOf(trip, { merchant_id: '1' }))).toEqual([403, codes(1, 0)]);
    expect(await post(trip, 'application/json', '{')).toEqual([403, codes(1, 0)]);
    expect(await post(trip, 'text/xml', '<!DOCTYPE x [<!ENTITY a "b">]><x/>')).toEqual([403, codes(1, 0)]);
    const foreign = bankOf('assist').notification(
      { ...trip.order, order: '000000000000000001' },
      trip.merchant,
      'pay',
      'none',
    );
    const unknown = await deliver(foreign);
    expect([unknown.status, await unknown.text()]).toEqual([404, codes(1, 0)]);
    expect(await held(trip)).toEqual([expect.any(String), 0]);
  });

  it('counts money once, whatever number the unsigned part gives it', async () => {
    const trip = await journey('assist');
    await form(trip, resultOf(trip));
    await form(trip, resultOf(trip, { billnumber: '5999', packetdate: '22.11.2026 10:00:00' }));
    expect(await held(trip)).toEqual(['paid', 1999]);
  });

  it('believes no amount beside the one that was signed', async () => {
    const trip = await journey('assist');
    // The check value is that of the order's own amount, as another revision of the protocol has it.
    const [status] = await form(trip, resultOf(trip, { amount: '1.00', currency: 'EUR' }));
    expect([status, ...(await held(trip))]).toEqual([200, 'paid', 1999]);
  });

  it('is authorized in two stages, and paid when the charge is told', async () => {
    const trip = await journey('assist', { settings: { delay: true } });
    expect(trip.order.manual).toBe(true);
    await trip.notify('pay');
    expect((await trip.shop.payment(trip.payment.id)).status).toBe('authorized');
    const charged = bankOf('assist').notification(
      { ...trip.order, manual: false },
      trip.merchant,
      'pay',
      'none',
    );
    expect((await deliver(charged)).status).toBe(200);
    expect(await held(trip)).toEqual(['paid', 1999]);
  });
});

describe('the order form', () => {
  it('carries an RSA signature where the account has a key', async () => {
    const trip = await journey('assist', { settings: { rsa_private_key: RSA_KEY, salt: 's3cr3t-w0rd' } });
    expect(JSON.stringify(trip.payment.redirect)).toContain('"Signature"');
    expect((await trip.notify('pay')).status).toBe(200);
  });

  it('takes the fields of the protocol and no others', async () => {
    const trip = await journey('assist', {
      fields: { providerFields: { CustomerNumber: 'c-77', FastPayPayment: '0' } },
    });
    expect((await trip.notify('pay')).status).toBe(200);
    for (const name of ['Checkvalue', 'OrderAmount', 'Nonsense']) {
      const { status, body } = await trip.shop.pay({ currency: 'RUB', providerFields: { [name]: '1' } });
      expect([status, JSON.stringify(body)]).toEqual([
        400,
        expect.stringContaining(`providerFields.${name}`),
      ]);
    }
  });
});

describe('the legacy protocol', () => {
  it.each([
    ['assist', '/shops/purchase.cfm'],
    ['shop', '/shops/cardpayment.cfm'],
  ])('is paid when %s asks for the name', async (buyer_data, path) => {
    const trip = await journey('assist', {
      settings: { ...LEGACY, buyer_data, testing: true },
      fields: {
        description: 'Заказ №15 за 1€ 😀',
        customer: { firstName: 'Иван', lastName: 'Иванов', email: 'ivan@example.ru' },
      },
    });
    const redirect = trip.payment.redirect as unknown as {
      url: string;
      charset: string;
      fields: { name: string; value: string }[];
    };
    expect([new URL(redirect.url).pathname, redirect.charset]).toEqual([path, 'windows-1251']);
    expect(redirect.fields).toContainEqual({ name: 'DemoResult', value: 'AS000' });
    expect(Object.fromEntries(trip.order.shown)).toMatchObject({ Comment: 'Заказ №15 за 1€ ?' });
    const fields = resultOf(trip);
    const reply = await form(trip, fields);
    expect(reply).toEqual([
      200,
      `<pushpaymentresult firstcode="0" secondcode="0"><order><billnumber>${fields.BillNumber}</billnumber><packetdate>${fields.PacketDate}</packetdate></order></pushpaymentresult>`,
    ]);
    expect(await form(trip, fields)).toEqual(reply);
    expect(await held(trip)).toEqual(['paid', 1999]);
    // A declined second try does not hide the payment, and both are shown.
    await trip.notify('refuse');
    expect(await held(trip)).toEqual(['paid', 1999]);
    const { body } = await trip.shop.call<{ attempts: { status: string; bills: { status: string }[] }[] }>(
      'GET',
      `/payments/${trip.payment.id}`,
    );
    expect(body.attempts).toHaveLength(1);
    expect(body.attempts[0]).toMatchObject({ attempt: 1, status: 'paid', amount: 1999 });
    expect(body.attempts[0]?.bills.map(({ status }) => status).toSorted()).toEqual([
      'Authorized',
      'Not authorized',
    ]);
  });

  it('needs the name where the shop is to send it', async () => {
    const trip = await journey('assist', {
      settings: { ...LEGACY, buyer_data: 'shop' },
      fields: { customer: { firstName: 'Ivan', lastName: 'Ivanov', email: 'ivan@example.ru' } },
    });
    const { status, body } = await trip.shop.pay({ currency: 'RUB', customer: { email: 'ivan@example.ru' } });
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('customer.lastName')]);
  });

  it('names the field at fault', async () => {
    const trip = await journey('assist', { settings: LEGACY });
    const codes = (second: number) => `<pushpaymentresult firstcode="5" secondcode="${second}"/>`;
    expect(await form(trip, resultOf(trip, { Shop_IDP: '1' }))).toEqual([403, codes(100)]);
    expect(await form(trip, resultOf(trip, { Total: '1.00' }))).toEqual([403, codes(158)]);
    expect(await form(trip, resultOf(trip, { CheckValue: '' }))).toEqual([403, codes(158)]);
    expect(await form(trip, resultOf(trip, { BillNumber: '<x>' }))).toEqual([403, codes(143)]);
    const foreign = { ...trip.order, order: '000000000000000001' };
    const unknown = await deliver(bankOf('assist').notification(foreign, trip.merchant, 'pay', 'none'));
    expect([unknown.status, await unknown.text()]).toEqual([404, codes(107)]);
    expect(await held(trip)).toEqual([expect.any(String), 0]);
  });

  it('takes 3-D Secure for no refusal, and masks a card', async () => {
    const trip = await journey('assist', { settings: LEGACY });
    await form(
      trip,
      resultOf(trip, { Response_Code: 'AS110', Status: 'Not authorized', CardNumber: '4111111111111111' }),
    );
    expect((await trip.shop.payment(trip.payment.id)).status).toBe('pending');
    expect(JSON.stringify(await trip.shop.events(trip.payment.id))).not.toContain('4111111111111111');
  });
});

it('a way back proves nothing', async () => {
  const trip = await journey('assist');
  await request(bankOf('assist').back(trip.order, trip.merchant, 'pay'));
  await runAlarms(trip.payment.id);
  expect((await held(trip))[1]).toBe(0);
});
