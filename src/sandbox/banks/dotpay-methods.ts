/** The channels of the simulated Dotpay. */
import { type ApiCall, BankError } from '../kit/bank.ts';

const CHANNELS = [
  { id: 73, name: 'BLIK', group: 'T', is_disable: 'False' },
  { id: 1, name: 'mTransfer (mBank)', group: 'T', is_disable: 'False' },
  { id: 38, name: 'Płać z ING', group: 'T', is_disable: 'False' },
  { id: 46, name: 'Citi Handlowy', group: 'T', is_disable: 'True' },
  { id: 248, name: 'Karty płatnicze', group: 'K', is_disable: 'False' },
  { id: 212, name: 'PayPal', group: 'W', is_disable: 'False' },
];

/** `GET payment_api/v1/channels/`: no key, and the amount has to be there. */
export function dotpayChannels({ query }: ApiCall, isKnown: (id: string) => boolean): Response {
  const asked = new URLSearchParams(query);
  if (!isKnown(asked.get('id') ?? ''))
    return Response.json({ error_code: 'UNKNOWN_ACCOUNT', detail: 'there is no such shop' }, { status: 404 });
  if (!/^\d+\.\d\d$/.test(asked.get('amount') ?? '') || !/^[A-Z]{3}$/.test(asked.get('currency') ?? ''))
    return Response.json({ error_code: 'AMOUNT_ERROR', detail: 'wrong amount or currency' }, { status: 400 });
  const channels = CHANNELS.map((channel) => ({
    ...channel,
    short_name: channel.name,
    logo: 'https://static.bank-demo.com/dotpay.png',
    is_not_online: 'False',
  }));
  return Response.json({ channels, forms: [] });
}

/** @throws BankError when a form asks for a channel that there is not. */
export function checkDotpayChannel(fields: ReadonlyMap<string, string>): void {
  const channel = fields.get('channel');
  if (channel === undefined) return;
  if (!CHANNELS.some(({ id, is_disable }) => String(id) === channel && is_disable === 'False'))
    throw new BankError('channel', 'is not one of this shop');
}
