/** Retirer, déplacer et supprimer un compte. */
import type { TextsLike } from './languages.ts';
import type { movesEn } from './moves.en.ts';

export const movesFr: TextsLike<typeof movesEn> = {
  heading: 'Retirer, déplacer, supprimer',
  moved: (account) => `Ses paiements vont sur ${account}`,
  movedSince: 'Déplacé',
  successor: 'Nouveau compte',
  stillOpen: 'Encore ouvert ici',
  nothingOpen: 'Rien',
  nowRequired: 'Exigé aussi désormais ; sans cela, un paiement ouvert ne peut être payé',
  keepKeys:
    "Gardez ses secrets même quand rien n'est ouvert : les remboursements et les messages tardifs du prestataire en ont besoin.",
  outage: 'Le prestataire est injoignable',
  outageText:
    'Les nouvelles tentatives vont au compte de repli. Une tentative par minute essaie de nouveau ce compte.',
  standsIn: 'Compte de repli',
  triedAt: 'Dernier essai',
  succeed: 'Déplacer vers un autre compte',
  succeedOf: (account) => `Déplacer ${account} vers un autre compte`,
  succeedText:
    "Désormais, les nouveaux paiements et les nouvelles tentatives de toutes les boutiques vont sur le compte que vous choisissez, aussi sous l'ancien nom. Aucune boutique ne change rien. Ce compte ne commence plus rien ; ce qui a commencé ici y est encore vérifié, interrogé et remboursé. Le retour est possible.",
  target: 'Compte qui prend sa place',
  targetMissing: 'Compte qui prend sa place : choisissez-en un.',
  succeedSubmit: 'Déplacer les paiements',
  succeeded: (account) => `Les paiements vont maintenant sur ${account}.`,
  noTarget: (needs) =>
    `Aucun compte ne peut prendre sa place : il doit être en service, sur la plateforme ${needs}. Créez-en un d'abord.`,
  unfit: "Pourquoi d'autres ne peuvent pas prendre sa place",
  lacks: (currencies) => `ne prend pas ${currencies}`,
  leadsHere: 'ses paiements viennent ici',
  usedBy: 'Boutiques',
  nobody: 'Aucune',
  undo: 'Revenir en arrière',
  undoOf: (account) => `Ramener les paiements sur ${account}`,
  undoText: (newer) =>
    `Désormais, les nouveaux paiements et les nouvelles tentatives reviennent sur ce compte. Tout ce qui va sur ${newer} vient ici, y compris ce qui y a commencé entre-temps ; ce qui a été commencé là-bas y est encore vérifié, interrogé et remboursé.`,
  undoSubmit: 'Ramener les paiements',
  undone: 'Les paiements vont de nouveau sur ce compte.',
  notMoved: "Ce compte n'a pas été déplacé, ou ne l'est plus.",
  changed: "Quelqu'un a déplacé ce compte entre-temps : regardez-le de nouveau.",
  retire: 'Retirer',
  retireOf: (account) => `Retirer ${account}`,
  retireText:
    "Il ne commence plus aucune tentative : les boutiques qui n'ont pas d'autre compte ne prennent plus de paiement. Il vérifie encore, rembourse et est interrogé.",
  retireWarning:
    'Un compte retiré ne peut pas être remis en service. Pour continuer ailleurs, déplacez-le plutôt.',
  retireSubmit: 'Retirer le compte',
  retired: 'Le compte est retiré.',
  retiredAlready: 'Ce compte est déjà retiré.',
  delete: 'Supprimer',
  deleteOf: (account) => `Supprimer ${account}`,
  deleteWarning:
    "Le compte et ses secrets disparaissent pour toujours. Ce n'est possible que tant qu'aucune boutique ne l'a et qu'aucun paiement n'y est jamais allé.",
  deleteSubmit: 'Supprimer le compte',
  deleted: (account) => `Le compte ${account} est supprimé.`,
  refused: (reason) => `Rien n'a été changé : ${reason}`,
  makeThere: (provider) => `Nouveau compte chez ${provider}`,
  endpoints: 'Banques simulées',
  endpointsHint:
    "Seulement pour la plateforme Bac à sable : l'origine des banques simulées, par exemple https://banks.pay.example.com. Vide : les adresses du prestataire.",
  pageOrigin: 'Origine de la page pour les clients',
  apiOrigin: 'Origine des appels',
  endpointsWrong: 'Seul un compte de la plateforme Bac à sable a ses propres adresses : videz ce champ.',
};
