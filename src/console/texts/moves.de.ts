/** Ein Konto stilllegen, verlegen und löschen. */
import type { TextsLike } from './languages.ts';
import type { movesEn } from './moves.en.ts';

export const movesDe: TextsLike<typeof movesEn> = {
  heading: 'Stilllegen, verlegen, löschen',
  moved: (account) => `Seine Zahlungen gehen an ${account}`,
  movedSince: 'Verlegt',
  successor: 'Neues Konto',
  stillOpen: 'Hier noch offen',
  nothingOpen: 'Nichts',
  nowRequired: 'Jetzt auch verlangt; offene Zahlungen ohne das sind nicht zu bezahlen',
  keepKeys:
    'Behalten Sie seine Geheimnisse auch, wenn nichts offen ist: Erstattungen und späte Meldungen des Anbieters brauchen sie.',
  outage: 'Der Anbieter ist nicht erreichbar',
  outageText:
    'Neue Versuche gehen an das Ersatzkonto. Ein Versuch in der Minute probiert dieses Konto wieder.',
  standsIn: 'Ersatzkonto',
  triedAt: 'Zuletzt probiert',
  succeed: 'Auf ein anderes Konto verlegen',
  succeedOf: (account) => `${account} auf ein anderes Konto verlegen`,
  succeedText:
    'Von jetzt an gehen neue Zahlungen und neue Versuche aller Shops an das Konto, das Sie wählen, auch unter dem alten Namen. Kein Shop ändert etwas. Dieses Konto beginnt nichts mehr; was hier begonnen hat, wird weiter hier geprüft, abgefragt und erstattet. Der Rückweg ist möglich.',
  target: 'Konto, das seine Stelle einnimmt',
  targetMissing: 'Konto, das seine Stelle einnimmt: Wählen Sie eines.',
  succeedSubmit: 'Zahlungen verlegen',
  succeeded: (account) => `Die Zahlungen gehen jetzt an ${account}.`,
  noTarget: (needs) =>
    `Kein Konto kann seine Stelle einnehmen: Es muss in Gebrauch sein, auf der Plattform ${needs}. Legen Sie zuerst eines an.`,
  unfit: 'Warum andere seine Stelle nicht einnehmen können',
  lacks: (currencies) => `nimmt ${currencies} nicht an`,
  leadsHere: 'seine Zahlungen kommen hierher',
  usedBy: 'Shops',
  nobody: 'Keine',
  undo: 'Zurückverlegen',
  undoOf: (account) => `Zahlungen auf ${account} zurückverlegen`,
  undoText: (newer) =>
    `Von jetzt an gehen neue Zahlungen und neue Versuche wieder an dieses Konto. Alles, was an ${newer} geht, kommt hierher, auch was dort inzwischen begonnen hat; was dort begonnen wurde, wird weiter dort geprüft, abgefragt und erstattet.`,
  undoSubmit: 'Zahlungen zurückverlegen',
  undone: 'Die Zahlungen gehen wieder an dieses Konto.',
  notMoved: 'Dieses Konto wurde nicht verlegt, oder ist es nicht mehr.',
  changed: 'Jemand hat dieses Konto inzwischen verlegt: Sehen Sie es sich noch einmal an.',
  retire: 'Stilllegen',
  retireOf: (account) => `${account} stilllegen`,
  retireText:
    'Es beginnt keinen Versuch mehr: Shops ohne ein anderes Konto nehmen keine Zahlungen mehr an. Es prüft, erstattet und wird abgefragt wie bisher.',
  retireWarning:
    'Ein stillgelegtes Konto kann nicht wieder in Gebrauch genommen werden. Um woanders weiterzumachen, verlegen Sie es lieber.',
  retireSubmit: 'Konto stilllegen',
  retired: 'Das Konto ist stillgelegt.',
  retiredAlready: 'Dieses Konto ist schon stillgelegt.',
  delete: 'Löschen',
  deleteOf: (account) => `${account} löschen`,
  deleteWarning:
    'Das Konto und seine Geheimnisse sind dann für immer weg. Das geht nur, solange kein Shop es hat und nie eine Zahlung dorthin ging.',
  deleteSubmit: 'Konto löschen',
  deleted: (account) => `Das Konto ${account} ist gelöscht.`,
  refused: (reason) => `Es wurde nichts geändert: ${reason}`,
  makeThere: (provider) => `Neues Konto bei ${provider}`,
  endpoints: 'Simulierte Banken',
  endpointsHint:
    'Nur für die Plattform Sandbox: der Ursprung der simulierten Banken, etwa https://banks.pay.example.com. Leer: die Adressen des Anbieters.',
  pageOrigin: 'Ursprung der Seite für Käufer',
  apiOrigin: 'Ursprung der Aufrufe',
  endpointsWrong: 'Nur ein Konto der Plattform Sandbox hat eigene Adressen: Leeren Sie dieses Feld.',
};
