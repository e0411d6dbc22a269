/** What needs a person, in all languages. */

import { attentionDe } from './attention.de.ts';
import { attentionEn } from './attention.en.ts';
import { attentionFr } from './attention.fr.ts';
import { attentionPl } from './attention.pl.ts';
import type { AreaTexts } from './languages.ts';

export const attentionTexts: AreaTexts<typeof attentionEn> = {
  en: attentionEn,
  fr: attentionFr,
  de: attentionDe,
  pl: attentionPl,
};
