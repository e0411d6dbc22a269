/** Das Aussehen eines Shops auf unseren Seiten. */
import type { brandingEn } from './branding.en.ts';
import type { TextsLike } from './languages.ts';

export const brandingDe: TextsLike<typeof brandingEn> = {
  look: 'Wie der Shop auf unseren Seiten aussieht',
  name: 'Name auf den Seiten',
  nameHint: (shop) => `Leer: ${shop}.`,
  color: 'Farbe',
  colorHint:
    'Von Knöpfen und Rändern, wie #14532d. Leer: unsere. Eine, die nicht lesbar wäre, wird dunkler oder heller gemacht.',
  language: 'Sprache',
  languageHint: 'Für Kunden, von denen weder die Zahlung noch der Browser eine nennt.',
  noLanguage: 'Englisch, wie für alle',
  tryIt: 'Unten zeigen, ohne zu speichern',
  save: 'Aussehen speichern',
  saved: 'Das Aussehen ist gespeichert.',
  logo: 'Logo',
  noLogo: 'Der Shop hat noch kein Logo.',
  hasLogo: 'Der Shop hat ein Logo: Es steht in der Vorschau unten.',
  file: 'Bild',
  fileHint: 'Ein PNG oder WebP von höchstens 32 KB und 1024 Pixeln je Seite.',
  fileMissing: 'Bild: Wählen Sie eine Datei.',
  fileTooLarge: 'Bild: Die Datei hat mehr als 32 KB.',
  setLogo: 'Logo setzen',
  logoSet: 'Das Logo ist gesetzt.',
  removeLogo: 'Logo wegnehmen',
  removeLogoOf: (shop) => `Logo von ${shop} wegnehmen`,
  removeLogoText: 'Unsere Seiten zeigen dann nur noch den Namen des Shops. Das Bild wird nicht aufgehoben.',
  logoRemoved: 'Das Logo ist weg.',
  preview: 'Die Bezahlseite',
  previewText: 'Die echte Seite mit einem beliebigen Betrag. Ihre Knöpfe führen hier nirgendwohin.',
  schemes: { light: 'Am Tag', dark: 'Im Dunkeln' },
  openPreview: 'Als eigene Seite öffnen',
};
