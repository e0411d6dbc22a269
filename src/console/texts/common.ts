/** What stands on every page, in all languages. */
import { commonDe } from './common.de.ts';
import { commonEn } from './common.en.ts';
import { commonFr } from './common.fr.ts';
import { commonPl } from './common.pl.ts';
import type { AreaTexts } from './languages.ts';

export const commonTexts: AreaTexts<typeof commonEn> = {
  en: commonEn,
  fr: commonFr,
  de: commonDe,
  pl: commonPl,
};
