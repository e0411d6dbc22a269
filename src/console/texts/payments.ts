/** The list and the search of payments, in all languages. */
import type { AreaTexts } from './languages.ts';
import { paymentsDe } from './payments.de.ts';
import { paymentsEn } from './payments.en.ts';
import { paymentsFr } from './payments.fr.ts';
import { paymentsPl } from './payments.pl.ts';

export const paymentsTexts: AreaTexts<typeof paymentsEn> = {
  en: paymentsEn,
  fr: paymentsFr,
  de: paymentsDe,
  pl: paymentsPl,
};
