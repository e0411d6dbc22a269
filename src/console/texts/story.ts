/** A payment's story, in all languages. */
import type { AreaTexts } from './languages.ts';
import { storyDe } from './story.de.ts';
import { storyEn } from './story.en.ts';
import { storyFr } from './story.fr.ts';
import { storyPl } from './story.pl.ts';

export const storyTexts: AreaTexts<typeof storyEn> = {
  en: storyEn,
  fr: storyFr,
  de: storyDe,
  pl: storyPl,
};
