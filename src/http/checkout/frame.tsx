/** What every page for shoppers has around it: the shop's name and logo, the way back, the languages, and its policy. */
import { html, raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { LANGUAGE_NAMES, PAGE_LANGUAGES, type PageLanguage } from '../../payments/page-languages.ts';
import { languageTag } from './languages.ts';
import { checkoutStyle, type Scheme } from './style.ts';
import type { Texts } from './texts/texts.ts';

/** What a page wears. */
export interface Wear {
  readonly texts: Texts;
  readonly language: PageLanguage;
  /** Null: whose page it is is not known. */
  readonly shopName: string | null;
  /** The path of its logo; null: it has none. */
  readonly logo: string | null;
  /** `#rrggbb`; null: ours. */
  readonly color: string | null;
  /** The way back to the shop; null: it has none, and a sentence stands in its place. */
  readonly back: string | null;
  /** Where the same page is in another language; null: it cannot be had again. */
  readonly inLanguage: ((language: PageLanguage) => string) | null;
  /** One scheme alone, for a preview; left out: that of the browser. */
  readonly scheme?: Scheme | undefined;
  /** No real money moves. */
  readonly test: boolean;
}

/** A page to be framed. */
export interface FramedPage {
  /** Of the window. */
  readonly title: string;
  readonly nonce: string;
  /** For questions to the shop. */
  readonly requestId?: string | undefined;
  /** Nobody has anything to read on it: it says nothing of a way back. */
  readonly isPassing?: boolean;
}

/** Characters that turn the direction of the text around them: no name needs them, and a hostile one must not touch ours. */
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text of others, for a page of ours. It stands in a `bdi`, so that its own direction ends with it. */
export function straight(text: string): string {
  return text.replace(TURNING, '');
}

function Languages({ wear }: { readonly wear: Wear }) {
  const { inLanguage, texts, language } = wear;
  if (inLanguage === null) return null;
  const others = PAGE_LANGUAGES.filter((entry) => entry !== language);
  return (
    <details>
      <summary>
        {texts.language} · {LANGUAGE_NAMES[language]}
      </summary>
      <ul>
        {others.map((entry) => (
          <li>
            <a href={inLanguage(entry)} lang={languageTag(entry)} hreflang={languageTag(entry)}>
              {LANGUAGE_NAMES[entry]}
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** A page in its frame, as HTML. */
export function framed(wear: Wear, page: FramedPage, children: Child): string {
  const { texts, shopName, logo, back, test } = wear;
  const { title, nonce, requestId, isPassing = false } = page;
  const name = shopName === null ? null : straight(shopName);
  const whole = (
    <html lang={languageTag(wear.language)}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{name === null ? title : `${title} · ${name}`}</title>
        <style nonce={nonce}>{raw(checkoutStyle(wear.color, wear.scheme))}</style>
      </head>
      <body>
        <main>
          {name !== null && (
            <header>
              {logo !== null && <img src={logo} alt="" />}
              <bdi>{name}</bdi>
            </header>
          )}
          {test && <p class="test">{texts.test}</p>}
          {children}
          {requestId !== undefined && (
            <p class="hint">
              {texts.number} <code>{requestId}</code>
            </p>
          )}
          <footer>
            {back !== null && <a href={back}>{texts.back}</a>}
            {back === null && !isPassing && <p class="close">{texts.close}</p>}
            <Languages wear={wear} />
            <p>{texts.secured}</p>
          </footer>
        </main>
      </body>
    </html>
  );
  return `<!doctype html>${String(html`${whole}`)}`;
}

/**
 * The policy of a page for shoppers: nothing is loaded but the shop's logo from here, what is inline carries the nonce, and forms go
 * nowhere else.
 * @param formAction the sources that forms may be sent to; empty: none.
 */
export function shopperPolicy(nonce: string, formAction: readonly string[], hasScript = false): string {
  return [
    "default-src 'none'",
    ...(hasScript ? [`script-src 'nonce-${nonce}'`] : []),
    `style-src 'nonce-${nonce}'`,
    "img-src 'self'",
    `form-action ${formAction.length > 0 ? formAction.join(' ') : "'none'"}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
