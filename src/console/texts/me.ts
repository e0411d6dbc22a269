/** The page of one's own settings, in all languages. */
import type { AreaTexts } from './languages.ts';
import { meDe } from './me.de.ts';
import { meEn } from './me.en.ts';
import { meFr } from './me.fr.ts';
import { mePl } from './me.pl.ts';

export const meTexts: AreaTexts<typeof meEn> = { en: meEn, fr: meFr, de: meDe, pl: mePl };
