/** ASSIST at the routes: both generations, every format of a result, and the codes of its replies. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  bankOf,
  deliver,
  demoSettings,
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

type Attempt = Awaited<ReturnType<typeof journey>>;

/** The bank's message about a payment, with changes. */
function messageOf(attempt: Attempt, changes: Record<string, string> = {}): Record<string, string> {
  const { body } = bankOf('assist').notification(attempt.order, attempt.merchant, 'pay', 'none');
  return { ...Object.fromEntries(new URLSearchParams(String(body))), ...changes };
}

async function post(attempt: Attempt, contentType: string, body: string) {
  const response = await deliver({
    method: 'POST',
    url: attempt.merchant.callback,
    headers: { 'content-type': contentType },
    body,
  });
  return [response.status, await response.text()] as const;
}

const form = (attempt: Attempt, fields: Record<string, string>) =>
  post(attempt, 'application/x-www-form-urlencoded', new URLSearchParams(fields).toString());

const statusAndPaid = async (attempt: Attempt) => {
  const { status, amounts } = await attempt.shop.payment(attempt.payment.id);
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
  ])('never leaves a payment open because it comes as %s', async (_name, contentType, write) => {
    const attempt = await journey('assist');
    const fields = messageOf(attempt);
    const [status, reply] = await post(attempt, contentType, write(fields));
    expect([status, reply]).toEqual([
      200,
      `<?xml version="1.0" encoding="UTF-8"?><pushpaymentresult firstcode="0" secondcode="0"><order><billnumber>${fields.billnumber}</billnumber><packetdate>${fields.packetdate}</packetdate></order></pushpaymentresult>`,
    ]);
    expect(await statusAndPaid(attempt)).toEqual(['paid', 1999]);
    expect(await post(attempt, contentType, write(fields))).toEqual([status, reply]);
    expect((await post(attempt, contentType, write({ ...fields, orderstate: 'Declined' })))[0]).toBe(403);
  });

  it('never acknowledges what it does not believe: the codes of the protocol say why', async () => {
    const attempt = await journey('assist');
    const codes = (first: number, second: number) =>
      `<?xml version="1.0" encoding="UTF-8"?><pushpaymentresult firstcode="${first}" secondcode="${second}"/>`;
    const { checkvalue = '' } = messageOf(attempt);
    for (const wrong of ['', checkvalue.toLowerCase(), '0'.repeat(32)]) {
      expect(await form(attempt, messageOf(attempt, { checkvalue: wrong }))).toEqual([403, codes(9, 7)]);
    }
    expect(await form(attempt, messageOf(attempt, { merchant_id: '1' }))).toEqual([403, codes(1, 0)]);
    expect(await post(attempt, 'application/json', '{')).toEqual([400, codes(1, 0)]);
    expect(await post(attempt, 'text/xml', '<!DOCTYPE x [<!ENTITY a "b">]><x/>')).toEqual([403, codes(1, 0)]);
    const foreign = bankOf('assist').notification(
      { ...attempt.order, order: '000000000000000001' },
      attempt.merchant,
      'pay',
      'none',
    );
    const unknown = await deliver(foreign);
    expect([unknown.status, await unknown.text()]).toEqual([404, codes(1, 0)]);
    expect(await statusAndPaid(attempt)).toEqual([expect.any(String), 0]);
  });

  it('never counts money twice because the unsigned bill number changed', async () => {
    const attempt = await journey('assist');
    await form(attempt, messageOf(attempt));
    await form(attempt, messageOf(attempt, { billnumber: '5999', packetdate: '22.11.2026 10:00:00' }));
    expect(await statusAndPaid(attempt)).toEqual(['paid', 1999]);
  });

  it('never believes an amount beside the one that was signed', async () => {
    const attempt = await journey('assist');
    // The check value is that of the order's own amount, as another revision of the protocol has it.
    const [status] = await form(attempt, messageOf(attempt, { amount: '1.00', currency: 'EUR' }));
    expect([status, ...(await statusAndPaid(attempt))]).toEqual([200, 'paid', 1999]);
  });

  it('never takes an authorization for money: two stages are paid by the charge', async () => {
    const attempt = await journey('assist', { settings: { delay: true } });
    expect(attempt.order.manual).toBe(true);
    await attempt.notify('pay');
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('authorized');
    const charged = bankOf('assist').notification(
      { ...attempt.order, manual: false },
      attempt.merchant,
      'pay',
      'none',
    );
    expect((await deliver(charged)).status).toBe(200);
    expect(await statusAndPaid(attempt)).toEqual(['paid', 1999]);
  });
});

