/** Payment links and many webhooks, in all languages. */
import type { AreaTexts } from './languages.ts';
import { linksDe } from './links.de.ts';
import { linksEn } from './links.en.ts';
import { linksFr } from './links.fr.ts';
import { linksPl } from './links.pl.ts';

export const linksTexts: AreaTexts<typeof linksEn> = {
  en: linksEn,
  fr: linksFr,
  de: linksDe,
  pl: linksPl,
};
