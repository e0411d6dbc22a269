/** Die Seiten zum Anmelden. */
import type { TextsLike } from './languages.ts';
import type { signinEn } from './signin.en.ts';

export const signinDe: TextsLike<typeof signinEn> = {
  title: 'Anmelden',
  email: 'E-Mail-Adresse',
  password: 'Passwort',
  submit: 'Anmelden',
  through: (host) => `Anmelden mit ${host}`,
  or: 'Oder mit einem Passwort dieser Konsole:',
  left: 'Sie haben sich abgemeldet.',
  wrong: 'Die E-Mail-Adresse oder das Passwort ist falsch.',
  wait: (seconds) =>
    seconds < 120
      ? `Zu viele falsche Versuche. Versuchen Sie es in ${seconds} Sekunden noch einmal.`
      : `Zu viele falsche Versuche. Versuchen Sie es in ${Math.ceil(seconds / 60)} Minuten noch einmal.`,
  again: 'Neu anmelden',
  code: {
    title: 'Noch ein Schritt',
    label: 'Code',
    hint: 'Die sechs Ziffern, die Ihre App jetzt zeigt, oder einer Ihrer Wiederherstellungscodes.',
    submit: 'Code prüfen und anmelden',
    wrong: 'Der Code ist falsch oder wurde schon benutzt. Warten Sie auf den nächsten.',
    over: 'Das hat zu lange gedauert, oder das Passwort hat sich geändert. Beginnen Sie neu.',
    left: (count) =>
      `Sie haben einen Wiederherstellungscode benutzt. Übrig: ${count}. Neue erstellen Sie in Ihren Einstellungen.`,
  },
  enrol: {
    title: 'Zweiten Faktor einrichten',
    why: 'Ein Passwort allein genügt hier nicht. Eine App auf Ihrem Telefon zeigt alle 30 Sekunden einen neuen Code.',
    scan: 'Scannen Sie dies mit einer Authenticator-App:',
    type: 'Oder geben Sie dort dieses Geheimnis ein:',
    secret: 'Geheimnis',
    label: 'Code, den die App zeigt',
    submit: 'Zweiten Faktor einschalten',
    wrong:
      'Das ist nicht der Code dieses Geheimnisses. Prüfen Sie die Uhr Ihres Telefons und geben Sie den nächsten Code ein.',
    over: 'Das hat zu lange gedauert. Hier ist ein neues Geheimnis: Scannen Sie es.',
    image: 'QR-Code mit dem Geheimnis darunter',
  },
  codes: {
    title: 'Ihre Wiederherstellungscodes',
    text: 'Jeder öffnet die Konsole einmal, wenn Sie Ihr Telefon verlieren. Sie werden nur jetzt gezeigt: Drucken Sie sie aus, oder schreiben Sie sie auf.',
    done: 'Ich habe sie aufbewahrt: weiter',
  },
  invitation: {
    title: 'Passwort festlegen',
    text: (email) => `Für ${email}. Ein Satz aus vier oder fünf Wörtern ist ein gutes Passwort.`,
    password: 'Neues Passwort',
    hint: (shortest) => `Mindestens ${shortest} Zeichen.`,
    repeat: 'Noch einmal dasselbe',
    submit: 'Passwort festlegen',
    over: 'Dieser Link gilt nicht mehr',
    overText:
      'Er wurde benutzt, es gibt ein neueres Passwort, oder drei Tage sind vergangen. Bitten Sie einen Eigentümer um einen neuen.',
    done: 'Ihr Passwort ist festgelegt. Melden Sie sich damit an.',
  },
  fault: {
    too_short: 'Das Passwort ist zu kurz.',
    too_long: 'Das Passwort ist zu lang.',
    too_plain: 'Das Passwort hat zu wenige verschiedene Zeichen.',
    is_address: 'Das Passwort darf nicht Ihre E-Mail-Adresse sein.',
    differs: 'Die beiden Passwörter sind nicht gleich.',
  },
  issuer: {
    title: 'Die Anmeldung hat nicht geklappt',
    unreachable:
      'Der Anmeldedienst antwortet nicht, wie er soll. Versuchen Sie es in einer Minute noch einmal.',
    declined: 'Der Anmeldedienst hat Sie nicht angemeldet.',
    stale:
      'Diese Anmeldung wurde in einem anderen Browser begonnen, schon benutzt, oder sie dauerte zu lange. Beginnen Sie neu.',
    not_believed:
      'Die Antwort des Anmeldedienstes passt nicht zu dieser Konsole. Sagen Sie es der Person, die sie betreibt.',
    no_email: 'Der Anmeldedienst nennt Ihre E-Mail-Adresse nicht.',
    unverified_email: 'Der Anmeldedienst hat Ihre E-Mail-Adresse nicht bestätigt.',
    nobody: (email) =>
      `Niemand hier hat die Adresse ${email}, oder dieser Benutzer ist abgeschaltet. Fragen Sie einen Eigentümer dieser Konsole.`,
  },
  access: {
    title: 'Nicht über Cloudflare Access',
    missing:
      'Diese Adresse lässt sich nur über Cloudflare Access öffnen, und diese Anfrage kam nicht von dort.',
    not_believed:
      'Das Token von Cloudflare Access gilt nicht für diese Konsole oder ist abgelaufen. Öffnen Sie die Seite neu.',
    no_email: 'Das Token von Cloudflare Access nennt keine Person.',
    keys_unreachable:
      'Die Schlüssel von Cloudflare Access sind im Moment nicht lesbar. Versuchen Sie es in einer Minute noch einmal.',
  },
};
