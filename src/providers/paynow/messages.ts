/** Paynow's notifications, checked and read. Facts: SHEET.md, "Notification". */
import * as v from 'valibot';
import { Refusal } from '../../payments/errors.ts';
import { equalText, readable } from '../../signing/bytes.ts';
import type { Acknowledgement, Hint } from '../contract.ts';
import { parseMessage, readMembers } from '../kit/json-message.ts';
import { type Verified, verifyingSecret } from '../kit/verdict.ts';
import { paynowHmac } from './request-signature.ts';
import type { PaynowSettings } from './settings.ts';

/** Of a payment, and of a refund. */
const NUMBER = /^[a-z0-9]{4}(?:-[a-z0-9]{3}){3}$/i;

/** Whether a text has the form of the numbers that Paynow gives to payments and refunds. */
export function isPaynowNumber(text: unknown): text is string {
  return typeof text === 'string' && NUMBER.test(text);
}

const TEXT = v.nullish(v.string());

const NOTIFICATION = v.object({
  paymentId: TEXT,
  externalId: TEXT,
  refundId: TEXT,
  status: v.string(),
  modifiedAt: TEXT,
});

/** What a notification says. */
export type PaynowNotification = v.InferOutput<typeof NOTIFICATION>;

/**
 * Checks a notification over its raw body.
 * @throws Refusal
 */
export function verifyPaynowNotification(
  body: Uint8Array,
  received: string,
  settings: Pick<Partial<PaynowSettings>, 'signature_key'>,
): Pick<Verified, 'base' | 'signature'> {
  const signature_key = verifyingSecret(settings.signature_key, 'signature_key');
  if (received === '')
    throw new Refusal('signature_missing', 'there is no Signature', { base: readable(body) });
  const signed = paynowHmac(body, { signature_key });
  if (!equalText(signed.signature, received))
    throw new Refusal('signature_mismatch', 'Signature does not fit the body and the signature key', {
      base: readable(body),
      expected: signed.signature,
      received,
    });
  return signed;
}

/** Reads the text of a notification that was checked. @throws Refusal malformed */
export function readPaynowNotification(text: string): PaynowNotification {
  return readMembers(NOTIFICATION, parseMessage(text));
}

/** @throws Refusal malformed when a number has another form. */
function numberIn(text: string | null | undefined, name: string): string {
  if (!isPaynowNumber(text)) throw new Refusal('malformed', `${name} is no number of Paynow's`);
  return text;
}

/**
 * What is done because of a notification: the payment that it names is asked about, and counts for the order that it names with it. After
 * ABANDONED that is another payment than the one that we have registered, which nothing but such a message tells.
 * @throws Refusal when it lacks one of the two.
 */
export function hintOfNotification({
  paymentId,
  externalId,
  refundId,
}: PaynowNotification): Hint | Acknowledgement {
  if (refundId) {
    // Its own number finds a refund of ours.
    if (!externalId) return { kind: 'acknowledgement', about: 'a refund that names no order' };
    return { kind: 'hint', order: externalId, about: { refundId: numberIn(refundId, 'refundId') } };
  }
  if (!externalId) throw new Refusal('field_missing', 'there is no externalId');
  return { kind: 'hint', order: externalId, about: { paymentId: numberIn(paymentId, 'paymentId') } };
}
