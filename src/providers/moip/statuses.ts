/** The status table of SHEET.md. */
import type { UpdateOutcome } from '../contract.ts';
import { reasonsAmong } from '../kit/decline-reasons.ts';
import { meaningOf, statusTable } from '../kit/statuses.ts';

/** `Tipo` of a payment in the answer to a query, and `status_pagamento` of a NASP. */
export const TIPOS = statusTable([
  ['1', 'paid', 'Autorizado'],
  ['2', 'pending', 'Iniciado'],
  ['3', 'pending', 'BoletoImpresso'],
  ['4', 'paid', 'Concluido'],
  ['5', 'cancelled', 'Cancelado'],
  ['6', 'pending', 'EmAnalise'],
  ['7', 'charged_back', 'Estornado'],
  ['8', 'none', 'in dispute'],
  ['9', 'refunded', 'Reembolsado'],
]);

/** Why: a payment is cancelled by the shopper, by Moip or by the bank, and it is not said by whom. */
export const MOIP_DECLINES = reasonsAmong(TIPOS, [['5', 'other']]);

/** What a code stands for. Moip adds codes without notice: those that the sheet does not have move nothing. */
export function outcomeOfTipo(tipo: string): UpdateOutcome {
  return meaningOf(TIPOS, tipo)?.outcome ?? 'none';
}
