/** A shopper without a browser: follows a redirect to the bank as a browser would. */
import type { Redirect } from '../../payments/types.ts';
import { type Charset, type CharsetName, charset } from '../../signing/charsets.ts';
import { encodeForm } from '../../signing/form.ts';
import type { BankOrder } from './bank.ts';

const CHARSETS: readonly CharsetName[] = ['utf-8', 'iso-8859-1', 'windows-1251'];

/** The charset in which a browser posts a form. */
export function formCharset(redirect: Extract<Redirect, { kind: 'form' }>): Charset {
  return charset(CHARSETS.find((name) => name === redirect.charset) ?? 'utf-8');
}

function plainText(html: string): string {
  return html
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** The form of a page, as the shopper's browser would post it. */
export function formOfPage(html: string): Extract<Redirect, { kind: 'form' }> {
  const [, action = ''] = /<form[^>]* action="([^"]+)"/i.exec(html) ?? [];
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/gi)].map(
    ([, name = '', value = '']) => ({ name: plainText(name), value: plainText(value) }),
  );
  const [, charsetName = 'utf-8'] = /<form[^>]* accept-charset="([^"]+)"/i.exec(html) ?? [];
  return { kind: 'form', method: 'POST', url: plainText(action), charset: charsetName.toLowerCase(), fields };
}

/** The bank did not accept the shopper's order, or the redirect led to no bank. */
export class RejectedByBank extends Error {}

/**
 * Follows a redirect to the bank, in the charset that it asks for.
 * @throws RejectedByBank
 */
export async function toBank(
  redirect: Redirect,
  origin: string,
  fetcher: (request: Request) => Promise<Response>,
): Promise<BankOrder> {
  if (redirect.kind === 'html') {
    const form = formOfPage(redirect.html);
    // The card form comes back to us with a token; the sandbox bank has a page of its own in its place.
    const isCard = redirect.html.includes('name="paymill_token"');
    if (!isCard && form.url === '')
      throw new RejectedByBank('the shopper came to a page with nothing to pay');
    return toBank(isCard ? { ...form, url: `${origin}/paymill/page` } : form, origin, fetcher);
  }
  const accept = { accept: 'application/json' };
  const response = await fetcher(
    redirect.kind === 'url'
      ? new Request(redirect.url, { headers: accept })
      : new Request(redirect.url, {
          method: 'POST',
          headers: { ...accept, 'content-type': 'application/x-www-form-urlencoded' },
          body: encodeForm(
            redirect.fields.map(({ name, value }) => [name, value] as const),
            formCharset(redirect),
          ),
        }),
  );
  const location = response.headers.get('location');
  if (response.status === 303 && location)
    return toBank({ kind: 'url', method: 'GET', url: location }, origin, fetcher);
  const text = await response.text();
  if (!response.ok) throw new RejectedByBank(`the bank rejected the order: ${text}`);
  if (response.headers.get('content-type')?.startsWith('text/html'))
    return toBank({ kind: 'html', html: text }, origin, fetcher);
  return JSON.parse(text) as BankOrder;
}
