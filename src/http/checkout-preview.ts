/**
 * The checkout of a shop as its shoppers see it, for whoever chooses its look: the real page, of a payment that does not exist. It stands
 * in a frame of the console, so that it loads nothing: its logo is in it, and its buttons and links lead nowhere.
 */
import type { Account, Shop } from '../directory/types.ts';
import { isOffered } from '../gateway/destinations.ts';
import { meansOf } from '../gateway/means.ts';
import type { Service } from '../gateway/service.ts';
import { accountsOfShop } from '../gateway/shop-change.ts';
import type { Minor } from '../payments/money.ts';
import type { PageLanguage } from '../payments/page-languages.ts';
import { chooserContent, shownOrder } from './checkout/content.tsx';
import { framed, type Wear } from './checkout/frame.tsx';
import { pageLanguageOf } from './checkout/languages.ts';
import type { Scheme } from './checkout/style.ts';
import { learnLanguages, textsIn } from './checkout/texts/spoken.ts';
import { pageHeaders } from './pages.tsx';
import { newNonce } from './shopper-pages.ts';

/** A look that is tried; what is left out is as the shop has it. */
interface TriedLook {
  readonly name?: string | undefined;
  readonly color?: string | undefined;
  readonly language?: PageLanguage | undefined;
  /** Left out: that of the browser. */
  readonly scheme?: Scheme | undefined;
}

/** The amount that stands for any, in minor units. */
const SAMPLE = 1999 as Minor;

/** Nothing is loaded, nothing is sent, and only pages of the same origin frame it. */
function previewPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    'img-src data:',
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
    'sandbox',
  ].join('; ');
}

/** The accounts that a shopper would choose from, and the currency of the sample: the first that the first of them takes. */
async function offered(service: Service, shop: Shop) {
  const accounts = (await accountsOfShop(service, shop.accounts)).filter((one) => isOffered(shop, one));
  const currency = accounts[0]?.currencies[0] ?? 'EUR';
  const takes = ({ currencies }: Account) => currencies.includes(currency);
  return { accounts: accounts.filter(takes), currency };
}

/** The page, with a policy that lets the console frame it. */
export async function previewPage(service: Service, shop: Shop, tried: TriedLook): Promise<Response> {
  const { directory, documents } = service;
  await learnLanguages(documents);
  const look = await directory.branding(shop.id);
  const logo = look.logoHash === null ? null : await directory.logo(shop.id);
  const language = tried.language ?? pageLanguageOf(look.language) ?? 'en';
  const { accounts, currency } = await offered(service, shop);
  const wear: Wear = {
    texts: textsIn(documents, language),
    language,
    shopName: tried.name ?? look.name ?? shop.name,
    logo: logo && `data:${logo.type};base64,${logo.logo}`,
    color: tried.color ?? look.color,
    scheme: tried.scheme,
    back: '#',
    inLanguage: () => '#',
    test: shop.testMode,
  };
  const order = shownOrder(language, {
    amount: SAMPLE,
    currency,
    reference: 'order-1042',
    description: null,
  });
  const choices = accounts.map((account) => ({ id: account.id, ...meansOf(account) }));
  const nonce = newNonce(service);
  const page = framed(
    wear,
    { title: wear.texts.toPay, nonce },
    chooserContent(wear.texts, { order, note: null, choices, action: '#' }),
  );
  return new Response(page, { headers: pageHeaders(previewPolicy(nonce)) });
}
