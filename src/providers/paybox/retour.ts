/** PBX_RETOUR: which variables the platform sends, under which names, and what they say about an attempt. */
import { kept } from '../../signing/kept.ts';
import type { Channel, ProviderUpdate } from '../contract.ts';
import { VIA } from '../kit/addresses.ts';
import { expiryIn, withCard } from '../kit/card.ts';
import { withReason } from '../kit/decline-reasons.ts';
import { providerUpdate } from '../kit/update.ts';
import { PAYBOX_RETOUR, type PayboxSettings } from './settings.ts';
import { PAYBOX_DECLINES, payboxOutcome } from './statuses.ts';

const namesIn = kept(
  (retour): ReadonlyMap<string, string> =>
    new Map(
      retour.split(';').map((part) => {
        const colon = part.lastIndexOf(':');
        return [part.slice(colon + 1), part.slice(0, colon)] as const;
      }),
    ),
);

const setOf = kept((retour): ReadonlySet<string> => new Set(namesIn(retour).values()));

/** The variables' names alone. */
export function retourVariables({ pbx_retour }: Partial<PayboxSettings>): ReadonlySet<string> {
  return setOf(pbx_retour ?? PAYBOX_RETOUR);
}

/** The variables' names, by the letters of PBX_RETOUR (`name:LETTER;name:LETTER`). */
export function retourNames({ pbx_retour }: Partial<PayboxSettings>): ReadonlyMap<string, string> {
  return namesIn(pbx_retour ?? PAYBOX_RETOUR);
}

/** Letters that an operator sees. None is a secret; card numbers are masked by the platform. */
const DETAIL = Object.entries({
  A: 'authorization',
  C: 'card',
  P: 'means',
  T: 'call',
  S: 'transaction',
  I: 'ipCountry',
  Y: 'bankCountry',
});

/** Letter G: whether the payment is guaranteed. */
const GUARANTEE: ReadonlyMap<string, boolean> = new Map([
  ['O', true],
  ['N', false],
]);

/**
 * What a message says.
 * @param values the signed variables alone, decoded, by name.
 * @returns amounts in the smallest unit; no currency, because the platform sends none.
 */
export function readRetour(
  settings: Partial<PayboxSettings>,
  values: ReadonlyMap<string, string>,
  channel: Channel,
): ProviderUpdate {
  const names = retourNames(settings);
  const letter = (name: string) => values.get(names.get(name) ?? '') ?? '';
  const code = letter('E');
  const transaction = letter('S') || letter('T');
  const outcome = payboxOutcome(code, channel === 'return' && values.get(VIA) === 'cancel');
  const amount = letter('M');
  const detail: Record<string, string> = {};
  for (const [name, word] of DETAIL) if (letter(name)) detail[word] = letter(name);
  return providerUpdate({
    order: letter('R'),
    key: `${transaction}/${code}/${outcome}`,
    outcome,
    amount: /^\d{1,15}$/.test(amount) ? Number(amount) : null,
    movement: transaction || 'payment',
    // Direct names the transaction that holds money, or has brought it, by these two.
    ...(outcome === 'accepted' && { providerState: { numtrans: letter('S'), numappel: letter('T') } }),
    providerReference: transaction && transaction !== '0' ? transaction : null,
    providerStatus: code,
    ...withReason(PAYBOX_DECLINES, code),
    // The number's last two digits are all that there is of it.
    ...withCard({
      brand: letter('C'),
      expiry: expiryIn('YYMM', letter('D')),
      liabilityShift: GUARANTEE.get(letter('G')) ?? null,
    }),
    detail,
  });
}
