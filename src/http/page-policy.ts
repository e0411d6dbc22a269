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

/** The policy, as the value of its header. */
export function policyOfPage(html: string): string {
  const scripts = originsOf(html, 'script', 'src');
  const hashes = inlineScripts(html).map((text) => `'sha256-${base64(digests.sha256(utf8(text)))}'`);
  const helpers = unique(scripts.flatMap(neighbours));
  return [
    "default-src 'none'",
    ...sources('script-src', [...hashes, ...scripts]),
    ...sources('connect-src', helpers),
    ...sources('frame-src', helpers),
    ...sources('img-src', [...originsOf(html, 'img', 'src'), ...originsOf(html, 'input', 'src')]),
    ...(/\bstyle\s*=|<style\b/i.test(html) ? ["style-src 'unsafe-inline'"] : []),
    ...sources('form-action', originsOf(html, 'form', 'action')),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
