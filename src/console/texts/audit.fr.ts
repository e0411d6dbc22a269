/** Le journal d'audit. */
import type { auditEn } from './audit.en.ts';
import type { TextsLike } from './languages.ts';

export const auditFr: TextsLike<typeof auditEn> = {
  nav: "Journal d'audit",
  title: "Journal d'audit, le plus récent en premier",
  filters: 'Filtrer',
  find: 'Afficher les entrées',
  all: 'Toutes les entrées',
  when: 'Quand',
  who: 'Qui',
  whoHint: 'operator, token: ou user: suivi de son identifiant.',
  what: 'Quoi',
  whatHint: 'Exactement, comme shop.updated.',
  subject: 'Sur quoi',
  subjectHint: "L'identifiant d'une boutique, d'un compte, d'un paiement, d'un jeton ou d'un utilisateur.",
  shop: 'Boutique',
  anyShop: "N'importe quelle boutique",
  address: 'Adresse IP',
  request: 'Requête',
  requestHint: 'Le X-Request-Id de sa réponse.',
  from: 'À partir du',
  to: "Jusqu'au, ce jour compris",
  more: 'Plus',
  open: 'Détails',
  file: 'En CSV',
  nothing: "Il n'y a pas de telles entrées.",
  notDay: "Ce n'est pas une date.",
};
