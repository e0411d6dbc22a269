/** Wycofanie, przeniesienie i usunięcie konta. */
import type { TextsLike } from './languages.ts';
import type { movesEn } from './moves.en.ts';

export const movesPl: TextsLike<typeof movesEn> = {
  heading: 'Wycofanie, przeniesienie, usunięcie',
  moved: (account) => `Jego płatności idą na konto ${account}`,
  movedSince: 'Przeniesione',
  successor: 'Nowe konto',
  stillOpen: 'Jeszcze otwarte tutaj',
  nothingOpen: 'Nic',
  nowRequired: 'Teraz także wymagane; bez tego otwartej płatności nie można opłacić',
  keepKeys:
    'Zachowaj jego sekrety także wtedy, gdy nic nie jest otwarte: potrzebują ich zwroty i spóźnione komunikaty operatora.',
  outage: 'Nie ma połączenia z operatorem',
  outageText: 'Nowe próby idą na konto zapasowe. Jedna próba na minutę sprawdza to konto ponownie.',
  standsIn: 'Konto zapasowe',
  triedAt: 'Ostatnio sprawdzone',
  succeed: 'Przenieś na inne konto',
  succeedOf: (account) => `Przeniesienie konta ${account} na inne`,
  succeedText:
    'Od teraz nowe płatności i nowe próby wszystkich sklepów idą na wybrane konto, także pod starą nazwą. Żaden sklep niczego nie zmienia. To konto niczego już nie rozpoczyna; to, co zaczęło się tutaj, jest nadal tutaj sprawdzane, odpytywane i zwracane. Można wrócić.',
  target: 'Konto, które zajmie jego miejsce',
  targetMissing: 'Konto, które zajmie jego miejsce: wybierz je.',
  succeedSubmit: 'Przenieś płatności',
  succeeded: (account) => `Płatności idą teraz na konto ${account}.`,
  noTarget: (needs) =>
    `Żadne konto nie może zająć jego miejsca: musi być w użyciu, na platformie ${needs}. Najpierw je utwórz.`,
  unfit: 'Dlaczego inne nie mogą zająć jego miejsca',
  lacks: (currencies) => `nie przyjmuje ${currencies}`,
  leadsHere: 'jego płatności przychodzą tutaj',
  usedBy: 'Sklepy',
  nobody: 'Brak',
  undo: 'Przenieś z powrotem',
  undoOf: (account) => `Przeniesienie płatności z powrotem na konto ${account}`,
  undoText: (newer) =>
    `Od teraz nowe płatności i nowe próby znów idą na to konto. Wszystko, co idzie na ${newer}, przychodzi tutaj, także to, co zaczęło się tam w międzyczasie; to, co tam rozpoczęto, jest nadal tam sprawdzane, odpytywane i zwracane.`,
  undoSubmit: 'Przenieś płatności z powrotem',
  undone: 'Płatności znów idą na to konto.',
  notMoved: 'To konto nie jest przeniesione albo już nie jest.',
  changed: 'Ktoś tymczasem przeniósł to konto: obejrzyj je ponownie.',
  retire: 'Wycofaj',
  retireOf: (account) => `Wycofanie konta ${account}`,
  retireText:
    'Nie rozpoczyna już żadnej próby: sklepy bez innego konta nie przyjmują płatności. Nadal sprawdza, zwraca i jest odpytywane.',
  retireWarning:
    'Wycofanego konta nie można przywrócić do użycia. Aby kontynuować gdzie indziej, lepiej je przenieść.',
  retireSubmit: 'Wycofaj konto',
  retired: 'Konto jest wycofane.',
  retiredAlready: 'To konto jest już wycofane.',
  delete: 'Usuń',
  deleteOf: (account) => `Usunięcie konta ${account}`,
  deleteWarning:
    'Konto i jego sekrety znikną na zawsze. Jest to możliwe tylko wtedy, gdy nie ma go żaden sklep i nigdy nie poszła do niego żadna płatność.',
  deleteSubmit: 'Usuń konto',
  deleted: (account) => `Konto ${account} jest usunięte.`,
  refused: (reason) => `Niczego nie zmieniono: ${reason}`,
  makeThere: (provider) => `Nowe konto u operatora ${provider}`,
  endpoints: 'Symulowane banki',
  endpointsHint:
    'Tylko dla platformy Piaskownica: początek adresu symulowanych banków, na przykład https://banks.pay.example.com. Puste: adresy operatora.',
  pageOrigin: 'Początek adresu strony dla kupujących',
  apiOrigin: 'Początek adresu zapytań',
  endpointsWrong: 'Tylko konto platformy Piaskownica ma własne adresy: opróżnij to pole.',
};
