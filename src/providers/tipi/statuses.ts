/** The status tables of SHEET.md, and how they are read. */
import type { UpdateOutcome } from '../contract.ts';
import { meaningOf, statusTable } from '../kit/statuses.ts';

/** `resultrans`: of the URL form's result, and of a detail of the web service. */
export const RESULTRANS = statusTable([
  ['P', 'paid', 'paid by card'],
  ['V', 'paid', 'paid by direct debit'],
  ['R', 'denied', 'card declined'],
  ['Z', 'denied', 'direct debit declined'],
  ['A', 'cancelled', 'abandoned by the shopper'],
]);

/** `code` of a fault. The codes with P are about the idop; the others, except 999, are mistakes of the request. */
export const PAYFIP_FAULTS = statusTable([
  ['P1', 'expired', 'idop incorrect, unknown or purged'],
  ['P3', 'none', 'idop used before'],
  ['P4', 'expired', 'idop older than 15 minutes'],
  ['P5', 'pending', 'result not known yet'],
  ['S1', 'error', 'saisie wrong'],
  ['T1', 'error', 'numcli malformed'],
  ['T2', 'error', 'numcli unknown'],
  ['T4', 'error', 'numcli without secured access'],
  ['M1', 'error', 'montant malformed'],
  ['M3', 'error', 'montant below 1 euro'],
  ['M5', 'error', 'montant above the limit'],
  ['A1', 'error', 'mel missing'],
  ['A2', 'error', 'mel incorrect'],
  ['N1', 'error', 'urlnotif wrong'],
  ['D1', 'error', 'urlredirect wrong'],
  ['R3', 'error', 'refdet has a wrong format'],
  ['999', 'none', 'technical fault'],
]);

/** What a `resultrans` stands for; a code that the sheet does not have is an error. */
export function outcomeOfResult(code: string): UpdateOutcome {
  return meaningOf(RESULTRANS, code)?.outcome ?? 'error';
}

/** After this long an idop of which nothing is known cannot be paid any more, in minutes. */
const IDOP_LIFE_MINUTES = 20;

/** A fault of the web service, as the tables need it. */
interface Fault {
  readonly code: string;
  /** `FonctionnelleErreur`, or one of those that begin with `Tech`. */
  readonly fault: string;
}

/** Whether a fault is about the idop of a payment. */
export function isAboutIdop({ code }: Fault): boolean {
  return code.startsWith('P') && meaningOf(PAYFIP_FAULTS, code) !== undefined;
}

/**
 * What a fault says about the payment; null: nothing.
 * @param operation the SOAP operation that was answered with it. A creation that fails creates no payment.
 */
export function outcomeOfFault(
  operation: string,
  { code, fault }: Fault,
  idopAgeMinutes: number,
): 'error' | 'expired' | 'pending' | null {
  if (fault.startsWith('Tech') || code === '999') return null;
  if (operation === 'creerPaiementSecurise') return 'error';
  const outcome = meaningOf(PAYFIP_FAULTS, code)?.outcome;
  if (outcome === 'pending') return idopAgeMinutes < IDOP_LIFE_MINUTES ? 'pending' : 'expired';
  return outcome === 'expired' ? 'expired' : null;
}
