/** Dziennik audytu. */
import type { auditEn } from './audit.en.ts';
import type { TextsLike } from './languages.ts';

export const auditPl: TextsLike<typeof auditEn> = {
  nav: 'Dziennik audytu',
  title: 'Dziennik audytu, od najnowszych',
  filters: 'Filtry',
  find: 'Pokaż wpisy',
  all: 'Wszystkie wpisy',
  when: 'Kiedy',
  who: 'Kto',
  whoHint: 'operator, token: lub user: z identyfikatorem.',
  what: 'Co',
  whatHint: 'Dokładnie, na przykład shop.updated.',
  subject: 'Czego dotyczy',
  subjectHint: 'Identyfikator sklepu, konta, płatności, tokena lub użytkownika.',
  shop: 'Sklep',
  anyShop: 'Dowolny sklep',
  address: 'Adres IP',
  request: 'Żądanie',
  requestHint: 'X-Request-Id jego odpowiedzi.',
  from: 'Od dnia',
  to: 'Do dnia, łącznie z nim',
  more: 'Więcej',
  open: 'Szczegóły',
  file: 'Jako CSV',
  nothing: 'Nie ma takich wpisów.',
  notDay: 'To nie jest data.',
};
