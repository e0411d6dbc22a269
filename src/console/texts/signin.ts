/** The pages where people sign in, in all languages. */
import type { AreaTexts } from './languages.ts';
import { signinDe } from './signin.de.ts';
import { signinEn } from './signin.en.ts';
import { signinFr } from './signin.fr.ts';
import { signinPl } from './signin.pl.ts';

export const signinTexts: AreaTexts<typeof signinEn> = {
  en: signinEn,
  fr: signinFr,
  de: signinDe,
  pl: signinPl,
};
