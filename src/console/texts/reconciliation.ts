/** The pages of reconciliation, in all languages. */
import type { AreaTexts } from './languages.ts';
import { reconciliationDe } from './reconciliation.de.ts';
import { reconciliationEn } from './reconciliation.en.ts';
import { reconciliationFr } from './reconciliation.fr.ts';
import { reconciliationPl } from './reconciliation.pl.ts';

export const reconciliationTexts: AreaTexts<typeof reconciliationEn> = {
  en: reconciliationEn,
  fr: reconciliationFr,
  de: reconciliationDe,
  pl: reconciliationPl,
};
