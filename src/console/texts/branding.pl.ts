/** Wygląd sklepu na naszych stronach. */
import type { brandingEn } from './branding.en.ts';
import type { TextsLike } from './languages.ts';

export const brandingPl: TextsLike<typeof brandingEn> = {
  look: 'Jak sklep wygląda na naszych stronach',
  name: 'Nazwa na stronach',
  nameHint: (shop) => `Puste: ${shop}.`,
  color: 'Kolor',
  colorHint:
    'Przycisków i obramowań, na przykład #14532d. Puste: nasz. Kolor, który byłby nieczytelny, jest przyciemniany lub rozjaśniany.',
  language: 'Język',
  languageHint: 'Dla kupujących, o których ani płatność, ani przeglądarka go nie mówi.',
  noLanguage: 'Angielski, jak dla wszystkich',
  tryIt: 'Pokaż poniżej, bez zapisywania',
  save: 'Zapisz wygląd',
  saved: 'Wygląd jest zapisany.',
  logo: 'Logo',
  noLogo: 'Sklep nie ma jeszcze logo.',
  hasLogo: 'Sklep ma logo: widać je w podglądzie poniżej.',
  file: 'Obraz',
  fileHint: 'PNG lub WebP, najwyżej 32 KB i 1024 piksele na bok.',
  fileMissing: 'Obraz: wybierz plik.',
  fileTooLarge: 'Obraz: plik ma więcej niż 32 KB.',
  setLogo: 'Ustaw logo',
  logoSet: 'Logo jest ustawione.',
  removeLogo: 'Usuń logo',
  removeLogoOf: (shop) => `Usuń logo sklepu ${shop}`,
  removeLogoText: 'Nasze strony pokażą odtąd samą nazwę sklepu. Obraz nie zostanie zachowany.',
  logoRemoved: 'Logo jest usunięte.',
  preview: 'Strona płatności',
  previewText: 'Prawdziwa strona z przykładową kwotą. Jej przyciski nigdzie tu nie prowadzą.',
  schemes: { light: 'W dzień', dark: 'W ciemności' },
  openPreview: 'Otwórz jako osobną stronę',
};
