/** Webhook endpoints, in all languages. */

import { endpointsDe } from './endpoints.de.ts';
import { endpointsEn } from './endpoints.en.ts';
import { endpointsFr } from './endpoints.fr.ts';
import { endpointsPl } from './endpoints.pl.ts';
import type { AreaTexts } from './languages.ts';

export const endpointsTexts: AreaTexts<typeof endpointsEn> = {
  en: endpointsEn,
  fr: endpointsFr,
  de: endpointsDe,
  pl: endpointsPl,
};
