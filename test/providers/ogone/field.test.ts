/** Ogone and PostFinance: messages and answers that merchants report from the field, each named by what went wrong. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ogone } from '../../../src/providers/ogone/brands.ts';
import { deliver, demoSettings, type Journey, journey, network, runAlarms } from '../../support/harness.ts';
import { answering, call, ends, read, ready, states } from '../bank-journeys.ts';
import { formFields, request } from '../support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

/** A message of the platform with these parameters; what is not in `unsigned` is signed, empty ones are not. */
async function told(
  { order, merchant }: Journey,
  provider: string,
  values: Record<string, string>,
  unsigned: Record<string, string> = {},
): Promise<number> {
  const all: Record<string, string> = {
    orderID: order.order,
    currency: order.currency,
    PM: 'CreditCard',
    PAYID: `31${order.data.PAYID}`,
    NCERROR: '0',
    BRAND: 'VISA',
    ...values,
  };
  const { sha_out, hash_algorithm = provider === 'ogone' ? 'sha512' : 'sha1' } = demoSettings(provider);
  const text = Object.entries(all)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => [name.toUpperCase(), value])
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}${sha_out}`)
    .join('');
  const SHASIGN = createHash(String(merchant.settings.hash_algorithm ?? hash_algorithm))
    .update(text)
    .digest('hex')
    .toUpperCase();
  const answer = await deliver({
    method: 'POST',
    url: merchant.callback,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...all, ...unsigned, SHASIGN }).toString(),
  });
  return answer.status;
}

async function paidOrder(provider: string): Promise<Journey> {
  const attempt = await journey(provider, { fields: { amount: 1999 } });
  expect((await attempt.notify('pay')).status).toBe(200);
  return attempt;
}

const money = async (attempt: Journey) => {
  const { status, amounts } = await read(attempt);
  return [status, amounts.paid, amounts.refunded];
};

describe.each(['ogone', 'postfinance'])('%s: a deletion of a part', (provider) => {
  it.each([['1'], ['']])('is not one of the whole (PAYIDSUB %j)', async (PAYIDSUB) => {
    const attempt = await paidOrder(provider);
    expect(await told(attempt, provider, { STATUS: '7', PAYIDSUB, amount: '5' })).toBe(200);
    expect(await money(attempt)).toEqual(['partially_refunded', 1999, 500]);
  });

  it('that is learnt by asking is not one of the whole either', async () => {
    for (const payidsub of ['1', '']) {
      const attempt = await paidOrder(provider);
      answering('/querydirect.asp', (answer, asked) =>
        Number(asked.get('PAYIDSUB') ?? '1') > 1 || asked.get('PAYIDSUB') === '0'
          ? `<ncresponse NCERROR="50001131" NCSTATUS="5" STATUS="" PAYID="0"/>`
          : answer
              .replace(/STATUS="\d+" amount="[^"]*"/, 'STATUS="7" amount="5"')
              .replace(/PAYIDSUB="\d*"/, `PAYIDSUB="${payidsub}"`),
      );
      await call(attempt, 'refresh');
      expect(await money(attempt)).toEqual(['partially_refunded', 1999, 500]);
    }
  });

  it('and of the whole is one of the whole', async () => {
    const attempt = await paidOrder(provider);
    await told(attempt, provider, { STATUS: '7', amount: '19.99' });
    expect(await money(attempt)).toEqual(['refunded', 1999, 1999]);
  });
});

describe.each(['ogone', 'postfinance'])('%s: a refund', (provider) => {
  it.each([
    ['94', '1'],
    ['73', '1'],
    ['83', '1'],
  ])(
    'that was accepted and is declined (%s, PAYIDSUB %j) is not accepted for ever',
    async (STATUS, PAYIDSUB) => {
      const attempt = await ready(provider, { slow: true });
      expect((await call(attempt, 'refund', { amount: 500 })).status).toBe(200);
      expect(await states(attempt)).toEqual(['accepted']);
      expect(await told(attempt, provider, { STATUS, PAYIDSUB, amount: '5' })).toBe(200);
      expect(await states(attempt)).toEqual(['failed']);
      expect((await call(attempt, 'refund', { amount: 500 })).status).toBe(200);
      expect(await states(attempt)).toEqual(['failed', 'accepted']);
    },
  );

  it.each(['94', '73'])(
    'that a message without a number declines (%s) is asked about at once',
    async (STATUS) => {
      const attempt = await ready(provider, { slow: true });
      await call(attempt, 'refund', { amount: 500 });
      await ends(attempt, 1, 'rejected');
      await told(attempt, provider, { STATUS, amount: '5' });
      await runAlarms(attempt.payment.id);
      expect(await states(attempt)).toEqual(['failed']);
    },
  );

  it.each([
    ['71', 'accepted'],
    ['7', 'succeeded'],
    ['74', 'succeeded'],
    ['75', 'succeeded'],
  ])('that is answered %s is %s', async (status, state) => {
    const attempt = await ready(provider, { slow: true });
    answering('/maintenancedirect.asp', (answer) => answer.replace('STATUS="81"', `STATUS="${status}"`));
    expect((await call(attempt, 'refund', { amount: 500 })).status).toBe(200);
    expect(await states(attempt)).toEqual([state]);
  });
});

describe('feedback', () => {
  it('is believed when the platform signs a name that its list lacks, and only listed names are read', async () => {
    for (const name of ['IBAN', 'NCERRORCN', 'NEWFIELD']) {
      const attempt = await journey('ogone', { fields: { amount: 1999 } });
      expect(
        await told(attempt, 'ogone', { STATUS: '9', amount: '19.99', PAYIDSUB: '0', [name]: 'x', ED: '' }),
      ).toBe(200);
      expect(await money(attempt)).toEqual(['paid', 1999, 0]);
    }
  });

  it('is believed with our own parameter on the return, and not with a listed one that was not signed', async () => {
    const attempt = await journey('ogone', { fields: { amount: 1999 } });
    const values = { STATUS: '9', amount: '19.99', IBAN: 'x' };
    expect(await told(attempt, 'ogone', values, { via: 'success' })).toBe(200);
    const other = await journey('ogone', { fields: { amount: 1999 } });
    expect(await told(other, 'ogone', values, { PAYIDSUB: '3' })).toBe(403);
  });

  it('with cents where the platform sends units is a conflict, and pays nothing', async () => {
    const attempt = await journey('ogone', { fields: { amount: 1999 } });
    expect(await told(attempt, 'ogone', { STATUS: '9', amount: '1999', PAYIDSUB: '0' })).toBe(200);
    expect((await read(attempt)).amounts.paid).toBe(0);
    const conflict = (await attempt.shop.events(attempt.payment.id)).find(
      ({ type }) => type === 'notification.conflict',
    );
    expect(conflict?.detail).toMatchObject({ reason: 'amount_scaled', amount: 199_900 });
    await told(attempt, 'ogone', { STATUS: '9', amount: '19.99', PAYIDSUB: '0' });
    expect(await money(attempt)).toEqual(['paid', 1999, 0]);
  });
});

const conflicts = async (attempt: Journey) =>
  (await attempt.shop.events(attempt.payment.id))
    .filter(({ type }) => type === 'notification.conflict')
    .map(({ detail }) => detail.reason);

describe.each(['ogone', 'postfinance'])('%s: an amount that cannot be', (provider) => {
  it.each(
    ['7', '8'].flatMap((STATUS) =>
      ['500', '5,00', '-5', '20'].flatMap((amount) =>
        ['1', ''].map((PAYIDSUB) => [STATUS, amount, PAYIDSUB] as const),
      ),
    ),
  )(
    'refunds nothing (STATUS %s, amount %s, PAYIDSUB %j), and is asked about',
    async (STATUS, amount, PAYIDSUB) => {
      const attempt = await paidOrder(provider);
      expect(await told(attempt, provider, { STATUS, amount, PAYIDSUB })).toBe(200);
      expect(await money(attempt)).toEqual(['paid', 1999, 0]);
      const { pending } = (
        await attempt.shop.call<{ pending: { kind: string }[] }>(
          'GET',
          `/payments/${attempt.payment.id}/events`,
        )
      ).body;
      expect(pending.map(({ kind }) => kind)).toContain('confirm');
    },
  );

  it('is no larger part than what is left', async () => {
    const attempt = await paidOrder(provider);
    await told(attempt, provider, { STATUS: '8', amount: '15', PAYIDSUB: '1' });
    await told(attempt, provider, { STATUS: '8', amount: '10', PAYIDSUB: '2' });
    expect(await money(attempt)).toEqual(['partially_refunded', 1999, 1500]);
    expect(await conflicts(attempt)).toEqual(['amount_implausible']);
    await told(attempt, provider, { STATUS: '8', amount: '4.99', PAYIDSUB: '3' });
    expect(await money(attempt)).toEqual(['refunded', 1999, 1999]);
  });

  it.each(['500', '2000', '19,99', '1.999,00', '199900'])('pays and holds nothing (%s)', async (amount) => {
    for (const STATUS of ['9', '5']) {
      const attempt = await journey(provider, { fields: { amount: 1999 } });
      await told(attempt, provider, { STATUS, amount, PAYIDSUB: '0' });
      const { amounts } = await read(attempt);
      expect([amounts.paid, amounts.authorized]).toEqual([0, 0]);
    }
  });

  it('refunds nothing where asking brings it', async () => {
    for (const amount of ['500', '5,00']) {
      const attempt = await paidOrder(provider);
      answering('/querydirect.asp', (answer, asked) =>
        asked.get('PAYIDSUB') === '0' || Number(asked.get('PAYIDSUB') ?? '1') > 1
          ? `<ncresponse NCERROR="50001131" NCSTATUS="5" STATUS="" PAYID="0"/>`
          : answer
              .replace(/STATUS="\d+" amount="[^"]*"/, `STATUS="8" amount="${amount}"`)
              .replace(/PAYIDSUB="\d*"/, 'PAYIDSUB="1"'),
      );
      await call(attempt, 'refresh');
      expect(await money(attempt)).toEqual(['paid', 1999, 0]);
    }
  });
});

describe.each(['ogone', 'postfinance'])('%s: what counted and is declined after all', (provider) => {
  it.each([
    [
      'a payment',
      [
        ['9', '19.99', '0'],
        ['93', '19.99', '0'],
      ],
      'not_paid_after_all',
    ],
    [
      'a refund',
      [
        ['9', '19.99', '0'],
        ['8', '5', '1'],
        ['94', '5', '1'],
      ],
      'not_refunded_after_all',
    ],
  ] as const)('is a conflict that the shop is told: %s', async (_what, messages, reason) => {
    const attempt = await journey(provider, { fields: { amount: 1999 } });
    for (const [STATUS, amount, PAYIDSUB] of messages)
      await told(attempt, provider, { STATUS, amount, PAYIDSUB });
    expect(await conflicts(attempt)).toEqual([reason]);
    await runAlarms(attempt.payment.id);
    expect(net.webhooks.map(({ body }) => body.type)).toContain('payment.conflict');
  });
});

describe('an answer of DirectLink in ISO-8859-1', () => {
  it('is not read as UTF-8', async () => {
    const attempt = await ready('ogone');
    answering('/maintenancedirect.asp', (answer) =>
      answer
        .replace(
          /NCSTATUS="0" NCERROR="0" NCERRORPLUS="!"/,
          'NCSTATUS="3" NCERROR="30001001" NCERRORPLUS="refus\u00e9"',
        )
        .replace('STATUS="81"', 'STATUS="83"'),
    );
    const { body } = await call(attempt, 'refund', { amount: 500 });
    expect(JSON.stringify(body)).toContain('refusé');
  });
});

describe('the form', () => {
  it('has no outer blanks in what it signs', () => {
    const customer = {
      email: ' zoe@example.com ',
      firstName: ' Zoé ',
      lastName: ' Martin',
      phone: ' +33 6 12 ',
      address: { line1: ' 1 rue ', postalCode: ' 75002 ', city: ' Paris ' },
    };
    const { fields } = formFields(
      ogone,
      request(ogone, { customer, providerFields: { ECOM_SHIPTO_COMPANY: ' Shop ' } }),
    );
    for (const [name, value] of Object.entries(fields)) expect(value, name).toBe(value.trim());
    expect(fields).toMatchObject({ OWNERZIP: '75002', CN: 'Zoé Martin' });
  });
});
