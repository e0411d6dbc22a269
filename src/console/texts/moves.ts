/** Moves of accounts, in all languages. */

import type { AreaTexts } from './languages.ts';
import { movesDe } from './moves.de.ts';
import { movesEn } from './moves.en.ts';
import { movesFr } from './moves.fr.ts';
import { movesPl } from './moves.pl.ts';

export const movesTexts: AreaTexts<typeof movesEn> = {
  en: movesEn,
  fr: movesFr,
  de: movesDe,
  pl: movesPl,
};
