/** The content of a notification whose signatures were checked: the same form for both request protocols. */
import { Refusal } from '../../payments/errors.ts';
import { fromDecimal } from '../../payments/money.ts';
import type { ProviderUpdate } from '../contract.ts';
import { meaningOf } from '../kit/statuses.ts';
import type { TpaySettings } from './settings.ts';
import { TPAY_STATUSES } from './statuses.ts';

/** What an operator may want to see. */
const DETAIL = ['tr_date', 'tr_error', 'tr_channel', 'test_mode', 'card_tail', 'card_brand'];

/**
 * Reads a verified notification.
 * @param settings `id`, where it is there, is the merchant that it must be for.
 * @throws Refusal wrong_account
 */
export function readTpayNotification(
  settings: Partial<TpaySettings>,
  values: ReadonlyMap<string, string>,
): ProviderUpdate {
  const value = (name: string) => values.get(name) ?? '';
  if (settings.id !== undefined && value('id') !== settings.id) {
    throw new Refusal('wrong_account', `the message is for the merchant ${value('id')}`);
  }
  const status = value('tr_status').toUpperCase();
  const title = value('tr_id');
  const outcome = meaningOf(TPAY_STATUSES, status)?.outcome ?? 'none';
  return {
    kind: 'update',
    order: value('tr_crc'),
    key: `${title}/${status}/${value('tr_paid')}`,
    outcome,
    amount: fromDecimal(value('tr_paid') || value('tr_amount'), 2),
    currency: value('tr_currency') || 'PLN',
    movement: title,
    ...(outcome === 'paid' && { providerState: { title } }),
    providerReference: title || null,
    providerStatus: status,
    detail: Object.fromEntries(DETAIL.flatMap((name) => (value(name) ? [[name, value(name)]] : []))),
  };
}
