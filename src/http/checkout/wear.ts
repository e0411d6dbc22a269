/** What a page for shoppers wears: the language of its shopper, and the look of its shop. */
import type { Context } from 'hono';
import type { Service } from '../../gateway/service.ts';
import type { PageLanguage } from '../../payments/page-languages.ts';
import type { AppEnv } from '../app-env.ts';
import type { Wear } from './frame.tsx';
import { acceptedLanguage, LANGUAGE_PARAMETER, pageLanguageOf } from './languages.ts';
import { textsIn } from './texts/spoken.ts';

/** What a page is about. */
export interface AboutPage {
  readonly shop: string;
  /** Of the payment's customer, as the shop has given it. */
  readonly language: string | undefined;
  readonly test: boolean;
  readonly back: string | null;
  readonly inLanguage: Wear['inLanguage'];
}

/** The language that the shopper has chosen on a page of ours; null: none. */
export function chosenLanguage(c: Context<AppEnv>): PageLanguage | null {
  return pageLanguageOf(c.req.query(LANGUAGE_PARAMETER));
}

function accepted(c: Context<AppEnv>): PageLanguage | null {
  return acceptedLanguage(c.req.header('accept-language'));
}

/** An address of ours, without its origin, in a language. */
export function inLanguage(address: string): (language: PageLanguage) => string {
  return (language) => `${address}${address.includes('?') ? '&' : '?'}${LANGUAGE_PARAMETER}=${language}`;
}

/** An address of ours in the language that the shopper has chosen. */
export function inChosenLanguage(c: Context<AppEnv>, address: string): string {
  const language = chosenLanguage(c);
  return language === null ? address : inLanguage(address)(language);
}

/** Of a page about no payment, or about one that nobody may learn of. */
export function plainWear(c: Context<AppEnv>): Wear {
  const language = chosenLanguage(c) ?? accepted(c) ?? 'en';
  return {
    texts: textsIn((c.get('service') as Service | undefined)?.documents, language),
    language,
    shopName: null,
    logo: null,
    color: null,
    back: null,
    // A return is not taken twice for a language. Elsewhere the link does not name its address: a page about nothing is the same for all.
    inLanguage: /^\/pay\//.test(c.req.path) ? inLanguage('') : null,
    test: false,
  };
}

/** Of a page about a payment. Without the directory it is a plain one. */
export async function wearOf(c: Context<AppEnv>, about: AboutPage): Promise<Wear> {
  const { directory, documents } = c.get('service');
  const shop = await directory.shop(about.shop).catch(() => null);
  const look = await directory.look(about.shop);
  const language =
    chosenLanguage(c) ?? pageLanguageOf(about.language) ?? accepted(c) ?? look.language ?? ('en' as const);
  return {
    texts: textsIn(documents, language),
    language,
    shopName: look.name ?? shop?.name ?? null,
    logo: look.logoHash === null ? null : `/logo/${encodeURIComponent(about.shop)}/${look.logoHash}`,
    color: look.color,
    back: about.back,
    inLanguage: about.inLanguage,
    test: about.test,
  };
}
