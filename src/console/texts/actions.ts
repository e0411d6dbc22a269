/** What is done with a payment, in all languages. */

import { actionsDe } from './actions.de.ts';
import { actionsEn } from './actions.en.ts';
import { actionsFr } from './actions.fr.ts';
import { actionsPl } from './actions.pl.ts';
import type { AreaTexts } from './languages.ts';

export const actionsTexts: AreaTexts<typeof actionsEn> = {
  en: actionsEn,
  fr: actionsFr,
  de: actionsDe,
  pl: actionsPl,
};