describe('the order form', () => {
  it('never carries a Checkvalue where the account has an RSA key', async () => {
    const attempt = await journey('assist', {
      settings: { rsa_private_key: RSA_KEY, salt: demoSettings('assist').salt },
    });
    expect(JSON.stringify(attempt.payment.redirect)).toContain('"Signature"');
    expect((await attempt.notify('pay')).status).toBe(200);
  });

  it('never takes a field that the protocol lacks, or that countersign answers for', async () => {
    const attempt = await journey('assist', {
      fields: { providerFields: { CustomerNumber: 'c-77', FastPayPayment: '0' } },
    });
    expect((await attempt.notify('pay')).status).toBe(200);
    for (const name of ['Checkvalue', 'OrderAmount', 'Nonsense']) {
      const { status, body } = await attempt.shop.pay({ currency: 'RUB', providerFields: { [name]: '1' } });
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
  ])(
    'never loses a payment when %s asks for the name, nor hides it behind a declined bill',
    async (buyer_data, path) => {
      const attempt = await journey('assist', {
        settings: { ...LEGACY, buyer_data, testing: true },
        fields: {
          description: 'Заказ №15 за 1€ 😀',
          customer: { firstName: 'Иван', lastName: 'Иванов', email: 'ivan@example.ru' },
        },
      });
      const redirect = attempt.payment.redirect as unknown as {
        url: string;
        charset: string;
        fields: { name: string; value: string }[];
      };
      expect([new URL(redirect.url).pathname, redirect.charset]).toEqual([path, 'windows-1251']);
      expect(redirect.fields).toContainEqual({ name: 'DemoResult', value: 'AS000' });
      expect(Object.fromEntries(attempt.order.shown)).toMatchObject({ Comment: 'Заказ №15 за 1€' });
      const fields = messageOf(attempt);
      const reply = await form(attempt, fields);
      expect(reply).toEqual([
        200,
        `<pushpaymentresult firstcode="0" secondcode="0"><order><billnumber>${fields.BillNumber}</billnumber><packetdate>${fields.PacketDate}</packetdate></order></pushpaymentresult>`,
      ]);
      expect(await form(attempt, fields)).toEqual(reply);
      expect(await statusAndPaid(attempt)).toEqual(['paid', 1999]);
      // Both bills are shown.
      await attempt.notify('decline');
      expect(await statusAndPaid(attempt)).toEqual(['paid', 1999]);
      const { body } = await attempt.shop.call<{
        attempts: { status: string; bills: { status: string }[] }[];
      }>('GET', `/payments/${attempt.payment.id}`);
      expect(body.attempts).toHaveLength(1);
      expect(body.attempts[0]).toMatchObject({ attempt: 1, status: 'paid', amount: 1999 });
      expect(body.attempts[0]?.bills.map(({ status }) => status).toSorted()).toEqual([
        'Authorized',
        'Not authorized',
      ]);
    },
  );

  it('never sends an order without the name that the shop has to send', async () => {
    const attempt = await journey('assist', {
      settings: { ...LEGACY, buyer_data: 'shop' },
      fields: { customer: { firstName: 'Ivan', lastName: 'Ivanov', email: 'ivan@example.ru' } },
    });
    const { status, body } = await attempt.shop.pay({
      currency: 'RUB',
      customer: { email: 'ivan@example.ru' },
    });
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('customer.lastName')]);
  });

  it('never blames the wrong field in its reply', async () => {
    const attempt = await journey('assist', { settings: LEGACY });
    const codes = (second: number) => `<pushpaymentresult firstcode="5" secondcode="${second}"/>`;
    expect(await form(attempt, messageOf(attempt, { Shop_IDP: '1' }))).toEqual([403, codes(100)]);
    expect(await form(attempt, messageOf(attempt, { Total: '1.00' }))).toEqual([403, codes(158)]);
    expect(await form(attempt, messageOf(attempt, { CheckValue: '' }))).toEqual([403, codes(158)]);
    expect(await form(attempt, messageOf(attempt, { BillNumber: '<x>' }))).toEqual([403, codes(143)]);
    const foreign = { ...attempt.order, order: '000000000000000001' };
    const unknown = await deliver(bankOf('assist').notification(foreign, attempt.merchant, 'pay', 'none'));
    expect([unknown.status, await unknown.text()]).toEqual([404, codes(107)]);
    expect(await statusAndPaid(attempt)).toEqual([expect.any(String), 0]);
  });

  it('never takes 3-D Secure for a decline, nor logs a whole card number', async () => {
    const attempt = await journey('assist', { settings: LEGACY });
    await form(
      attempt,
      messageOf(attempt, {
        Response_Code: 'AS110',
        Status: 'Not authorized',
        CardNumber: '4111111111111111',
      }),
    );
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('pending');
    expect(JSON.stringify(await attempt.shop.events(attempt.payment.id))).not.toContain('4111111111111111');
  });
});

it('a return never proves a payment', async () => {
  const attempt = await journey('assist');
  await request(bankOf('assist').back(attempt.order, attempt.merchant, 'pay'));
  await runAlarms(attempt.payment.id);
  expect((await statusAndPaid(attempt))[1]).toBe(0);
});
