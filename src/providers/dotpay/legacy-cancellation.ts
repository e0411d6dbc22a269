/**
 * `https://ssl.dotpay.pl/api/cancel/`, the call by which accounts of mode `legacy` give money back, in whole or in part.
 *
 * Facts: SHEET.md, "After payment". Safe reading of what is unverified: `err` and a number declines; every other answer leaves
 * the outcome open.
 */
import { Declined } from '../../payments/errors.ts';
import { decimal } from '../../payments/money.ts';
import type { OperationOrder, OperationResult } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';
import { providerError } from '../kit/provider-error.ts';
import { paymentNumber } from './panel.ts';
import type { DotpaySettings } from './settings.ts';
import { signLegacyCancellation } from './signatures.ts';

/** The kinds of a cancellation. */
const WHOLE = '1';
const PART = '2';

/**
 * Gives back an amount in złoty.
 * @throws Declined with the provider's error code, such as `err01`; Problem provider_error.
 */
export async function cancelLegacyPayment(order: OperationOrder<DotpaySettings>): Promise<OperationResult> {
  const { account, amount, whole, before, accepted } = order;
  const { settings, endpoints } = account;
  const fields: (readonly [string, string])[] = [
    ['id', settings.id],
    ['login', settings.login ?? ''],
    ['passwd', settings.password ?? ''],
    ['t_id', paymentNumber(order)],
    ['amount', decimal(amount, 2)],
    ['control', order.order],
    ['type', whole && before.refunded + accepted === 0 ? WHOLE : PART],
  ];
  const { signature } = signLegacyCancellation(settings, fields);
  const { status, text } = await callApi(
    order.send,
    atOrigin('https://ssl.dotpay.pl/api/cancel/', endpoints.api),
    {
      headers: { 'content-type': FORM },
      body: new URLSearchParams([
        ...fields.map(([name, value]) => [name, value]),
        ['md5', signature],
      ]).toString(),
    },
  );
  const answer = text.trim();
  if (status === 200 && answer === 'OK') return { state: 'succeeded', status: 'OK', providerReference: null };
  if (status === 200 && /^err\d{1,4}$/i.test(answer)) throw new Declined(answer, '');
  throw providerError(`Dotpay answered ${status}`, text.slice(0, 1000));
}
