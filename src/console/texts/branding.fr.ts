/** L'apparence d'une boutique sur nos pages. */
import type { brandingEn } from './branding.en.ts';
import type { TextsLike } from './languages.ts';

export const brandingFr: TextsLike<typeof brandingEn> = {
  look: "L'apparence de la boutique sur nos pages",
  name: 'Nom sur les pages',
  nameHint: (shop) => `Vide : ${shop}.`,
  color: 'Couleur',
  colorHint:
    'Des boutons et des bords, comme #14532d. Vide : la nôtre. Une couleur illisible est assombrie ou éclaircie.',
  language: 'Langue',
  languageHint: "Pour les clients dont ni le paiement ni le navigateur n'en dit une.",
  noLanguage: "L'anglais, comme pour tous",
  tryIt: 'Montrer ci-dessous, sans enregistrer',
  save: "Enregistrer l'apparence",
  saved: "L'apparence est enregistrée.",
  logo: 'Logo',
  noLogo: "La boutique n'a pas encore de logo.",
  hasLogo: "La boutique a un logo : il figure dans l'aperçu ci-dessous.",
  file: 'Image',
  fileHint: 'Un PNG ou WebP de 32 Ko et de 1024 pixels de côté au plus.',
  fileMissing: 'Image : choisissez un fichier.',
  fileTooLarge: 'Image : le fichier dépasse 32 Ko.',
  setLogo: 'Mettre le logo',
  logoSet: 'Le logo est en place.',
  removeLogo: 'Enlever le logo',
  removeLogoOf: (shop) => `Enlever le logo de ${shop}`,
  removeLogoText: "Nos pages ne montreront plus que le nom de la boutique. L'image n'est pas gardée.",
  logoRemoved: 'Le logo est enlevé.',
  preview: 'La page de paiement',
  previewText: 'La vraie page, avec un montant quelconque. Ici, ses boutons ne mènent nulle part.',
  schemes: { light: 'De jour', dark: "Dans l'obscurité" },
  openPreview: "L'ouvrir comme page à part",
};
