/** The pages of the books, in all languages. */
import { booksDe } from './books.de.ts';
import { booksEn } from './books.en.ts';
import { booksFr } from './books.fr.ts';
import { booksPl } from './books.pl.ts';
import type { AreaTexts } from './languages.ts';

export const booksTexts: AreaTexts<typeof booksEn> = { en: booksEn, fr: booksFr, de: booksDe, pl: booksPl };
