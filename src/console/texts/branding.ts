/** How a shop looks, in all languages. */

import { brandingDe } from './branding.de.ts';
import { brandingEn } from './branding.en.ts';
import { brandingFr } from './branding.fr.ts';
import { brandingPl } from './branding.pl.ts';
import type { AreaTexts } from './languages.ts';

export const brandingTexts: AreaTexts<typeof brandingEn> = {
  en: brandingEn,
  fr: brandingFr,
  de: brandingDe,
  pl: brandingPl,
};
