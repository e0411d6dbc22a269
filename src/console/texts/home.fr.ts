/** La première page. */
import type { homeEn } from './home.en.ts';
import type { TextsLike } from './languages.ts';

export const homeFr: TextsLike<typeof homeEn> = {
  nav: 'Accueil',
  title: 'Accueil',
  attention: 'Ce qui demande une personne',
  calm: "Rien ne demande une personne pour l'instant.",
  allAttention: (count) => `Tout ce qui demande une personne (${count})`,
  today: "Aujourd'hui, par statut",
  noneToday: "Aucun paiement n'a été créé aujourd'hui.",
  real: 'Argent réel',
  test: 'Test',
  money: (days) => `Ce qui est arrivé ces ${days} derniers jours`,
  noMoney:
    "Rien n'a été payé ces jours-ci. Créez un lien de paiement, ou attendez la demande d'une boutique.",
  newLink: 'Nouveau lien de paiement',
  chart: (currency, total) => `${currency} : ${total}`,
  chartText: (currency, total, best, day) =>
    `Barres par jour en ${currency}, par prestataire. En tout ${total} ; le plus le ${day} : ${best}.`,
  table: 'La même chose en tableau',
  day: 'Jour',
  count: 'Paiements',
  total: 'En tout',
  refunded: 'Dont remboursé',
  others: 'Autres',
  legend: 'Prestataires',
  testAccounts: 'Comptes en test',
  testAccountsText: "Aucun argent réel n'y circule.",
  noTestAccounts: 'Tous les comptes sont en production.',
  account: 'Compte',
  provider: 'Prestataire',
  environment: 'Environnement',
  environments: {
    test: 'plateforme de test du prestataire',
    sandbox: 'banque simulée',
    production: 'production',
  },
  unavailable: "Les sommes ne peuvent pas être calculées pour l'instant. Tout le reste fonctionne.",
};
