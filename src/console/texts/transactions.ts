/** PolyBanking's transactions, in all languages. */
import type { AreaTexts } from './languages.ts';
import { transactionsDe } from './transactions.de.ts';
import { transactionsEn } from './transactions.en.ts';
import { transactionsFr } from './transactions.fr.ts';
import { transactionsPl } from './transactions.pl.ts';

export const transactionsTexts: AreaTexts<typeof transactionsEn> = {
  en: transactionsEn,
  fr: transactionsFr,
  de: transactionsDe,
  pl: transactionsPl,
};
