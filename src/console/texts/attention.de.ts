/** Was einen Menschen braucht. */
import type { attentionEn } from './attention.en.ts';
import type { TextsLike } from './languages.ts';

export const attentionDe: TextsLike<typeof attentionEn> = {
  nav: 'Zu tun',
  title: 'Was einen Menschen braucht',
  all: 'Alles',
  kinds: 'Arten',
  nothing: 'Im Augenblick braucht nichts einen Menschen.',
  nothingOf: 'Im Augenblick braucht nichts von dieser Art einen Menschen.',
  since: 'Seit',
  payment: 'Zahlung',
  account: 'Konto',
  shop: 'Shop',
  details: 'Einzelheiten',
  resolve: 'Erledigen',
  resolveTitle: (kind) => `Erledigen: ${kind}`,
  resolveText:
    'Der Eintrag verschwindet aus der Liste aller. Er kommt wieder, wenn seine Ursache wiederkommt. Die Notiz steht im Änderungsprotokoll.',
  note: 'Was gefunden oder getan wurde',
  submit: 'Als erledigt festhalten',
  done: 'Erledigt. Die Notiz steht im Änderungsprotokoll.',
  gone: 'Dieser Eintrag ist nicht mehr offen: Seine Ursache ist weg, oder jemand anders hat ihn erledigt.',
  back: 'Zur Liste',
  webhooks: 'Webhooks der Zahlung',
  look: 'Abgewiesene Meldungen',
  shopPage: 'Adressen des Shops',
  accountPage: 'Das Konto',
  settle: 'Sagen, was daraus geworden ist',
  decide: 'Zustimmen oder ablehnen',
  conclude: 'Sagen, was aus dem Versuch geworden ist',
  refund: 'Eine davon erstatten',
  resendMany: 'Viele Webhooks noch einmal senden',
  tokens: 'Tokens',
  kind: {
    webhook_failing: 'Ein Shop nimmt seine Webhooks nicht an',
    endpoint_off: 'Eine Adresse wurde abgeschaltet',
    operation_unknown: 'Unbekannt, was aus Erstattung, Einzug oder Stornierung geworden ist',
    awaiting_approval: 'Eine Erstattung wartet auf eine zweite Person',
    conflict: 'Eine Meldung sagt, was nicht sein kann',
    paid_twice: 'Es wurde mehr bezahlt als verlangt',
    pending_person: 'Der Anbieter wartet auf einen Menschen',
    pending_proof: 'Ein Ergebnis, das nichts beweist',
    accepted_risk: 'Ein Konto nimmt Meldungen an, die nichts beweisen',
    refusals: 'Meldungen wurde nicht geglaubt',
    provider_failing: 'Ein Anbieter antwortet nicht',
    provider_silent: 'Ein Anbieter sendet keine Meldungen mehr',
    fallback: 'Neue Zahlungen gehen zum Ausweichkonto',
    drift: 'Etwas Neues in den Meldungen eines Anbieters',
    secret_ending: 'Ein Schlüssel, Token oder Zertifikat endet',
  },
  todo: {
    webhook_failing:
      'Sehen Sie nach der Website. Wenn sie wieder geht, senden Sie noch einmal, was ihr fehlt.',
    endpoint_off:
      'Sie hat fünf Tage lang nichts angenommen. Berichtigen Sie sie, schalten Sie sie ein, und senden Sie, was ihr fehlt.',
    operation_unknown:
      'Sehen Sie in der Verwaltung des Anbieters nach, und sagen Sie, was daraus geworden ist.',
    awaiting_approval: 'Jemand anders als wer es verlangt hat, stimmt zu oder lehnt ab.',
    conflict: 'Vergleichen Sie mit der Verwaltung des Anbieters.',
    paid_twice: 'Erstatten Sie eine davon.',
    pending_person: 'Sehen Sie in der Verwaltung des Anbieters nach.',
    pending_proof:
      'Sehen Sie in der Verwaltung des Anbieters nach, und sagen Sie, was aus dem Versuch geworden ist.',
    accepted_risk:
      'Jemand hat dieses Risiko angenommen. Der Eintrag geht, wenn der Schalter des Kontos aus ist.',
    refusals: 'Sehen Sie nach, warum: ein falscher Schlüssel beim Anbieter, oder jemand fälscht Meldungen.',
    provider_failing: 'Prüfen Sie die Schlüssel des Kontos, und fragen Sie den Anbieter.',
    provider_silent:
      'Sehen Sie nach der Adresse für Benachrichtigungen in der Verwaltung des Anbieters und nach abgewiesenen Meldungen.',
    fallback: 'Fragen Sie den Anbieter. Mit seiner nächsten Antwort geht es von selbst vorbei.',
    drift: 'Lesen Sie die Neuigkeiten des Anbieters. Was er sendet, wird angenommen wie bisher.',
    secret_ending: 'Sorgen Sie dafür, dass alle den neuen haben.',
  },
};
