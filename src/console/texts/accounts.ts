/** Accounts, in all languages. */
import { accountsDe } from './accounts.de.ts';
import { accountsEn } from './accounts.en.ts';
import { accountsFr } from './accounts.fr.ts';
import { accountsPl } from './accounts.pl.ts';
import type { AreaTexts } from './languages.ts';

export const accountsTexts: AreaTexts<typeof accountsEn> = {
  en: accountsEn,
  fr: accountsFr,
  de: accountsDe,
  pl: accountsPl,
};
