/** Was auf jeder Seite steht. */
import type { commonEn } from './common.en.ts';
import type { TextsLike } from './languages.ts';

export const commonDe: TextsLike<typeof commonEn> = {
  product: 'countersign-Konsole',
  skip: 'Zum Inhalt springen',
  menu: 'Menü',
  mainNavigation: 'Hauptbereiche',
  search: 'Zahlungen suchen',
  searchGo: 'Suchen',
  searchHint: 'Referenz, Nummer, E-Mail oder Betrag',
  you: (name) => `Angemeldet als ${name}`,
  account: 'Ihre Einstellungen',
  signOut: 'Abmelden',
  back: 'Zurück',
  copy: 'Kopieren',
  copied: 'Kopiert',
  grace: 'Frist',
  graces: {
    '3600': '1 Stunde',
    '86400': '1 Tag',
    '604800': '7 Tage',
    '2592000': '30 Tage',
  },
  next: 'Nächste Seite',
  previous: 'Erste Seite',
  times: (zone) => `Zeiten gelten für ${zone}.`,
  none: '—',
  yes: 'ja',
  no: 'nein',
  test: 'Test',
  testHint: 'Hier bewegt sich kein echtes Geld.',
  doneAlready: 'Das war schon erledigt. Nichts wurde ein zweites Mal getan.',
  form: {
    summary: (count) =>
      count === 1 ? 'Eine Angabe ist zu berichtigen' : `${count} Angaben sind zu berichtigen`,
    optional: 'freiwillig',
    cancel: 'Nichts ändern',
  },
  status: {
    created: 'Angelegt',
    forwarded: 'Bei der Bank',
    pending: 'Wartet',
    authorized: 'Reserviert',
    partially_paid: 'Teilweise bezahlt',
    paid: 'Bezahlt',
    denied: 'Abgelehnt',
    cancelled: 'Abgebrochen',
    expired: 'Abgelaufen',
    error: 'Fehler',
    partially_refunded: 'Teilweise erstattet',
    refunded: 'Erstattet',
    charged_back: 'Zurückgebucht',
  },
  trouble: {
    title: 'Das hat nicht geklappt',
    notFound: 'Nicht gefunden',
    notFoundText: 'Hier ist nichts, oder es gehört zu Shops, die Sie nicht sehen dürfen.',
    forbidden: 'Das dürfen Sie nicht',
    forbiddenText: (role) =>
      `Ihre Rolle ist ${role}. Fragen Sie einen Eigentümer dieser Installation, wenn Sie mehr brauchen.`,
    conflict: 'Es hat sich inzwischen geändert',
    conflictText:
      'Jemand oder etwas hat es vor Ihnen geändert. Öffnen Sie es neu, sehen Sie nach, und entscheiden Sie neu.',
    rejected: 'Die Anfrage wurde nicht angenommen',
    provider: 'Der Anbieter hat es nicht getan',
    limited: 'Zu viele Anfragen',
    limitedText: 'Warten Sie einige Sekunden und versuchen Sie es dann noch einmal.',
    unavailable: 'Der Dienst kann das im Moment nicht',
    unavailableText:
      'Versuchen Sie es in einer Minute noch einmal. Bleibt es so, geben Sie die Nummer unten an, wenn Sie den Betreiber fragen.',
    request: 'Anfrage',
    home: 'Zur ersten Seite',
    method: 'Diese Adresse lässt sich so nicht öffnen',
    tooLarge: 'Was gesendet wurde, ist zu groß',
    running: 'Das wird gerade getan',
    runningText:
      'Dasselbe Formular wurde eben gesendet und ist noch nicht fertig. Warten Sie einige Sekunden, dann sehen Sie nach.',
    unknown: 'Es ist nicht bekannt, ob das getan wurde',
    unknownText:
      'Dasselbe Formular wurde schon gesendet, und die Antwort ging verloren. Sehen Sie nach, bevor Sie es wiederholen.',
    look: 'Jetzt nachsehen',
  },
  stale: {
    ended: 'Ihre Sitzung ist beendet',
    endedText:
      'Nichts wurde gesendet und nichts getan. Melden Sie sich neu an; Sie kommen zum Formular zurück.',
    signIn: 'Neu anmelden',
    form: 'Dieses Formular ist zu alt',
    formText:
      'Es wurde vor Ihrer neuen Anmeldung geöffnet oder von einer anderen Seite. Nichts wurde getan. Öffnen Sie es neu.',
    open: 'Formular neu öffnen',
  },
  setUp: {
    title: 'Die Konsole ist noch nicht eingerichtet',
    text: 'Niemand kann sich anmelden, denn keiner der drei Wege ist eingerichtet. Setzen Sie die Variablen von einem, verteilen Sie neu, und öffnen Sie diese Seite wieder.',
    faults: 'Zu berichtigen',
    access: 'Cloudflare Access',
    oidc: 'OpenID Connect',
    passwords: 'Passwörter',
  },
};
