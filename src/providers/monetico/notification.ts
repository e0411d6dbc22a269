/** What a notification says, once its MAC fits. Facts: SHEET.md, "Notification" and "Statuses". */
import { Refusal } from '../../payments/errors.ts';
import type { Environment } from '../../payments/types.ts';
import { fromBase64, fromUtf8 } from '../../signing/bytes.ts';
import type { ProviderUpdate } from '../contract.ts';
import { expiryIn, withCard } from '../kit/card.ts';
import { withReason } from '../kit/decline-reasons.ts';
import type { Values } from '../kit/form-message.ts';
import { parseJsonOnce } from '../kit/json-once.ts';
import { meaningOf } from '../kit/statuses.ts';
import { providerUpdate } from '../kit/update.ts';
import type { MoneticoSettings } from './settings.ts';
import { MONETICO_CODES, MONETICO_DECLINES } from './statuses.ts';
import { dayOf, readMontant } from './texts.ts';

const BRANDS: Readonly<Record<string, string>> = {
  AM: 'American Express',
  CB: 'CB',
  MC: 'Mastercard',
  VI: 'Visa',
};

/** Fields that an operator sees, by our words for them. The bank masks card numbers. */
const DETAIL = Object.entries({
  'code-retour': 'code',
  motifrefus: 'reason',
  motifrefusautorisation: 'bankReason',
  filtragecause: 'filter',
  filtrage_etat: 'filterState',
  modepaiement: 'means',
  numauto: 'authorization',
  montantech: 'instalment',
  originecb: 'cardCountry',
  originetr: 'ipCountry',
});

function detailOf(values: Values): Readonly<Record<string, string>> {
  const detail: Record<string, string> = {};
  for (const [name, word] of DETAIL) {
    const text = values.get(name);
    if (text && text !== '-') detail[word] = text;
  }
  return detail;
}

/** Who bears a fraud, of `authentification`; null: it does not say. */
function liabilityShift(authentification: string): boolean | null {
  const bytes = fromBase64(authentification);
  const text = bytes && fromUtf8(bytes);
  if (!text) return null;
  try {
    const read = parseJsonOnce(text) as { readonly details?: { readonly liabilityShift?: unknown } } | null;
    const said = read?.details?.liabilityShift;
    return said === 'Y' ? true : said === 'N' ? false : null;
  } catch {
    return null;
  }
}

/** What the code stands for in this environment is money of it: test money never counts in production. */
export function checkMoneticoEnvironment({ providerStatus }: ProviderUpdate, environment: Environment): void {
  const isProduction = environment === 'production';
  if (providerStatus === 'payetest' && isProduction)
    throw new Refusal('wrong_environment', 'it was paid as a test, and the account is in production');
  if (/^paiement(?:_pf\d)?$/.test(providerStatus) && !isProduction)
    throw new Refusal('wrong_environment', 'it was paid in production, and the account is none of it');
}

/**
 * Reads the decoded values of a verified notification.
 * @throws Refusal wrong_account, field_missing
 */
export function readMoneticoNotification(
  settings: Partial<MoneticoSettings>,
  values: Values,
): ProviderUpdate {
  const value = (name: string) => values.get(name) ?? '';
  const [code, reference] = [value('code-retour'), value('reference')];
  const [date, numauto] = [value('date'), value('numauto')];
  // Requests have none, so that no request of ours is read as an answer.
  if (!code) throw new Refusal('field_missing', 'there is no code-retour');
  if (!reference) throw new Refusal('field_missing', 'there is no reference');
  if (settings.tpe !== undefined && value('TPE') !== settings.tpe)
    throw new Refusal('wrong_account', `the message is for the TPE ${value('TPE')}`);
  const outcome = meaningOf(MONETICO_CODES, code)?.outcome ?? 'none';
  const money = readMontant(value('montant'));
  return providerUpdate({
    order: reference,
    key: `${code}/${date}/${numauto}/${value('montantech')}`,
    outcome,
    amount: money?.amount ?? null,
    currency: money?.currency ?? null,
    movement: numauto || 'payment',
    // Captures and refunds name the payment by its day and its authorisation.
    ...(outcome === 'accepted' && {
      providerState: {
        date_commande: dayOf(date) ?? '',
        num_autorisation: numauto,
        // A payment that is not captured by a call of ours is remitted with its day.
        ...(settings.capture !== 'manual' && { date_remise: dayOf(date) ?? '' }),
      },
    }),
    providerReference: numauto || null,
    providerStatus: code,
    ...(outcome === 'denied' && withReason(MONETICO_DECLINES, value('motifrefus'))),
    ...withCard({
      brand: BRANDS[value('brand')] ?? null,
      number: value('cbmasquee'),
      expiry: expiryIn('MMYY', value('vld')),
      liabilityShift: liabilityShift(value('authentification')),
    }),
    detail: detailOf(values),
  });
}
