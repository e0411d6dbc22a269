/** What our pages say, in every language. The build makes a document of it. */
import type { PageLanguage } from '../../../payments/page-languages.ts';
import { da } from './da.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { it } from './it.ts';
import { nl } from './nl.ts';
import { pl } from './pl.ts';
import { pt } from './pt.ts';
import { ru } from './ru.ts';
import type { Texts } from './texts.ts';

export const TEXTS: Readonly<Record<PageLanguage, Texts>> = { en, fr, de, it, pl, ru, pt, da, nl, es };
