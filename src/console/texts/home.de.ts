/** Die erste Seite. */
import type { homeEn } from './home.en.ts';
import type { TextsLike } from './languages.ts';

export const homeDe: TextsLike<typeof homeEn> = {
  nav: 'Start',
  title: 'Start',
  attention: 'Was einen Menschen braucht',
  calm: 'Im Augenblick braucht nichts einen Menschen.',
  allAttention: (count) => `Alles, was einen Menschen braucht (${count})`,
  today: 'Heute nach Status',
  noneToday: 'Heute wurde noch keine Zahlung angelegt.',
  real: 'Echtes Geld',
  test: 'Test',
  money: (days) => `Was in den letzten ${days} Tagen kam`,
  noMoney:
    'In diesen Tagen wurde nichts bezahlt. Legen Sie einen Zahlungslink an, oder warten Sie auf die Anfrage eines Shops.',
  newLink: 'Neuer Zahlungslink',
  chart: (currency, total) => `${currency}: ${total}`,
  chartText: (currency, total, best, day) =>
    `Balken für jeden Tag in ${currency}, nach Anbieter. Insgesamt ${total}; am meisten am ${day}: ${best}.`,
  table: 'Dasselbe als Tabelle',
  day: 'Tag',
  count: 'Zahlungen',
  total: 'Insgesamt',
  refunded: 'Davon erstattet',
  others: 'Andere',
  legend: 'Anbieter',
  testAccounts: 'Konten im Test',
  testAccountsText: 'Hier bewegt sich kein echtes Geld.',
  noTestAccounts: 'Alle Konten sind in Produktion.',
  account: 'Konto',
  provider: 'Anbieter',
  environment: 'Umgebung',
  environments: {
    test: 'Testplattform des Anbieters',
    sandbox: 'simulierte Bank',
    production: 'Produktion',
  },
  unavailable: 'Die Summen lassen sich im Augenblick nicht zählen. Alles andere geht.',
};
