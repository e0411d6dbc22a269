/** Strony logowania. */
import { plural, type TextsLike } from './languages.ts';
import type { signinEn } from './signin.en.ts';

export const signinPl: TextsLike<typeof signinEn> = {
  title: 'Logowanie',
  email: 'Adres e-mail',
  password: 'Hasło',
  submit: 'Zaloguj się',
  through: (host) => `Zaloguj się przez ${host}`,
  or: 'Albo hasłem tej konsoli:',
  left: 'Wylogowano.',
  wrong: 'Adres e-mail lub hasło jest nieprawidłowe.',
  wait: (seconds) => {
    const minutes = Math.ceil(seconds / 60);
    const when =
      seconds < 120
        ? `${seconds} ${plural('pl', seconds, { one: 'sekundę', few: 'sekundy', other: 'sekund' })}`
        : `${minutes} ${plural('pl', minutes, { one: 'minutę', few: 'minuty', other: 'minut' })}`;
    return `Zbyt wiele błędnych prób. Spróbuj ponownie za ${when}.`;
  },
  again: 'Zaloguj się ponownie',
  code: {
    title: 'Jeszcze jeden krok',
    label: 'Kod',
    hint: 'Sześć cyfr, które teraz pokazuje aplikacja, albo jeden z kodów zapasowych.',
    submit: 'Sprawdź kod i zaloguj',
    wrong: 'Kod jest nieprawidłowy albo był już użyty. Poczekaj na następny.',
    over: 'Trwało to zbyt długo albo zmieniono hasło. Zacznij od nowa.',
    left: (count) =>
      `Użyto kodu zapasowego. ${plural('pl', count, { one: `Pozostał ${count}`, few: `Pozostały ${count}`, other: `Pozostało ${count}` })}: nowe utworzysz w ustawieniach.`,
  },
  enrol: {
    title: 'Ustaw drugi składnik',
    why: 'Samo hasło tu nie wystarcza. Aplikacja w telefonie pokazuje nowy kod co 30 sekund.',
    scan: 'Zeskanuj to aplikacją uwierzytelniającą:',
    type: 'Albo wpisz w niej ten sekret:',
    secret: 'Sekret',
    label: 'Kod z aplikacji',
    submit: 'Włącz drugi składnik',
    wrong: 'To nie jest kod tego sekretu. Sprawdź zegar telefonu i wpisz następny kod.',
    over: 'Trwało to zbyt długo. Oto nowy sekret: zeskanuj go.',
    image: 'Kod QR z poniższym sekretem',
  },
  codes: {
    title: 'Twoje kody zapasowe',
    text: 'Każdy z nich otworzy konsolę jeden raz, jeśli stracisz telefon. Widać je tylko teraz: wydrukuj je lub zapisz.',
    done: 'Mam je zapisane: dalej',
  },
  invitation: {
    title: 'Ustaw hasło',
    text: (email) => `Dla ${email}. Dobre hasło to zdanie z czterech lub pięciu słów.`,
    password: 'Nowe hasło',
    hint: (shortest) => `Co najmniej ${shortest} znaków.`,
    repeat: 'To samo jeszcze raz',
    submit: 'Ustaw hasło',
    over: 'Ten link już nie działa',
    overText: 'Został użyty, ustawiono nowsze hasło albo minęły trzy dni. Poproś właściciela o nowy.',
    done: 'Hasło jest ustawione. Zaloguj się nim.',
  },
  fault: {
    too_short: 'Hasło jest za krótkie.',
    too_long: 'Hasło jest za długie.',
    too_plain: 'Hasło ma zbyt mało różnych znaków.',
    is_address: 'Hasło nie może być adresem e-mail.',
    differs: 'Hasła nie są takie same.',
  },
  issuer: {
    title: 'Logowanie się nie powiodło',
    unreachable: 'Usługa logowania nie odpowiada tak, jak powinna. Spróbuj ponownie za minutę.',
    declined: 'Usługa logowania nie potwierdziła logowania.',
    stale:
      'To logowanie rozpoczęto w innej przeglądarce, było już użyte albo trwało zbyt długo. Zacznij od nowa.',
    not_believed: 'Odpowiedź usługi logowania nie pasuje do tej konsoli. Powiadom osobę, która ją prowadzi.',
    no_email: 'Usługa logowania nie podaje adresu e-mail.',
    unverified_email: 'Usługa logowania nie potwierdziła adresu e-mail.',
    nobody: (email) =>
      `Nikt tutaj nie ma adresu ${email} albo to konto jest wyłączone. Zwróć się do właściciela tej konsoli.`,
  },
  access: {
    title: 'Nie przez Cloudflare Access',
    missing: 'Ten adres otwiera się tylko przez Cloudflare Access, a to żądanie stamtąd nie przyszło.',
    not_believed:
      'Token Cloudflare Access nie jest ważny dla tej konsoli albo wygasł. Otwórz stronę ponownie.',
    no_email: 'Token Cloudflare Access nie wskazuje żadnej osoby.',
    keys_unreachable: 'Kluczy Cloudflare Access nie można teraz odczytać. Spróbuj ponownie za minutę.',
  },
};
