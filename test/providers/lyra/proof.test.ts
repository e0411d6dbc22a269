/**
 * What the signature of Lyra's form proves: it covers values, not names and not their borders. The failures ruled out: a genuine
 * message read as one about another order, amount, status or transaction by other names or other borders; our own form read as an
 * answer; a message of test where money is real; a field that is not signed read as if it were.
 */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Problem, Refusal } from '../../../src/payments/errors.ts';
import { derivePaymentId, orderNumber } from '../../../src/payments/id.ts';
import type { ProviderUpdate } from '../../../src/providers/contract.ts';
import { UniqueFields } from '../../../src/providers/kit/form-message.ts';
import { systempay } from '../../../src/providers/lyra/brands.ts';
import { verifyLyraForm } from '../../../src/providers/lyra/signatures.ts';
import { rawFields } from '../../../src/signing/form.ts';
import { deliver, demoSettings, makeAccount, makeShop, ORIGIN, type Payment } from '../../support/harness.ts';
import { accountOf, asRequest, begin, CONTEXT, ORDER, read, request, story } from '../support.ts';

const KEY = String(demoSettings('systempay').key);
const OTHER_ORDER = orderNumber(derivePaymentId(new Uint8Array(32), 'shop', 'another'), 1);

type Fields = Readonly<Record<string, string>>;

function texts(fields: Fields): string[] {
  return Object.keys(fields)
    .sort()
    .map((name) => fields[name] ?? '');
}

function signatureOf(fields: Fields): string {
  const text = [...texts(fields), KEY].join('+');
  return createHmac('sha256', KEY).update(text).digest('base64');
}

/** A message with these fields; the signature is that of the genuine ones. */
function bankMessage(fields: Fields, genuine = fields, url = 'https://pay.test/callback/account') {
  return {
    method: 'POST' as const,
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...fields, signature: signatureOf(genuine) }).toString(),
  };
}

const message = (fields: Fields, genuine = fields) => asRequest(bankMessage(fields, genuine));

/** The fields of the bank's genuine message, with what the real gateway adds, and changes. */
async function genuine(decision: 'pay' | 'decline', changes: Fields = {}): Promise<Fields> {
  const { message: of } = await story(systempay);
  const { body } = await of(decision);
  const { signature: _, ...fields } = Object.fromEntries(new URLSearchParams(new TextDecoder().decode(body)));
  return {
    ...fields,
    vads_auth_mode: 'FULL',
    vads_auth_number: '304050',
    vads_bank_code: '30002',
    vads_contract_used: '5255881',
    vads_effective_creation_date: '20261121090001',
    vads_effective_currency: '978',
    vads_payment_certificate: 'a50d15063b5ec6cb140043138b8d7576470b71a9',
    vads_presentation_date: '20261122120000',
    vads_sequence_number: '1',
    vads_warranty_result: 'YES',
    ...changes,
  };
}

/** What a message needs to be read at all, in the order of names, each in its widest form. */
const NEEDED: readonly (readonly [string, RegExp])[] = [
  ['vads_action_mode', /^INTERACTIVE$/],
  ['vads_amount', /^\d{1,12}$/],
  ['vads_ctx_mode', /^TEST$/],
  ['vads_currency', /^\d{3}$/],
  ['vads_operation_type', /^(?:DEBIT|CREDIT|VERIFICATION)$/],
  ['vads_order_id', /^[0-9A-Z]{16}\d\d$/],
  ['vads_page_action', /^PAYMENT$/],
  ['vads_site_id', /^12345678$/],
  ['vads_trans_date', /^\d{14}$/],
  ['vads_trans_id', /^[A-Za-z0-9]{6}$/],
  ['vads_trans_status', /^[A-Z_]+$/],
  ['vads_trans_uuid', /^[0-9a-f]{32}$/],
];

