/**
 * A page that comes from a provider (SIPS: the form of the bank's own software; PAYMILL: its card form), in our frame. What it holds is
 * left as it is: its scripts and its form are the protocol. Only what it leaves to us to word is in the shopper's language.
 */
import { raw } from 'hono/html';
import { type FormsOnwards, policyOfPage } from '../page-policy.ts';
import { bankFormContent, type ShownOrder } from './content.tsx';
import { framed, type Wear } from './frame.tsx';
import { filled } from './languages.ts';
import type { Texts } from './texts/texts.ts';

/** What is between two tags of a page; null: it has no such part. */
function part(html: string, name: 'head' | 'body'): string | null {
  return new RegExp(`<${name}>([\\s\\S]*)</${name}>`, 'i').exec(html)?.[1] ?? null;
}

/** An element that a provider's code leaves to us to word: `<span data-text="cardNumber">Card number</span>`. */
const WORDED = /(<(\w+) data-text="(\w+)"[^>]*>)[^<]*(?=<\/\2>)/g;

/** A page's body in our words. Our texts hold no markup, and a name that is none of them keeps its own words. */
function worded(body: string, texts: Texts, { amount }: ShownOrder): string {
  return body.replace(WORDED, (whole, tag: string, _name: string, text: string) =>
    Object.hasOwn(texts, text) ? tag + filled(texts[text as keyof Texts], { amount }) : whole,
  );
}

interface Dress {
  readonly wear: Wear;
  readonly order: ShownOrder;
  /** Whose page its form leads to; null: it is not known. */
  readonly page: string | null;
  readonly title: string;
  readonly nonce: string;
  readonly onwards: FormsOnwards;
}

/** The page and its policy; null: it is no page that can be framed. */
export function dressed(
  html: string,
  { wear, order, page, title, nonce, onwards }: Dress,
): { readonly html: string; readonly policy: string } | null {
  const body = part(html, 'body');
  if (body === null) return null;
  const scripts = [...(part(html, 'head') ?? '').matchAll(/<script\b[^>]*>[\s\S]*?<\/script>/gi)].join('');
  const { texts } = wear;
  const ours = worded(body, texts, order);
  // A form that we word is filled in here; buttons of a bank alone say nothing of what comes next.
  const next = ours === body && page !== null ? filled(texts.next, { name: page }) : null;
  const content = (
    <>
      {bankFormContent(texts, order, next, ours)}
      {raw(scripts)}
    </>
  );
  return { html: framed(wear, { title, nonce }, content), policy: policyOfPage(html, { nonce, onwards }) };
}
