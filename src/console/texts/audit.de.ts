/** Das Prüfprotokoll. */
import type { auditEn } from './audit.en.ts';
import type { TextsLike } from './languages.ts';

export const auditDe: TextsLike<typeof auditEn> = {
  nav: 'Prüfprotokoll',
  title: 'Prüfprotokoll, das Neueste zuerst',
  filters: 'Filtern',
  find: 'Einträge zeigen',
  all: 'Alle Einträge',
  when: 'Wann',
  who: 'Wer',
  whoHint: 'operator, token: oder user: mit der Kennung.',
  what: 'Was',
  whatHint: 'Genau, wie shop.updated.',
  subject: 'Woran',
  subjectHint: 'Die Kennung eines Shops, eines Kontos, einer Zahlung, eines Tokens oder eines Benutzers.',
  shop: 'Shop',
  anyShop: 'Irgendein Shop',
  address: 'IP-Adresse',
  request: 'Anfrage',
  requestHint: 'Die X-Request-Id ihrer Antwort.',
  from: 'Vom Tag',
  to: 'Bis zum Tag, dieser eingeschlossen',
  more: 'Mehr',
  open: 'Einzelheiten',
  file: 'Als CSV',
  nothing: 'Es gibt keine solchen Einträge.',
  notDay: 'Das ist kein Datum.',
};
