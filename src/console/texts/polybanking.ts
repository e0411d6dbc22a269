/** What PolyBanking's operators had, in all languages. */

import type { AreaTexts } from './languages.ts';
import { polybankingDe } from './polybanking.de.ts';
import { polybankingEn } from './polybanking.en.ts';
import { polybankingFr } from './polybanking.fr.ts';
import { polybankingPl } from './polybanking.pl.ts';

export const polybankingTexts: AreaTexts<typeof polybankingEn> = {
  en: polybankingEn,
  fr: polybankingFr,
  de: polybankingDe,
  pl: polybankingPl,
};
