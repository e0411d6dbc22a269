/**
 * What a notification says, once its hmac fits.
 *
 * The hmac covers the raw values without names or separators: the same text can be cut into other values. A message
 * therefore has to have its fields in the kit's order and forms. What is left open is where refsfp ends and etat begins, and
 * what of the rest follows etat: where the text can be read as another code too, it counts for as little as either says.
 */
import { Refusal } from '../../payments/errors.ts';
import { fromDecimal } from '../../payments/money.ts';
import type { ProviderUpdate, UpdateOutcome } from '../contract.ts';
import { withReason } from '../kit/decline-reasons.ts';
import { requireFewFields } from '../kit/message-limits.ts';
import { meaningOf } from '../kit/statuses.ts';
import { providerUpdate } from '../kit/update.ts';
import type { SpplusSettings } from './settings.ts';
import { ETATS, SPPLUS_DECLINES } from './statuses.ts';

/** A parameter as received. */
interface RawPair {
  readonly name: string;
  /** Still percent-encoded. */
  readonly value: string;
}

/**
 * The parameters of a query string in the order received.
 * @throws Refusal when there are more than any genuine message has.
 */
export function rawPairs(query: string): RawPair[] {
  const parts = query.split('&').filter(Boolean);
  requireFewFields(parts.length);
  return parts.map((part) => {
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

/** What may follow `etat`, as the request had it. */
const FOLLOWING = ['email', 'arg1', 'arg2'];

/** A request of ours has none of them, so that nothing of its answers may follow `etat`. */
export const SPPLUS_BOUND: Readonly<Record<string, string>> = Object.fromEntries(
  FOLLOWING.map((name) => [name, '']),
);

/**
 * Every code of the sheet that a text after `taxe` can be cut into, with a refsfp before it.
 * @param toTheEnd nothing follows the code.
 */
function codesIn(tail: string, toTheEnd: boolean): readonly string[] {
  const [longest = ''] = /^[A-Za-z]\w*/.exec(tail) ?? [];
  const codes: string[] = [];
  for (let start = 1; start < longest.length; start++) {
    for (const length of [1, 2]) {
      const code = tail.slice(start, start + length);
      const follows = tail.slice(start + length);
      const isCut = toTheEnd ? follows === '' : !/^[\d%]/.test(follows);
      if (isCut && code.length === length && meaningOf(ETATS, code)) codes.push(code);
    }
  }
  return codes;
}

/** The results by which nobody gains anything, whichever of them it is. */
const LOSSES: ReadonlySet<UpdateOutcome | undefined> = new Set(['denied', 'cancelled']);

/**
 * In how many ways the code of `etat` can be read: `one`; `losses`, several of which none brings anything; `cancelled`, 11, which can
 * always be cut into 1 under another refsfp; `several`.
 */
export type SpplusReadings = 'one' | 'losses' | 'cancelled' | 'several';

/**
 * Requires a message whose signed text has the kit's fields in their order.
 * @throws Refusal field_missing, malformed
 */
export function readingsOf(query: string): SpplusReadings {
  const pairs = rawPairs(query).filter(({ name }) => name !== 'hmac');
  for (const [index, [name, form]] of FORMS.entries()) {
    const pair = pairs[index];
    if (pair?.name !== name || !form.test(pair.value)) {
      throw new Refusal('field_missing', `${name} is missing, malformed or not in its place`);
    }
  }
  const following = pairs.slice(FORMS.length);
  const unexpected = following.find(({ name, value }) => !FOLLOWING.includes(name) || /^[\d%]/.test(value));
  if (unexpected) throw new Refusal('malformed', `${unexpected.name} is not expected after etat`);
  const tail = pairs
    .slice(FORMS.findIndex(([name]) => name === 'refsfp'))
    .map(({ value }) => value)
    .join('');
  const codes = codesIn(
    tail,
    following.every(({ value }) => value === ''),
  );
  const { value: said = '' } = pairs.find(({ name }) => name === 'etat') ?? {};
  if (codes.length > 0 && !codes.includes(said))
    throw new Refusal('malformed', `etat is ${said}, and the text can be read as ${codes.join(' or ')}`);
  if (codes.length < 2) return 'one';
  // As 11 it takes away what this very refsfp holds, which no message of another one can.
  if (said === '11' && codes.every((code) => code === '11' || code === '1')) return 'cancelled';
  return codes.every((code) => LOSSES.has(meaningOf(ETATS, code)?.outcome)) ? 'losses' : 'several';
}

/** What holds the money of a refsfp, and what ends it: an instalment declined, cancelled by the merchant. A declined try ends nothing. */
const OF_TRANSACTION: ReadonlySet<string> = new Set(['1', '4', '5', '11']);

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
  const outcome = meaningOf(ETATS, etat)?.outcome ?? 'error';
  return providerUpdate({
    order: values.get('reference') ?? '',
    // One payment sends several notifications as etat advances.
    key: `${refsfp}/${etat}`,
    outcome,
    ...(OF_TRANSACTION.has(etat) && { ofTransaction: true as const }),
    amount: fromDecimal(values.get('montant') ?? '', 2),
    currency: devise === '978' ? 'EUR' : (devise ?? null),
    movement: refsfp,
    echo: Object.fromEntries(FOLLOWING.map((name) => [name, values.get(name) ?? ''])),
    providerReference: refsfp || null,
    providerStatus: etat,
    ...withReason(SPPLUS_DECLINES, etat),
  });
}
