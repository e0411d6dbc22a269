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

/**
 * What the shopper of a page posts, and where. A card form comes back to us with a token: the sandbox has a page of the bank in its
 * place, which is told where the shopper goes then.
 */
export function shopperForm(html: string, origin: string): Extract<Redirect, { kind: 'form' }> {
  const form = formOfPage(html);
  if (!html.includes('name="paymill_token"')) return form;
  const action = { name: 'action', value: form.url };
  return { ...form, url: `${origin}/paymill/page`, fields: [...form.fields, action] };
}

/** The bank did not accept the shopper's order, or the redirect led to no bank. */
export class RejectedByBank extends Error {}

/** What an answer says to people: a page its heading and first sentence, a bank its field and what is wrong with it. */
export function saidBy(answer: string): string {
  if (!answer.startsWith('<')) return answer.trim().slice(0, 500);
  const parts = [/<h1[^>]*>(.*?)<\/h1>/is, /<p[^>]*>(.*?)<\/p>/is].map(
    (part) => part.exec(answer)?.[1] ?? '',
  );
  return parts
    .map((part) => plainText(part.replace(/<[^>]*>/g, '').trim()))
    .filter(Boolean)
    .join(': ');
}

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
    const form = shopperForm(redirect.html, origin);
    if (form.url === '')
      throw new RejectedByBank(`the shopper came to a page with nothing to pay: ${saidBy(redirect.html)}`);
    return toBank(form, origin, fetcher);
  }
  const accept = { accept: 'application/json' };
  const response = await fetcher(
    redirect.kind === 'url'
      ? new Request(redirect.url, { headers: accept, redirect: 'manual' })
      : new Request(redirect.url, {
          method: 'POST',
          headers: { ...accept, 'content-type': 'application/x-www-form-urlencoded' },
          body: encodeForm(
            redirect.fields.map(({ name, value }) => [name, value] as const),
            formCharset(redirect),
          ),
          redirect: 'manual',
        }),
  );
  return arrivedAt(response, origin, fetcher);
}

/**
 * Goes on from the answer of a page on the shopper's way.
 * @throws RejectedByBank
 */
export async function arrivedAt(
  response: Response,
  origin: string,
  fetcher: (request: Request) => Promise<Response>,
): Promise<BankOrder> {
  const location = response.headers.get('location');
  if (response.status === 303 && location)
    return toBank({ kind: 'url', method: 'GET', url: new URL(location, origin).href }, origin, fetcher);
  const text = await response.text();
  if (!response.ok) throw new RejectedByBank(`the bank rejected the order: ${saidBy(text)}`);
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/html')) return toBank({ kind: 'html', html: text }, origin, fetcher);
  if (!type.startsWith('application/json'))
    throw new RejectedByBank(`the shopper came to no bank: ${saidBy(text)}`);
  return JSON.parse(text) as BankOrder;
}
