/** What a shopper is told of what became of a payment. */

import { DECLINED, type Status } from '../../payments/statuses.ts';
import type { DeclineCode } from '../../payments/told.ts';
import type { PaymentView } from '../../payments/types.ts';
import type { Message } from './content.tsx';
import type { IconName } from './icons.tsx';
import type { Texts } from './texts/texts.ts';

type TextName = keyof Texts;

/** Icon, title and sentences of each status. */
const BECAME: Readonly<Record<Status, readonly [IconName, TextName, ...TextName[]]>> = {
  created: ['clock', 'notYet', 'maybe'],
  forwarded: ['clock', 'notYet', 'maybe'],
  pending: ['clock', 'checking', 'noMore'],
  authorized: ['check', 'accepted', 'noMore'],
  partially_paid: ['clock', 'partly', 'rest'],
  paid: ['check', 'paid', 'noMore'],
  denied: ['warning', 'refused'],
  cancelled: ['warning', 'cancelled'],
  expired: ['warning', 'timeUp', 'anew'],
  error: ['warning', 'refused'],
  partially_refunded: ['refund', 'partlyBack', 'days'],
  refunded: ['refund', 'paidBack', 'days'],
  charged_back: ['refund', 'takenBack', 'askShop'],
};

/** Why the bank has declined, where that helps a shopper. That a fraud is suspected is not for shoppers. */
const WHY: Partial<Record<DeclineCode, TextName>> = {
  insufficient_funds: 'funds',
  expired_card: 'cardExpired',
  authentication_failed: 'notConfirmed',
  limit_exceeded: 'limit',
  invalid_card: 'cardWrong',
};

/** Whether a try has ended without money, and another may be made. */
export function hasFailed({ status }: Pick<PaymentView, 'status'>): boolean {
  // Time that is up ends more than a try.
  return DECLINED.has(status) && status !== 'expired';
}

/** What is known of the money where none has come: by an attempt that was left, it may have been paid all the same. */
export function chargedOf(isPerhapsPaid: boolean): TextName {
  return isPerhapsPaid ? 'unclear' : 'nothing';
}

/** @param isPerhapsPaid whether the shopper may have paid by an attempt whose result nobody has told. */
export function becameOf(
  texts: Texts,
  view: Pick<PaymentView, 'status' | 'declineReason' | 'installments'>,
  isPerhapsPaid: boolean,
): Pick<Message, 'icon' | 'title' | 'sentences'> {
  const [icon, title, ...more] = BECAME[view.status];
  const why = view.declineReason && WHY[view.declineReason.code];
  const charged = DECLINED.has(view.status) ? [chargedOf(isPerhapsPaid)] : [];
  const next = view.installments === null ? more : more.map((name) => (name === 'rest' ? 'parts' : name));
  const sentences = [...(why ? [why] : []), ...charged, ...next];
  return { icon, title: texts[title], sentences: sentences.map((name) => texts[name]) };
}
