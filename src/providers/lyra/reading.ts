/**
 * The one reading of a signed form. The signature covers values alone, joined by `+`: whoever holds a signed message may give its
 * values other names in the same order, split a value at a `+`, or join several. So where the fields that decide stand is found in
 * the signed text itself, by what stands together there and in no other place before, and the names have to agree. One text is
 * then read in one way, whatever names came with it (SHEET.md, "What its signature proves").
 */
import { Refusal } from '../../payments/errors.ts';
import type { RawField } from '../../signing/form.ts';
import { keptOrder } from '../../signing/order.ts';
import type { UniqueFields, Values } from '../kit/form-message.ts';

const isSigned = (name: string) => name.startsWith('vads_');

/** Places of the fields that are signed, in the order in which they are. */
export const signedPlaces = keptOrder(undefined, isSigned);

/** A verified form, of which nothing is there but what its signature covers: any other field could have been added by whoever brings it. */
export class IpnValues implements Values {
  readonly #form: UniqueFields;

  constructor(form: UniqueFields) {
    this.#form = form;
  }

  get(name: string): string | undefined {
    return isSigned(name) ? this.#form.get(name) : undefined;
  }

  /** In the order in which they are signed. */
  fields(): RawField[] {
    const { fields, names } = this.#form;
    return signedPlaces(names).map((place) => fields[place] as RawField);
  }
}

/** Fields that stand next to each other in the signed text, each with its form. */
type Place = readonly (readonly [name: string, form: RegExp])[];

const ORDER = /^[0-9A-HJKMNP-TV-Z]{16}\d\d$/;
const DATE = /^20\d{12}$/;
const AMOUNT = /^\d{1,12}$/;

export const AMOUNT_ASKED: Place = [
  ['vads_action_mode', /^INTERACTIVE$/],
  ['vads_amount', AMOUNT],
];
export const CURRENCY: Place = [
  ['vads_ctx_mode', /^(?:TEST|PRODUCTION)$/],
  ['vads_currency', /^\d{3}$/],
];
const ORDER_NUMBER: Place = [
  ['vads_operation_type', /^(?:DEBIT|CREDIT|VERIFICATION)$/],
  ['vads_order_id', ORDER],
];
const TRANSACTION: Place = [
  ['vads_trans_date', DATE],
  ['vads_trans_id', /^[A-Za-z0-9]{6}$/],
  ['vads_trans_status', /^[A-Z_]+$/],
];
const TRANSACTION_UUID: Place = [...TRANSACTION, ['vads_trans_uuid', /^[0-9a-f]{32}$/]];
const EFFECTIVE_AMOUNT: Place = [
  ['vads_effective_amount', AMOUNT],
  ['vads_effective_creation_date', DATE],
];
export const EFFECTIVE_CURRENCY: Place = [...EFFECTIVE_AMOUNT, ['vads_effective_currency', /^\d{3}$/]];
const CONFIG: Place = [['vads_payment_config', /^(?:SINGLE|MULTI(?:_EXT)?:.*)$/]];
const ORDER_ALONE: Place = [['vads_order_id', ORDER]];

/** What stands between two borders of the signed text, and the name of each where a field is that value and no more. */
interface Tokens {
  readonly texts: readonly string[];
  readonly names: readonly (string | null)[];
}

/** The signed text cut at every `+`, in the order in which it was signed. */
function cut(values: IpnValues): Tokens {
  const [texts, names]: [string[], (string | null)[]] = [[], []];
  for (const { name, value } of values.fields()) {
    if (!value.includes('+')) {
      texts.push(value);
      names.push(name);
      continue;
    }
    for (const text of value.split('+')) {
      texts.push(text);
      names.push(null);
    }
  }
  return { texts, names };
}

/** A message is read in several ways, one after the other, and cut once. */
let last: { readonly values: IpnValues; readonly tokens: Tokens } | null = null;

function tokensOf(values: IpnValues): Tokens {
  if (last?.values !== values) last = { values, tokens: cut(values) };
  return last.tokens;
}

/** The signed text cut at every `+`: the same for whatever names and borders its values come with. */
export function textsOf(values: IpnValues): readonly string[] {
  return tokensOf(values).texts;
}

/** Where the text first looks like this; -1: nowhere. */
export function firstOf(texts: readonly string[], place: Place): number {
  return texts.findIndex((_, start) =>
    place.every(([, form], offset) => form.test(texts[start + offset] ?? '')),
  );
}

/** Whether the first place in the text that looks like this has these names. */
function isFirst({ texts, names }: Tokens, place: Place): boolean {
  const at = firstOf(texts, place);
  return at >= 0 && place.every(([name], offset) => names[at + offset] === name);
}

/**
 * That the fields which decide are where the signed text has them. An order number that is not ours needs no place: it moves
 * nothing.
 * @throws Refusal naming the field.
 */
export function requireOneReading(values: IpnValues): void {
  const tokens = tokensOf(values);
  // A message without an operation type moves no money (ipn.ts); one that has it must have it in its place.
  const { texts } = tokens;
  const hasType = firstOf(texts, ORDER_NUMBER) >= 0 || Boolean(values.get('vads_operation_type'));
  const order = hasType ? ORDER_NUMBER : ORDER_ALONE;
  const isThere = (place: Place) => firstOf(texts, place) >= 0;
  const places = [
    AMOUNT_ASKED,
    CURRENCY,
    ...(ORDER.test(values.get('vads_order_id') ?? '') ? [order] : []),
    values.get('vads_trans_uuid') ? TRANSACTION_UUID : TRANSACTION,
    ...[CONFIG, EFFECTIVE_CURRENCY].filter(isThere),
  ];
  for (const place of places) {
    if (isFirst(tokens, place)) continue;
    const names = place.map(([name]) => name).join(', ');
    throw new Refusal('malformed', `${names} do not stand where the signed text has them`);
  }
}

/** Whether the text shows which value vads_effective_amount is: a date that no free text can be stands next to it. */
export function isEffectiveAmountSure(values: IpnValues): boolean {
  return isFirst(tokensOf(values), EFFECTIVE_AMOUNT);
}
