/** The page of a payment, in all languages. */
import type { AreaTexts } from './languages.ts';
import { paymentDe } from './payment.de.ts';
import { paymentEn } from './payment.en.ts';
import { paymentFr } from './payment.fr.ts';
import { paymentPl } from './payment.pl.ts';

export const paymentTexts: AreaTexts<typeof paymentEn> = {
  en: paymentEn,
  fr: paymentFr,
  de: paymentDe,
  pl: paymentPl,
};
