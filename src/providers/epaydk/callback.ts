/** The content of a callback, or of the return by accepturl, whose hash was checked. Both carry the same parameters. */
import { currencyByNumber } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import type { ProviderUpdate } from '../contract.ts';
import { withCard } from '../kit/card.ts';
import { pick } from '../kit/form-message.ts';
import { meaningOf } from '../kit/statuses.ts';
import { providerUpdate } from '../kit/update.ts';
import type { EpaydkSettings } from './settings.ts';
import { EPAYDK_BRANDS, EPAYDK_MESSAGES } from './statuses.ts';

/** What an operator may want to see. */
const DETAIL = [
  'date',
  'time',
  'txnfee',
  'paymenttype',
  'cardno',
  'fraud',
  'payercountry',
  'issuercountry',
  'orderid',
];

/** How the text of a message about a card ends: paymenttype, and cardno with its first six digits and its last four. */
const CARD_AT_END = /(\d)(\d{6})X{3,12}(\d{4})$/;

/**
 * The card, from the end of the hashed text and not by names, which are not hashed: however it is cut, one text tells one thing. A
 * brand that the number does not bear out is none: the digit may be the last of several.
 */
function cardOf(values: ReadonlyMap<string, string>): Pick<ProviderUpdate, 'card'> {
  const [, type = '', start = '', end] = CARD_AT_END.exec([...values.values()].join('')) ?? [];
  if (end === undefined) return {};
  const known = EPAYDK_BRANDS.get(type);
  return withCard({ brand: known?.numbers.test(start) ? known.brand : null, number: `X${end}` });
}

/** Reads a verified message. It names the order in `o`, a parameter of our own. */
export function readEpayCallback(
  settings: Partial<EpaydkSettings>,
  values: ReadonlyMap<string, string>,
): ProviderUpdate {
  const amount = values.get('amount') ?? '';
  const currency = values.get('currency');
  const txnid = values.get('txnid') ?? '';
  const status = settings.instantcapture === '0' ? 'authorised' : 'accepted';
  return providerUpdate({
    order: values.get('o') ?? '',
    key: txnid,
    outcome: meaningOf(EPAYDK_MESSAGES, status)?.outcome ?? 'none',
    amount: /^\d{1,12}$/.test(amount) ? Number(amount) : null,
    currency: currencyByNumber(currency ?? '')?.alpha ?? currency ?? null,
    ...(txnid && { providerState: { txnid } }),
    ...(values.has('n') && { echo: { n: values.get('n') ?? '' } }),
    providerReference: txnid || null,
    providerStatus: status,
    ...cardOf(values),
    detail: pick(values, DETAIL),
  });
}

/** As digits, of a day that there is. The other form is an older one. */
const DATE =
  /^(?:20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))/;
const AMOUNT = /^[1-9]\d{0,11}$/;

function isCurrency(digits: string): boolean {
  return /^\d{3}$/.test(digits) && currencyByNumber(digits) !== null;
}

/** The first parameters of a message, in their order. `o` and `n` are our own; ePay keeps them in front. */
const FORMS: readonly (readonly [name: string, fits: (value: string) => boolean])[] = [
  ['o', (value) => /^[0-9A-HJKMNP-TV-Z]{16}\d\d$/.test(value)],
  ['n', (value) => /^\d{9}$/.test(value)],
  ['txnid', (value) => /^\d{1,19}$/.test(value)],
  ['orderid', (value) => /^\d{9}$/.test(value)],
  ['amount', (value) => AMOUNT.test(value)],
  ['currency', isCurrency],
  ['date', (value) => DATE.exec(value)?.[0] === value],
];

/** Where our own two parameters end. */
const OWN = 2;

/**
 * The values are hashed without separators and names, so that the same text can be cut into other values. A message counts only
 * with its values in their order and forms, and with the order id that stands in `n` too.
 * @throws Refusal field_missing, malformed
 */
export function requireCallbackForms(fields: readonly (readonly [string, string])[]): void {
  for (const [index, [name, fits]] of FORMS.entries()) {
    const field = fields[index];
    if (field?.[0] !== name || !fits(field[1])) {
      throw new Refusal('field_missing', `${name} is missing, malformed or not in its place`);
    }
  }
  const values = new Map(fields);
  if (values.get('n') !== values.get('orderid'))
    throw new Refusal('malformed', 'the order id is not the one that was sent');
}

/** How often amount, currency and date can be cut off the beginning of a text. */
function readingsOfMoney(text: string): number {
  const lengths = Array.from({ length: 12 }, (_, index) => index + 1);
  return lengths.filter(
    (length) =>
      AMOUNT.test(text.slice(0, length)) &&
      isCurrency(text.slice(length, length + 3)) &&
      DATE.test(text.slice(length + 3)),
  ).length;
}

/**
 * Whether the text of a message in its forms can be cut in one way only. `o` and `n` have their lengths; then the order id has to
 * come again behind the digits of txnid, and an amount, a currency and a date behind it. It seldom can be cut twice: a callback of
 * the evening of the eighth of December, in Danish crowns, by a card whose number begins with 2, is one that can.
 */
export function hasOneEpayReading(fields: readonly (readonly [string, string])[]): boolean {
  const orderid = new Map(fields).get('n') ?? '';
  const text = fields
    .slice(OWN)
    .map(([, value]) => value)
    .join('');
  let readings = 0;
  for (let at = text.indexOf(orderid, 1); at !== -1 && at <= 19; at = text.indexOf(orderid, at + 1)) {
    if (/^\d+$/.test(text.slice(0, at))) readings += readingsOfMoney(text.slice(at + orderid.length));
  }
  return readings === 1;
}
