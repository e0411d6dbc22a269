/** The console's languages, and how a text of each area stands in all of them. */

export const CONSOLE_LANGUAGES = ['en', 'fr', 'de', 'pl'] as const;

export type Language = (typeof CONSOLE_LANGUAGES)[number];

/** What each language calls itself. */
export const CONSOLE_LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: 'English',
  fr: 'Français',
  de: 'Deutsch',
  pl: 'Polski',
};

/** The texts of an area, as English has them: a text, or a function of what stands in it; a group of them one level down. */
export type TextsLike<Texts> = {
  readonly [Key in keyof Texts]: Texts[Key] extends string
    ? string
    : Texts[Key] extends (...args: infer Args) => string
      ? (...args: Args) => string
      : TextsLike<Texts[Key]>;
};

/** An area's texts in all languages: one that is missing does not compile. */
export type AreaTexts<Texts> = Readonly<Record<Language, TextsLike<Texts>>>;

export function isLanguage(text: string): text is Language {
  return (CONSOLE_LANGUAGES as readonly string[]).includes(text);
}

/** The first language of an Accept-Language header that the console speaks. */
export function acceptedConsoleLanguage(header: string | null): Language {
  const wanted = (header ?? '')
    .split(',')
    .map((entry) => {
      const [tag = '', quality] = entry.trim().split(';q=');
      return {
        tag: tag.toLowerCase().split('-')[0] ?? '',
        quality: quality === undefined ? 1 : Number(quality),
      };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return wanted.map(({ tag }) => tag).find(isLanguage) ?? 'en';
}

type PluralForms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };

/** The form of a number: Polish has three, French counts 0 as one. */
export function plural(language: Language, count: number, forms: PluralForms): string {
  return forms[new Intl.PluralRules(language).select(count)] ?? forms.other;
}
