/**
 * What a SIPS 2 seal proves. Our own requests are sealed with the same key in the same form as answers. The failures ruled out: a
 * request, or an answer about other money, that pays.
 */
import { describe, expect, it } from 'vitest';
import { isProof } from '../../../src/gateway/proof.ts';
import { sips2 } from '../../../src/providers/sips2/index.ts';
import { sealSips2Data } from '../../../src/providers/sips2/signatures.ts';
import { sips2Bank } from '../../../src/sandbox/banks/sips2.ts';
import { utf8 } from '../../../src/signing/bytes.ts';
import { request as call, deliver, journey, ORIGIN } from '../../support/harness.ts';
import { accountOf, begin, CONTEXT, ORDER, read, request, story } from '../support.ts';

const FORM = 'application/x-www-form-urlencoded';

function messageOf(
  data: string,
  settings: Record<string, unknown> = {},
  encode = '',
  more: Record<string, string> = {},
) {
  const { signature } = sealSips2Data(accountOf(sips2, settings).settings, data);
  const body = new URLSearchParams({
    Data: data,
    Seal: signature,
    ...(encode && { Encode: encode }),
    ...more,
  });
  return {
    method: 'POST' as const,
    query: new Uint8Array(),
    body: utf8(body.toString()),
    headers: {},
    contentType: FORM,
  };
}

const ANSWER = [
  'merchantId=002001000000001',
  `transactionReference=${ORDER}`,
  'amount=1999',
  'currencyCode=978',
  'responseCode=00',
].join('|');

describe('our own request', () => {
  it.each(['', 'base64', 'base64url'])('posted back unchanged is refused (Encode %j)', async (encoding) => {
    const account = accountOf(sips2, { data_encoding: encoding });
    const { redirect } = await begin(sips2, request(sips2), account);
    if (redirect.kind !== 'form') throw new Error('not a form');
    const body = new URLSearchParams(redirect.fields.map(({ name, value }) => [name, value]));
    const message = { ...messageOf(''), body: utf8(body.toString()) };
    await expect(read(sips2, message)).rejects.toThrow('it is a request');
  });

  it('moves nothing at the service', async () => {
    const attempt = await journey('sips2');
    const { redirect } = attempt.payment;
    if (redirect.kind !== 'form') throw new Error('not a form');
    const body = new URLSearchParams(redirect.fields.map(({ name, value }) => [name, value])).toString();
    const headers = { 'content-type': FORM };
    for (const path of [`/callback/${attempt.account}`, `/return/${attempt.account}/${attempt.payment.id}`])
      await call(ORIGIN + path, { method: 'POST', headers, body });
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('created');
  });

  it.each([
    'responseCode',
    'acquirerResponseCode',
    'captureMode',
    'transactionStatus',
    'amount',
    's10TransactionId',
  ])('never holds %s of the shop', async (name) => {
    const payment = request(sips2, { providerFields: { [name]: '00' } });
    await expect(begin(sips2, payment)).rejects.toThrow(`providerFields.${name}`);
  });

  it('keeps what a shop may say inside of its value', async () => {
    const providerFields = { returnContext: 'x|responseCode=00', 'customerContact.phone': '0612345678' };
    const { redirect } = await begin(sips2, request(sips2, { providerFields, description: 'y|amount=1' }));
    if (redirect.kind !== 'form') throw new Error('not a form');
    const data = redirect.fields.find(({ name }) => name === 'Data')?.value ?? '';
    expect(data.split('|').filter((pair) => /^(?:responseCode|amount)=/.test(pair))).toEqual(['amount=1999']);
  });
});

describe('an answer', () => {
  it('needs a responseCode of two digits, and no address of a request', async () => {
    expect(await read(sips2, messageOf(ANSWER))).toMatchObject({ outcome: 'paid', order: ORDER });
    for (const data of [
      ANSWER.replace('|responseCode=00', ''),
      ANSWER.replace('Code=00', 'Code=0'),
      ANSWER.replace('Code=00', 'Code=null'),
      `${ANSWER}|automaticResponseUrl=https://pay.test/`,
      `${ANSWER}|normalReturnUrl=https://pay.test/`,
    ])
      await expect(read(sips2, messageOf(data))).rejects.toThrow(/it is (?:a request|no answer)/);
  });

  it('cannot be read in another way by its Encode, which is not sealed', async () => {
    const encoded = btoa(ANSWER);
    for (const [data, encode] of [
      [ANSWER, 'base64'],
      [ANSWER, 'base64url'],
      [encoded, ''],
    ] as const)
      await expect(read(sips2, messageOf(data, {}, encode))).rejects.toThrow();
    expect(await read(sips2, messageOf(encoded, {}, 'base64url'))).toEqual(
      await read(sips2, messageOf(encoded, {}, 'base64')),
    );
  });

  it.each([
    ['HMAC-SHA-256', 'SHA-256'],
    ['SHA-256', 'HMAC-SHA-256'],
  ])('does not choose how its seal is checked: an account of %s takes none of %s', async (own, other) => {
    const account = accountOf(sips2, { seal_algorithm: own });
    const sealedBy = async (seal_algorithm: string, more: Record<string, string>, data = ANSWER) =>
      sips2.notification(messageOf(data, { seal_algorithm }, '', more), account, 'notification', CONTEXT);
    expect(await sealedBy(own, { SealAlgorithm: other })).toMatchObject({ outcome: 'paid' });
    for (const more of [{}, { SealAlgorithm: other }, { sealAlgorithm: other }] as Record<string, string>[])
      await expect(sealedBy(other, more)).rejects.toMatchObject({ reason: 'signature_mismatch' });
    await expect(sealedBy(other, {}, `${ANSWER}|sealAlgorithm=${other}`)).rejects.toMatchObject({
      reason: 'signature_mismatch',
    });
  });

  it('about another currency is refused, and about less money counts as no more than that', async () => {
    const attempt = await journey('sips2');
    const about = (other: object) =>
      deliver(sips2Bank.notification({ ...attempt.order, ...other }, attempt.merchant, 'pay', 'none'));
    expect((await about({ currency: 'USD' })).status).toBeGreaterThanOrEqual(400);
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('created');
    await about({ amount: 199 });
    expect((await attempt.shop.payment(attempt.payment.id)).amounts.paid).toBe(199);
    await attempt.notify('pay');
    expect(await attempt.shop.payment(attempt.payment.id)).toMatchObject({ status: 'paid', signed: true });
  });

  it('of a part (01) is bound to the attempt, and says its amount itself', async () => {
    const { started } = await story(sips2);
    expect(started.bound).toEqual({
      transactionReference: ORDER,
      orderId: ORDER,
      currencyCode: '978',
    });
    const part = await read(sips2, messageOf(ANSWER.replace('Code=00', 'Code=01').replace('1999', '500')));
    expect(part).toMatchObject({ amount: 500, echo: { transactionReference: ORDER, currencyCode: '978' } });
    expect(part.echo).not.toHaveProperty('amount');
  });

  it('proves what it says', () => {
    for (const channel of ['notification', 'return'] as const)
      expect(isProof(sips2.proof(accountOf(sips2).settings, channel))).toBe(true);
  });
});
