/** Why a payment was declined: the codes of each provider's statuses.ts, in the words that all of them share. */
import type { DeclineCode, DeclineReason } from '../../payments/told.ts';
import type { ProviderUpdate, StatusTable, UpdateOutcome } from '../contract.ts';
import { meaningOf } from './statuses.ts';

/** The codes of a provider that say why, and what they stand for. */
export type DeclineTable = Readonly<Record<string, DeclineReason>>;

/** A row: codes, separated by blanks; what they stand for; what they say. */
type DeclineRow = readonly [codes: string, code: DeclineCode, text: string];

/** The table of some rows. */
function declineTable(rows: readonly DeclineRow[]): DeclineTable {
  const entries = rows.flatMap(([codes, code, text]) =>
    codes.split(' ').map((one) => [one, { code, text }] as const),
  );
  return Object.fromEntries(entries);
}

/**
 * The reasons among the codes of a status table, with its texts. Codes that say no more than their outcome are left out.
 * @throws RangeError where the status table has no such code.
 */
export function reasonsAmong(
  table: StatusTable,
  rows: readonly (readonly [codes: string, code: DeclineCode])[],
): DeclineTable {
  const entries = rows.flatMap(([codes, code]) =>
    codes.split(' ').map((one) => {
      const meaning = meaningOf(table, one);
      if (!meaning) throw new RangeError(`the status table has no code ${one}`);
      return [one, { code, text: meaning.text }] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** The reason that a code stands for; null: the table has no such code. */
function reasonIn(table: DeclineTable, code: string | null | undefined): DeclineReason | null {
  return code !== null && code !== undefined && Object.hasOwn(table, code) ? (table[code] ?? null) : null;
}

/** As members of an update; nothing where the code says nothing. */
export function withReason(
  table: DeclineTable,
  ...codes: readonly (string | null | undefined)[]
): Pick<ProviderUpdate, 'declineReason'> {
  for (const code of codes) {
    const declineReason = reasonIn(table, code);
    if (declineReason) return { declineReason };
  }
  return {};
}

/** The answers of card issuers (ISO 8583 field 39, as the banks of France list them), for the providers that pass them on. */
export const ISSUER_ANSWERS: DeclineTable = declineTable([
  ['02 01', 'declined', 'the issuer wants a phone call'],
  ['03 12 13 20 30 31 40 58 60 68', 'technical', 'the request was not accepted'],
  ['04 07 41 43', 'fraud_suspected', 'the card is to be kept: lost, stolen or blocked'],
  ['05', 'declined', 'declined by the issuer'],
  ['08', 'authentication_failed', 'the holder was not identified'],
  ['14 15 25 42 56 62 78', 'invalid_card', 'the card or its account is not known, or blocked'],
  ['17', 'cancelled_by_shopper', 'cancelled by the shopper'],
  ['33 54', 'expired_card', 'the card has expired'],
  ['34 59 63', 'fraud_suspected', 'suspected fraud'],
  ['38 55 75 82 1A A1', 'authentication_failed', 'the holder was not authenticated'],
  ['51', 'insufficient_funds', 'not enough funds, or over the limit'],
  ['57', 'declined', 'the card is not for this kind of payment'],
  ['61 65', 'limit_exceeded', 'over the limit of the card'],
  ['90 91 94 96 97 98 99', 'technical', 'the issuer, or the network, does not answer'],
]);

/** What an outcome stands for where nothing says more. */
const BY_OUTCOME: Readonly<Partial<Record<UpdateOutcome, DeclineCode>>> = {
  denied: 'declined',
  capture_denied: 'declined',
  cancelled: 'cancelled_by_shopper',
  error: 'technical',
  expired: 'other',
  voided: 'other',
};

/**
 * Why an update says that nothing was paid; null: it does not say that.
 * @param statusText what its status says in the provider's words; null: it has no words for it.
 */
export function declineReasonOf(
  {
    outcome,
    declineReason,
    providerStatus,
  }: Pick<ProviderUpdate, 'outcome' | 'declineReason' | 'providerStatus'>,
  statusText: string | null,
): DeclineReason | null {
  const code = BY_OUTCOME[outcome];
  if (!code) return null;
  return declineReason ?? { code, text: statusText ?? providerStatus };
}
