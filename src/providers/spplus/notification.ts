/**
 * What a notification says, once its hmac fits.
 *
 * The hmac covers the raw values without names or separators: the same text can be cut into other values. A message
 * therefore has to have its fields in the kit's order and forms, and nothing after `etat` may begin with a digit, so that
 * no message of a declined payment can be cut into one of a payment. (We send nothing of the shopper's that does.)
 */
import { Refusal } from '../../payments/errors.ts';
import { fromDecimal } from '../../payments/money.ts';
import type { ProviderUpdate } from '../contract.ts';
import { meaningOf } from '../kit/statuses.ts';
import type { SpplusSettings } from './settings.ts';
import { ETATS } from './statuses.ts';

/** A parameter as received. */
interface RawPair {
  readonly name: string;
  /** Still percent-encoded. */
  readonly value: string;
}

/** The parameters of a query string in the order received. */
export function rawPairs(query: string): RawPair[] {
  return query
    .split('&')
    .filter(Boolean)
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? { name: part, value: '' } : { name: part.slice(0, at), value: part.slice(at + 1) };
    });
}

/** The fields of a message in the kit's order, each in a form that has one reading. */
const FORMS: readonly (readonly [name: string, form: RegExp])[] = [
  ['siret', /^\d{14}-\d{2,3}$/],
  ['reference', /^[0-9A-Z]{18}$/],
  ['langue', /^[A-Z]{2}$/],
  ['devise', /^\d{3}$/],
  ['montant', /^\d+\.\d\d$/],
  ['taxe', /^\d+\.\d\d$/],
  ['refsfp', /^[A-Za-z]\w*$/],
  ['etat', /^\d{1,2}$/],
];

/** What may follow `etat`. */
const FOLLOWING = ['email', 'arg1', 'arg2'];

/**
 * Requires a message whose signed text cannot be cut in another way.
 * @throws Refusal field_missing, malformed
 */
export function requireOneReading(query: string): void {
  const pairs = rawPairs(query).filter(({ name }) => name !== 'hmac');
  for (const [index, [name, form]] of FORMS.entries()) {
    const pair = pairs[index];
    if (pair?.name !== name || !form.test(pair.value)) {
      throw new Refusal('field_missing', `${name} is missing, malformed or not in its place`);
    }
  }
  const unexpected = pairs
    .slice(FORMS.length)
    .find(({ name, value }) => !FOLLOWING.includes(name) || /^[\d%]/.test(value));
  if (unexpected) throw new Refusal('malformed', `${unexpected.name} is not expected after etat`);
}

/**
 * Reads the decoded values of a verified message.
 * @throws Refusal wrong_account when it is for another shop.
 */
export function readNotification(
  settings: Partial<SpplusSettings>,
  values: ReadonlyMap<string, string>,
): ProviderUpdate {
  const siret = values.get('siret');
  if (settings.siret !== undefined && siret !== undefined && siret !== settings.siret) {
    throw new Refusal('wrong_account', `the message is for the shop ${siret}`);
  }
  const etat = values.get('etat') ?? '';
  const refsfp = values.get('refsfp') ?? '';
  const devise = values.get('devise');
  return {
    kind: 'update',
    order: values.get('reference') ?? '',
    // One payment sends several notifications as etat advances.
    key: `${refsfp}/${etat}`,
    outcome: meaningOf(ETATS, etat)?.outcome ?? 'error',
    amount: fromDecimal(values.get('montant') ?? '', 2),
    currency: devise === '978' ? 'EUR' : (devise ?? null),
    movement: refsfp,
    providerReference: refsfp || null,
    providerStatus: etat,
    detail: {},
  };
}
