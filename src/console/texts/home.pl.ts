/** Pierwsza strona. */
import type { homeEn } from './home.en.ts';
import type { TextsLike } from './languages.ts';

export const homePl: TextsLike<typeof homeEn> = {
  nav: 'Start',
  title: 'Start',
  attention: 'Co wymaga człowieka',
  calm: 'Nic nie wymaga teraz człowieka.',
  allAttention: (count) => `Wszystko, co wymaga człowieka (${count})`,
  today: 'Dzisiaj według statusu',
  noneToday: 'Dzisiaj nie utworzono jeszcze żadnej płatności.',
  real: 'Prawdziwe pieniądze',
  test: 'Test',
  money: (days) => `Wpływy z ostatnich dni (${days})`,
  noMoney: 'W tych dniach nic nie zapłacono. Utwórz link do płatności albo poczekaj na żądanie sklepu.',
  newLink: 'Nowy link do płatności',
  chart: (currency, total) => `${currency}: ${total}`,
  chartText: (currency, total, best, day) =>
    `Słupki dla każdego dnia w ${currency}, według dostawcy. Razem ${total}; najwięcej ${day}: ${best}.`,
  table: 'To samo w tabeli',
  day: 'Dzień',
  count: 'Płatności',
  total: 'Razem',
  refunded: 'Z tego zwrócono',
  others: 'Inni',
  legend: 'Dostawcy',
  testAccounts: 'Konta testowe',
  testAccountsText: 'Nie ma na nich prawdziwych pieniędzy.',
  noTestAccounts: 'Wszystkie konta są produkcyjne.',
  account: 'Konto',
  provider: 'Dostawca',
  environment: 'Środowisko',
  environments: {
    test: 'platforma testowa dostawcy',
    sandbox: 'symulowany bank',
    production: 'produkcja',
  },
  unavailable: 'Sum nie da się teraz policzyć. Wszystko inne działa.',
};
