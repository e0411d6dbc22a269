/** The languages of our pages, ISO 639-1: English, French, German, Italian, Polish, Russian, Portuguese of Brazil, Danish, Dutch, Spanish. */
export const PAGE_LANGUAGES = ['en', 'fr', 'de', 'it', 'pl', 'ru', 'pt', 'da', 'nl', 'es'] as const;

export type PageLanguage = (typeof PAGE_LANGUAGES)[number];

/** Each by its own name, for those who choose. */
export const LANGUAGE_NAMES: Readonly<Record<PageLanguage, string>> = {
  en: 'English',
  fr: 'Français',
  de: 'Deutsch',
  it: 'Italiano',
  pl: 'Polski',
  ru: 'Русский',
  pt: 'Português',
  da: 'Dansk',
  nl: 'Nederlands',
  es: 'Español',
};
