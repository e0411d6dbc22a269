/**
 * SendResult (legacy): a push about one bill. A row of the report says the same and is read here too.
 *
 * Facts: SHEET.md, "Notification, legacy". A bill number grows with time, so it is the sequence number of an order's bills.
 */
import { fromDecimal } from '../../payments/money.ts';
import type { ProviderUpdate, UpdateOutcome } from '../contract.ts';
import { withCard } from '../kit/card.ts';
import { withReason } from '../kit/decline-reasons.ts';
import { providerUpdate } from '../kit/update.ts';
import { isoDate } from './dates.ts';
import { type AssistValues, detailOf } from './received.ts';
import { acceptedReply } from './replies.ts';
import type { AssistSettings } from './settings.ts';
import { ASSIST_DECLINES, billMeaning, CHARGEBACK_TYPE, THREE_D_SECURE_NEEDED } from './statuses.ts';

function outcomeOf(values: AssistValues): UpdateOutcome {
  const status = (values.get('Status') ?? '').toLowerCase();
  if (values.get('PaymentTransactionType_id') === CHARGEBACK_TYPE && !status.startsWith('not '))
    return 'charged_back';
  if (values.get('Response_Code') === THREE_D_SECURE_NEEDED) return 'pending';
  return billMeaning(status)?.outcome ?? 'none';
}

/**
 * What a verified push or a row of the report says, amounts in minor units. An unknown Status moves nothing.
 * @param from only a row of the report is answered to a call of ours; the bill number of a push is not signed.
 */
export function pushUpdate(
  settings: AssistSettings,
  values: AssistValues,
  from: 'push' | 'report',
): ProviderUpdate {
  const value = (name: string) => values.get(name) ?? '';
  const bill = value('BillNumber');
  const outcome = outcomeOf(values);
  const at = isoDate(value('PacketDate'));
  return providerUpdate({
    order: value('OrderNumber'),
    // A row is news even after the push of the same bill: it proves the bill number.
    key: `${from === 'report' ? 'report/' : ''}${bill}/${value('PacketDate')}/${value('Status').toLowerCase()}`,
    outcome,
    amount: fromDecimal(value('Total'), 2),
    currency: value('Currency'),
    movement: outcome === 'refunded' ? `refund/${bill}` : value('OrderNumber'),
    sequence: bill,
    ...((outcome === 'paid' || outcome === 'authorized') && {
      providerState:
        from === 'report' ? { bill, billAt: at ?? '' } : { pushedBill: bill, pushedBillAt: at ?? '' },
    }),
    providerReference: bill || null,
    providerStatus: value('Status'),
    ...(from === 'report' && {
      ...withReason(ASSIST_DECLINES, value('Response_Code')),
      ...withCard({ brand: value('CardType'), number: value('CardNumber') }),
    }),
    detail: detailOf(values),
    document: { number: bill, status: value('Status'), at },
    reply: acceptedReply(settings, values),
  });
}
