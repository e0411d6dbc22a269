/** The first page, in all languages. */

import { homeDe } from './home.de.ts';
import { homeEn } from './home.en.ts';
import { homeFr } from './home.fr.ts';
import { homePl } from './home.pl.ts';
import type { AreaTexts } from './languages.ts';

export const homeTexts: AreaTexts<typeof homeEn> = {
  en: homeEn,
  fr: homeFr,
  de: homeDe,
  pl: homePl,
};
