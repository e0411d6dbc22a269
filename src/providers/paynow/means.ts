/** The means of payment of a shop at Paynow: groups of those that it offers for a currency and an amount. Facts: SHEET.md. */
import * as v from 'valibot';
import type { MeansKind, MeansOfPayment } from '../../payments/means.ts';
import type { MeansQuery } from '../contract.ts';
import type { ApiAnswer } from '../kit/api-call.ts';
import { parseJsonOnce } from '../kit/json-once.ts';
import { askingKey, callPaynow, unexpectedPaynowAnswer } from './api.ts';
import type { PaynowSettings } from './settings.ts';

const ASKED = 'was asked for its means of payment';

const GROUPS = v.pipe(
  v.array(
    v.object({
      type: v.string(),
      paymentMethods: v.pipe(
        v.array(
          v.object({
            id: v.pipe(v.number(), v.integer(), v.minValue(1)),
            name: v.string(),
            status: v.nullish(v.string()),
          }),
        ),
        v.maxLength(200),
      ),
    }),
  ),
  v.maxLength(50),
);

const KINDS: Readonly<Record<string, MeansKind>> = {
  BLIK: 'blik',
  CARD: 'card',
  CLICK_TO_PAY: 'card',
  PBL: 'bank',
  APPLE_PAY: 'wallet',
  GOOGLE_PAY: 'wallet',
  PAYPO: 'instalments',
};

/** What is offered now. @throws Problem provider_error when it is no such list. */
function meansIn(answer: ApiAnswer): readonly MeansOfPayment[] {
  let parsed: unknown;
  try {
    parsed = parseJsonOnce(answer.text);
  } catch {
    // A page of a proxy.
    throw unexpectedPaynowAnswer(ASKED, answer);
  }
  const read = v.safeParse(GROUPS, parsed);
  if (!read.success) throw unexpectedPaynowAnswer(ASKED, answer);
  return read.output.flatMap(({ type, paymentMethods }) =>
    paymentMethods
      // One that is down, or that the shop has switched off.
      .filter(({ status }) => status !== 'DISABLED')
      .map(({ id, name }) => ({
        id: String(id),
        name,
        kind: Object.hasOwn(KINDS, type) ? (KINDS[type] ?? 'other') : 'other',
      })),
  );
}

/** @throws Problem */
export async function paynowMeans({
  account,
  currency,
  amount,
  now,
  fetch,
}: MeansQuery<PaynowSettings>): Promise<readonly MeansOfPayment[]> {
  const query = new URLSearchParams({ ...(amount !== null && { amount: String(amount) }), currency });
  const answer = await callPaynow(
    { account, fetch },
    { method: 'GET', path: `/v3/payments/paymentmethods?${query}`, idempotencyKey: askingKey('ck', now) },
  );
  if (answer.status !== 200) throw unexpectedPaynowAnswer(ASKED, answer);
  return meansIn(answer);
}
