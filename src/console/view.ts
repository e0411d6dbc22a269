/** Who looks at a page, in which language and time zone: what every component is given. */
import type { ConsoleUser } from './gateway.ts';
import { acceptedConsoleLanguage, isLanguage, type Language } from './texts/languages.ts';

/** What the page before says on the next one. */
export interface Flash {
  readonly kind: 'ok' | 'warn' | 'bad';
  readonly text: string;
}

export interface View {
  readonly language: Language;
  /** As IANA names it. */
  readonly zone: string;
  /** Milliseconds since 1970, the same for the whole page. */
  readonly now: number;
  /** Path and query of this page. */
  readonly path: string;
  /** The token of every form. */
  readonly csrf: string;
  /** Null: nobody is signed in. */
  readonly user: ConsoleUser | null;
  readonly flash: Flash | null;
  /** Numbers beside navigation entries, by area. */
  readonly counts: Readonly<Record<string, number>>;
}

/** The time zone of a name; null: there is none of that name. */
export function zoneOf(name: string | undefined): string | null {
  if (!name) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

/**
 * Language and zone of whoever looks: as chosen, else as the browser says, else as its address suggests.
 * @param cookies `language` and `zone` are chosen on a page; `browserZone` is noted by the script.
 */
export function tastes(
  cookies: {
    readonly language?: string | undefined;
    readonly zone?: string | undefined;
    readonly browserZone?: string | undefined;
  },
  request: { readonly acceptLanguage: string | null; readonly addressZone: string | null },
): Pick<View, 'language' | 'zone'> {
  const { language } = cookies;
  return {
    language: language && isLanguage(language) ? language : acceptedConsoleLanguage(request.acceptLanguage),
    zone:
      zoneOf(cookies.zone) ??
      zoneOf(cookies.browserZone) ??
      zoneOf(request.addressZone ?? undefined) ??
      'UTC',
  };
}
