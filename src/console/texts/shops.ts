/** Shops: addresses, accounts, keys, switches, in all languages. */

import type { AreaTexts } from './languages.ts';
import { shopsDe } from './shops.de.ts';
import { shopsEn } from './shops.en.ts';
import { shopsFr } from './shops.fr.ts';
import { shopsPl } from './shops.pl.ts';

export const shopsTexts: AreaTexts<typeof shopsEn> = {
  en: shopsEn,
  fr: shopsFr,
  de: shopsDe,
  pl: shopsPl,
};