/** Every way to give the values of a signed text the names that are needed; what is left over gets names of no meaning. */
function* recuts(tokens: readonly string[], needed = NEEDED): Generator<Fields> {
  function* from(place: number, start: number, chosen: readonly number[]): Generator<readonly number[]> {
    const next = needed[place];
    if (!next) {
      yield chosen;
      return;
    }
    for (let at = start; at < tokens.length; at++) {
      if (next[1].test(tokens[at] ?? '')) yield* from(place + 1, at + 1, [...chosen, at]);
    }
  }
  for (const chosen of from(0, 0, [])) {
    const fields: Record<string, string> = {};
    const rest = (name: string, begin: number, end: number) => {
      if (end > begin) fields[name] = tokens.slice(begin, end).join('+');
    };
    rest('vads_a', 0, chosen[0] ?? 0);
    for (const [place, at] of chosen.entries()) {
      const name = needed[place]?.[0] ?? '';
      fields[name] = tokens[at] ?? '';
      rest(`${name}_x`, at + 1, chosen[place + 1] ?? tokens.length);
    }
    yield fields;
  }
}

/** What decides, and what shops are told of the card and of a decline. */
function decisive({ order, outcome, amount, currency, movement, card, declineReason }: ProviderUpdate) {
  return { order, outcome, amount, currency, movement, card, declineReason };
}

/** Reads every recut of a genuine message. */
async function readings(fields: Fields, needed = NEEDED) {
  const found: ReturnType<typeof decisive>[] = [];
  let count = 0;
  for (const recut of recuts(texts(fields), needed)) {
    count++;
    try {
      found.push(decisive(await read(systempay, message(recut, fields))));
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal);
    }
  }
  return { found, count };
}

describe('a verified form of Lyra', () => {
  it('hands on no field that its signature does not cover', async () => {
    const { settings } = accountOf(systempay);
    const fields = await genuine('pay');
    const added = { amount: '1', Vads_amount: '1', ' vads_amount': '1', vads: '1', '': '1' };
    const form = { ...added, ...fields, signature: signatureOf(fields) };
    const received = new UniqueFields(rawFields(Object.entries(form)));
    const { values } = verifyLyraForm(settings, received);
    for (const name of [...Object.keys(added), 'signature']) {
      expect(received.get(name)).toBeDefined();
      expect(values.get(name)).toBeUndefined();
    }
    for (const [name, value] of Object.entries(fields)) expect(values.get(name)).toBe(value);
    expect(values.fields().map(({ value }) => value)).toEqual(texts(fields));
  });
});

