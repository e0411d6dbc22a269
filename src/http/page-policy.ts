/**
 * The content security policy of a bank's own page (SIPS's form, PAYMILL's card page): what the page holds may be used, and
 * nothing else. The page comes from the provider's code or from the bank, never from a shopper.
 */
import { base64, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';

/** The values of an attribute of an element, as far as they are absolute addresses. */
function originsOf(html: string, element: string, attribute: string): string[] {
  const pattern = new RegExp(`<${element}\\b[^>]*?\\b${attribute}\\s*=\\s*["']?(https?://[^"'\\s>]+)`, 'gi');
  return unique([...html.matchAll(pattern)].map(([, address = '']) => new URL(address).origin));
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function inlineScripts(html: string): string[] {
  return [...html.matchAll(/<script\b(?![^>]*\bsrc\b)[^>]*>([\s\S]*?)<\/script>/gi)].map(
    ([, text = '']) => text,
  );
}

function sources(name: string, allowed: readonly string[]): string[] {
  return allowed.length > 0 ? [`${name} ${allowed.join(' ')}`] : [];
}

/** What a script from elsewhere may talk to: its own host and those of the same domain. */
function neighbours(origin: string): string[] {
  const { protocol, hostname } = new URL(origin);
  const domain = hostname.split('.').slice(-2).join('.');
  return /[a-z]/i.test(hostname) && domain !== hostname ? [origin, `${protocol}//*.${domain}`] : [origin];
}

/** With a nonce beside it, `unsafe-inline` would count for nothing: a bank's own styles keep theirs. */
function stylesOf(html: string, nonce: string | null): string[] {
  if (/\bstyle\s*=|<style\b/i.test(html)) return ["'unsafe-inline'"];
  return nonce === null ? [] : [`'nonce-${nonce}'`];
}

/** Where a form leads that comes to us first: browsers hold its policy against the redirect of our answer too. */
export interface FormsOnwards {
  /** Our own origin. */
  readonly own: string;
  /** Addresses that our answer may send the shopper on to. */
  readonly to: readonly (string | null)[];
}

/** Where the forms of a page may lead. One without an address has none here: it would come to the page itself, which takes nothing. */
function formAction(html: string, onwards: FormsOnwards | null): string {
  const actions = originsOf(html, 'form', 'action');
  const more = onwards !== null && actions.includes(onwards.own) ? onwards.to : [];
  const further = more.flatMap((address) => (address === null ? [] : [new URL(address).origin]));
  const allowed = unique([...actions, ...further]);
  return `form-action ${allowed.length > 0 ? allowed.join(' ') : "'none'"}`;
}

/**
 * The policy, as the value of its header.
 * @param options.nonce of our own style around it; null: it is shown as it came.
 * @param options.onwards where forms go that come to us; null: none does.
 */
export function policyOfPage(
  html: string,
  { nonce = null, onwards = null }: { nonce?: string | null; onwards?: FormsOnwards | null } = {},
): string {
  const scripts = originsOf(html, 'script', 'src');
  const hashes = inlineScripts(html).map((text) => `'sha256-${base64(digests.sha256(utf8(text)))}'`);
  const helpers = unique(scripts.flatMap(neighbours));
  return [
    "default-src 'none'",
    ...sources('script-src', [...hashes, ...scripts]),
    ...sources('connect-src', helpers),
    ...sources('frame-src', helpers),
    ...sources('img-src', [
      ...(nonce === null ? [] : ["'self'"]),
      ...originsOf(html, 'img', 'src'),
      ...originsOf(html, 'input', 'src'),
    ]),
    ...sources('style-src', stylesOf(html, nonce)),
    formAction(html, onwards),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
