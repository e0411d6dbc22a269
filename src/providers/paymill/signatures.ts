/**
 * PAYMILL's recipes. Nothing is signed: a request carries the private key, a webhook proves nothing. Facts: PAYMILL's API
 * documentation, "Authentication"; SHEET.md.
 */
import type { Status } from '../../payments/statuses.ts';
import { base64, utf8 } from '../../signing/bytes.ts';
import type { Json, Recipe, RecipeInput, Signed } from '../contract.ts';
import { jsonObject } from '../kit/api-call.ts';
import { textFields } from '../kit/form-message.ts';
import type { PaymillSettings } from './settings.ts';
import { outcomeOfPaymill, type PaymillTransaction, readPaymillTransaction } from './transactions.ts';

/** The Authorization header: the user name is the private key, the password is empty, the colon stays. */
export function paymillAuthorization({ private_key = '' }: Partial<PaymillSettings>): Signed {
  const base = utf8(`${private_key}:`);
  return { base, algorithm: 'HTTP Basic', signature: `Basic ${base64(base)}` };
}

/** The body of a request, as browsers post forms: a blank becomes a plus sign. */
export function paymillBody(fields: Iterable<readonly [string, string]>): string {
  return new URLSearchParams([...fields].map(([name, value]) => [name, value])).toString();
}

/** The payment's status by one transaction alone. */
function statusOf(transaction: PaymillTransaction): Status | null {
  const outcome = outcomeOfPaymill(transaction);
  if (/^partial/.test(transaction.status ?? '')) return 'partially_refunded';
  return outcome === 'none' ? null : (outcome as Status);
}

/** A webhook beside the answer that confirms it: valid where both say the same, and only the answer's status counts. */
function confirmed(input: RecipeInput): Readonly<Record<string, Json>> {
  const { event } = jsonObject(input.raw ?? '') as { event?: { event_resource?: PaymillTransaction } };
  const claimed = event?.event_resource ?? {};
  const answered = readPaymillTransaction(String(input.rest?.confirmation_response ?? '{}'));
  const agrees = answered.id === claimed.id && answered.status === claimed.status;
  return agrees ? { valid: true, status: statusOf(answered) } : { valid: false };
}

export const paymillSignatures: Record<string, Recipe<PaymillSettings>> = {
  'authorization-header': { kind: 'sign', sign: paymillAuthorization },
  'request-body': { kind: 'body', body: (_settings, input) => paymillBody(textFields(input)) },
  'api-response': {
    kind: 'case',
    answer: (_settings, input) => ({
      valid: true,
      status: statusOf(readPaymillTransaction(input.raw ?? '')),
    }),
  },
  notification: { kind: 'case', answer: (_settings, input) => confirmed(input) },
};