describe('a signed message of Lyra', () => {
  it.each([
    ['paid', 'pay', {}],
    ['refused', 'decline', {}],
    // What the shopper has typed as the holder's name, and as his own in the shop.
    [
      'refused, of people who are called like other answers and cards',
      'decline',
      {
        vads_auth_result: '51',
        vads_card_holder_name: 'FULL+1+43+MASTERCARD+510510XXXXXX9999',
        vads_cust_first_name: 'AMEX',
        vads_cust_id: 'FULL',
        vads_cust_last_name: '378282XXXXXX0005',
        vads_expiry_month: '6',
        vads_expiry_year: '2030',
      },
    ],
    // Another software of the same shop does not mind what the description is.
    ['of another order whose description is our number', 'pay', { vads_order_info: OTHER_ORDER }],
    [
      'with numbers where people are named',
      'pay',
      { vads_cust_city: '75002', vads_card_holder_name: '500000' },
    ],
  ] as const)(
    '%s has one reading, whatever names and borders its values get',
    async (_, decision, changes) => {
      const fields = await genuine(decision, changes);
      const own = decisive(await read(systempay, message(fields)));
      expect(own.order).toBe(ORDER);
      const { found, count } = await readings(fields);
      expect(count).toBeGreaterThan(5);
      for (const reading of found) expect(reading).toEqual(own);
    },
  );

  it('tells of the card and the decline by where they stand', async () => {
    const answered = { vads_auth_result: '51', vads_card_country: 'FR', vads_card_holder_name: 'Zoe' };
    const told = async (changes: Fields) => {
      const { card, declineReason } = await read(systempay, message(await genuine('decline', changes)));
      return { card, reason: declineReason?.code };
    };
    const card = { brand: 'CB', last4: '0055', expiry: '2030-06', liabilityShift: null };
    expect(await told(answered)).toEqual({ card, reason: 'insufficient_funds' });
    expect(await told({ ...answered, vads_archival_reference: 'L12345678901' })).toEqual({
      card,
      reason: 'insufficient_funds',
    });
    const typed = { ...answered, vads_card_holder_name: '510510XXXXXX9999' };
    expect(await told(typed)).toEqual({
      card: { ...card, last4: null, expiry: null },
      reason: 'insufficient_funds',
    });
    const called = { ...answered, vads_card_holder_name: 'VISA' };
    expect(await told(called)).toEqual({ card: undefined, reason: 'insufficient_funds' });
    const silent = { ...answered, vads_auth_mode: '', vads_auth_result: '' };
    expect(await told({ ...silent, vads_card_holder_name: 'FULL+1+51' })).toMatchObject({
      reason: undefined,
    });
  });

  it('about 1.00 for B is not one about A with another number as its amount', async () => {
    const fields = await genuine('pay', { vads_amount: '100', vads_order_info: OTHER_ORDER });
    const names = Object.keys(fields).sort();
    const before = names.filter((name) => name > 'vads_action_mode' && name < 'vads_contract_used');
    const gone = [...before, 'vads_contract_used', 'vads_order_info'];
    const kept = names.filter((name) => !gone.includes(name)).map((name) => [name, fields[name] ?? '']);
    const recut = {
      ...Object.fromEntries(kept),
      vads_alias: before.map((name) => fields[name]).join('+'),
      vads_amount: fields.vads_contract_used,
      vads_operation_type_x: fields.vads_order_id,
      vads_order_id: OTHER_ORDER,
    };
    expect(signatureOf(recut)).toBe(signatureOf(fields));
    await expect(read(systempay, message(recut, fields))).rejects.toThrow(Refusal);
  });

  it('about a part is not taken for the whole where its amount is not sure and money is real', async () => {
    const change = {
      vads_ctx_mode: 'PRODUCTION',
      vads_trans_status: 'PARTIALLY_AUTHORISED',
      vads_effective_amount: '500',
      vads_cust_zip: '1999',
    };
    const account = { ...accountOf(systempay), environment: 'production' as const };
    const readIn = (recut: Fields, fields: Fields) =>
      systempay.notification(message(recut, fields), account, 'notification', CONTEXT);
    const fields = await genuine('pay', change);
    expect(await readIn(fields, fields)).toMatchObject({ outcome: 'paid', amount: 500 });
    const { vads_effective_amount = '', vads_cust_zip = '', ...rest } = fields;
    const recut = { ...rest, vads_effective_amount: vads_cust_zip, vads_effective_b: vads_effective_amount };
    await expect(readIn(recut, fields)).rejects.toThrow(Refusal);
    const { vads_effective_creation_date: _date, ...undated } = fields;
    expect(await readIn(undated, undated)).toMatchObject({ unproven: true, order: ORDER });
  });

  it('of the whole takes nothing from it by another value that is called the effective amount', async () => {
    const change = { vads_ctx_mode: 'PRODUCTION', vads_amount: '424200', vads_effective_amount: '424200' };
    const account = { ...accountOf(systempay), environment: 'production' as const };
    const fields = await genuine('pay', { ...change, vads_cust_zip: '75002' });
    const { vads_effective_creation_date: _date, ...undated } = fields;
    const { vads_effective_amount = '', vads_cust_zip = '', ...rest } = undated;
    const recut = {
      ...rest,
      vads_effective_amount: vads_cust_zip,
      vads_effective_amount_a: vads_effective_amount,
    };
    expect(signatureOf(recut)).toBe(signatureOf(undated));
    const read = systempay.notification(message(recut, undated), account, 'notification', CONTEXT);
    expect(await read).toMatchObject({ unproven: true });
  });

  it('of test where money is real, or the other way round, says that it is of another environment', async () => {
    const fields = await genuine('pay');
    await expect(read(systempay, message({ ...fields, vads_ctx_mode: 'PRODUCTION' }))).rejects.toMatchObject({
      reason: 'wrong_environment',
    });
    const account = { ...accountOf(systempay), environment: 'production' as const };
    await expect(
      systempay.notification(message(fields), account, 'notification', CONTEXT),
    ).rejects.toMatchObject({ reason: 'wrong_environment' });
  });
});

