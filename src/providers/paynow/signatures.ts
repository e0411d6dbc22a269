/** The named recipes of Paynow (SHEET.md, "Signature of a request" and "Notification"); calls and notifications use no others. */
import type { Status } from '../../payments/statuses.ts';
import { utf8 } from '../../signing/bytes.ts';
import type { Json, Recipe, RecipeInput, Signed } from '../contract.ts';
import { textFields } from '../kit/form-message.ts';
import { fewValues } from '../kit/json-message.ts';
import { statusAlone, verdict } from '../kit/verdict.ts';
import { paynowErrorIn, readCreatedPayment, readPaynowState } from './api.ts';
import { readPaynowNotification, verifyPaynowNotification } from './messages.ts';
import { paynowHmac, signPaynowCall } from './request-signature.ts';
import type { PaynowSettings } from './settings.ts';
import { outcomeOfPaynow } from './status-query.ts';

function headerIn(input: RecipeInput, wanted: string): string {
  return textFields(input).find(([name]) => name.toLowerCase() === wanted)?.[1] ?? '';
}

function textIn({ rest }: RecipeInput, name: string): string {
  const value = rest?.[name];
  return typeof value === 'string' ? value : '';
}

function signNamed(settings: Partial<PaynowSettings>, input: RecipeInput): Signed {
  const [, query = ''] = textIn(input, 'url').split('?');
  const call = {
    apiKey: headerIn(input, 'api-key'),
    idempotencyKey: headerIn(input, 'idempotency-key'),
    query,
    body: input.raw ?? '',
  };
  return signPaynowCall(call, settings);
}

/** The status that a word stands for when nothing else is known. NEW: the buyer is at the page. */
function statusOfWord(status: string): Status | null {
  if (status === 'NEW') return 'forwarded';
  return statusAlone({ outcome: outcomeOfPaynow(status) });
}

/** An answer of the API: to the registration of a payment, to a status query, to a refund. */
function readAnswer(input: RecipeInput): Readonly<Record<string, Json>> {
  const text = input.raw ?? '';
  const answer = { status: Number(input.rest?.http_status ?? 200), text, headers: new Headers() };
  const error = paynowErrorIn(text);
  if (error) return { valid: false, expected: { error: error.code } };
  switch (textIn(input, 'operation')) {
    case 'create': {
      const { paymentId, redirectUrl } = readCreatedPayment(answer);
      return { valid: true, expected: { redirect: redirectUrl, payment_id: paymentId } };
    }
    case 'refund':
      return { valid: true, expected: { refund_id: readPaynowState(answer, 'refundId').id } };
    default:
      return { valid: true, status: statusOfWord(readPaynowState(answer, 'paymentId').status) };
  }
}

export const paynowSignatures: Record<string, Recipe<PaynowSettings>> = {
  'api-signature': { kind: 'sign', sign: signNamed },
  'notification-signature': {
    kind: 'verify',
    verify: (settings, input) =>
      verdict(() => {
        const body = utf8(input.raw ?? '');
        const verified = verifyPaynowNotification(body, headerIn(input, 'signature'), settings);
        return { ...verified, status: statusOfWord(readPaynowNotification(fewValues(body)).status) };
      }),
  },
  primitive: { kind: 'sign', sign: (settings, input) => paynowHmac(utf8(input.raw ?? ''), settings) },
  'api-response': { kind: 'case', answer: (_settings, input) => readAnswer(input) },
};