describe('the form that we sign', () => {
  async function sent(changes: Parameters<typeof request>[1]): Promise<Fields> {
    const { redirect } = await begin(systempay, request(systempay, changes));
    if (redirect.kind !== 'form') throw new Error('not a form');
    const { signature: _, ...fields } = Object.fromEntries(
      redirect.fields.map(({ name, value }) => [name, value]),
    );
    return fields;
  }

  it('is no answer, by either route, whatever its free text is', async () => {
    const fields = await sent({
      description: 'Debit',
      customer: { firstName: 'CAPTURED', lastName: '0e8defc7bd32c418c93c4b2be676d279' },
    });
    expect(fields).not.toHaveProperty('vads_cust_last_name');
    for (const channel of ['notification', 'return'] as const) {
      await expect(
        systempay.notification(message(fields), accountOf(systempay), channel, CONTEXT),
      ).rejects.toThrow(Refusal);
    }
    expect((await readings(fields)).count).toBe(0);
  });

  it('holds no text of others that could come back as a field that decides', async () => {
    for (const text of [
      OTHER_ORDER,
      OTHER_ORDER.toLowerCase(),
      `${OTHER_ORDER.slice(0, 4)}\u200b ${OTHER_ORDER.slice(4)}`,
      '20261121090000',
      '0e8defc7bd32c418c93c4b2be676d279',
      'interactive',
      'Payment',
    ]) {
      const fields = await sent({ description: text, customer: { firstName: text, phone: text } });
      expect(fields.vads_order_info, text).toBeUndefined();
      expect(fields.vads_cust_first_name, text).toBeUndefined();
      expect(fields.vads_cust_phone, text).toBeUndefined();
      await expect(sent({ providerFields: { vads_order_info2: text } }), text).rejects.toThrow(Problem);
    }
  });

  it('has no field of an answer, though a shop names it', async () => {
    for (const name of [
      'vads_trans_status',
      'vads_trans_uuid',
      'vads_operation_type',
      'vads_effective_amount',
      'vads_result',
      'vads_user_info',
    ]) {
      await expect(sent({ providerFields: { [name]: 'x' } }), name).rejects.toThrow(
        'not a field of this provider',
      );
    }
  });
});

describe('what binds a message to its attempt', () => {
  it('is the transaction number that the form was sent with', async () => {
    const { bound } = await begin(systempay);
    expect(bound).toEqual({ vads_trans_id: '000042', vads_trans_date: '20261121090000' });
    expect((await read(systempay, message(await genuine('pay')))).echo).toEqual(bound);
  });

  it('is not asked of a refund, of what the back office does, nor of the dates of several parts', async () => {
    const refund = { vads_operation_type: 'CREDIT', vads_trans_id: '000043' };
    expect((await read(systempay, message(await genuine('pay', refund)))).echo).toBeUndefined();
    const own = { vads_trans_id: '912345' };
    expect((await read(systempay, message(await genuine('pay', own)))).echo).toBeUndefined();
    const parts = accountOf(systempay, { payment_config: 'MULTI:first=500;count=3;period=30' });
    expect((await begin(systempay, request(systempay), parts)).bound).toEqual({ vads_trans_id: '000042' });
  });

  it('is compared: a message of another transaction moves nothing, on an account whose money is real', async () => {
    const account = await makeAccount('systempay', { environment: 'production' });
    const shop = await makeShop([account]);
    const { redirect, id } = (await shop.pay()).body as Payment;
    if (redirect.kind !== 'form') throw new Error('not a form');
    const { signature: _, ...form } = Object.fromEntries(
      redirect.fields.map(({ name, value }) => [name, value]),
    );
    const fields = {
      ...form,
      vads_operation_type: 'DEBIT',
      vads_trans_status: 'AUTHORISED',
      vads_trans_uuid: '0e8defc7bd32c418c93c4b2be676d279',
    };
    const tell = (changes: Fields) =>
      deliver(bankMessage({ ...fields, ...changes }, undefined, `${ORIGIN}/callback/${account}`));
    const other = await tell({ vads_trans_id: '777777' });
    expect(other.status).toBeGreaterThanOrEqual(400);
    expect(await shop.payment(id)).toMatchObject({ status: 'created' });
    expect((await tell({})).status).toBe(200);
    expect(await shop.payment(id)).toMatchObject({ status: 'paid', signed: true });
  });
});
