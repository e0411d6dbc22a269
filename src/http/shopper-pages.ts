/** Our own pages for shoppers: what happened, whether money moved, and where to go from here. */
import type { Context } from 'hono';
import type { Child } from 'hono/jsx';
import type { Service } from '../gateway/service.ts';
import { Problem } from '../payments/errors.ts';
import { base64url } from '../signing/bytes.ts';
import type { AppEnv } from './app-env.ts';
import { type Message, messageContent } from './checkout/content.tsx';
import { type FramedPage, framed, shopperPolicy, type Wear } from './checkout/frame.tsx';
import type { Texts } from './checkout/texts/texts.ts';
import { plainWear } from './checkout/wear.ts';
import { pageHeaders } from './pages.tsx';

/** What a page is made with. */
type Randomness = Pick<Service, 'random'>;

/** Of the platform itself: a Worker that is not configured has no service, and its shoppers get a page all the same. */
const PLATFORM: Randomness = {
  random: (bytes) => {
    crypto.getRandomValues(bytes);
  },
};

/** A nonce for what is inline. */
export function newNonce({ random }: Randomness): string {
  const bytes = new Uint8Array(16);
  random(bytes);
  return base64url(bytes);
}

/** A page and where its forms go. */
export interface ShopperPage extends Omit<FramedPage, 'nonce'> {
  readonly status: number;
  readonly content: (nonce: string) => Child;
  /** Sources as in `form-action`; left out: it has no form. */
  readonly formAction?: readonly string[];
  readonly hasScript?: boolean;
  /** It goes on by itself: seconds, and an address where it is another one (the header `Refresh`). */
  readonly refresh?: string | undefined;
}

/** A page of ours, with the policy of its nonce. */
export function shopperPage(wear: Wear, page: ShopperPage): Response {
  const { status, content, formAction = [], hasScript = false, refresh, ...about } = page;
  const nonce = newNonce(PLATFORM);
  return new Response(framed(wear, { ...about, nonce }, content(nonce)), {
    status,
    headers: {
      ...pageHeaders(shopperPolicy(nonce, formAction, hasScript)),
      ...(refresh !== undefined && { refresh }),
    },
  });
}

/**
 * Where the forms of a page may lead on which a shopper chooses: to us, and from there to a provider whose host nobody knows before. A
 * browser holds every redirect after a form against this as well. A list of origins would be a guess: providers that register orders
 * name the address in their answer, after the choice, and send shoppers on to hosts of banks; whoever met one that is missing would see
 * nothing happen. The form itself goes to us alone, and a page that leads on by a form of its own names exactly that one's origin.
 */
export function chooserFormAction({ config }: Pick<Service, 'config'>): readonly string[] {
  return ["'self'", 'https:', ...(config.local ? ['http:'] : [])];
}

/** A page that says one thing. */
export function messagePage(
  wear: Wear,
  message: Message,
  page: Omit<ShopperPage, 'content' | 'title'>,
): Response {
  const content = () => messageContent(wear.texts, message);
  return shopperPage(wear, { ...page, title: message.title, content });
}

/** The same for every address that leads to nothing: it says nothing about what there is. */
export function unknownPayment(c: Context<AppEnv>): Response {
  const wear = plainWear(c);
  const { unknown, openAgain } = wear.texts;
  return messagePage(wear, { icon: 'warning', title: unknown, sentences: [openAgain] }, { status: 404 });
}

/** A return that proves nothing, of a payment whose shop is sent proven ones alone. */
export function unprovenReturn(c: Context<AppEnv>): Response {
  const wear = plainWear(c);
  const { notYet, maybe } = wear.texts;
  return messagePage(wear, { icon: 'clock', title: notYet, sentences: [maybe] }, { status: 404 });
}

/** What a program gets that shows people what is behind a link. @param onward where a person goes on who is taken for one */
export function previewed(c: Context<AppEnv>, onward?: string): Response {
  const wear = { ...plainWear(c), inLanguage: null };
  const { going, go } = wear.texts;
  const ways = onward === undefined ? [] : [{ caption: go, href: onward, account: '' }];
  const formAction = chooserFormAction(c.get('service'));
  return messagePage(
    wear,
    { icon: 'card', title: going, sentences: [], ways },
    { status: 200, formAction, isPassing: true },
  );
}

/** Where shoppers come with their browsers, also by a link that was spelt otherwise on the way. */
const SHOPPERS_WAY = /^\/+(?:p|pay|return|paiements\/(?:go|return))(?=\/|$)/i;

/** Whether a person looks at what is answered at a path. */
export function isShoppersWay(path: string): boolean {
  return SHOPPERS_WAY.test(path);
}

function said({ later, notUnderstood, failed, nothing, maybe }: Texts, { status }: Problem): Message {
  if (status === 429 || status === 503) return { icon: 'clock', title: later, sentences: [maybe] };
  return status < 500
    ? { icon: 'warning', title: notUnderstood, sentences: [nothing] }
    : { icon: 'warning', title: failed, sentences: [maybe] };
}

/** What a shopper sees of a problem. @param more where more is known: what to say, and where to go from here */
export function problemPage(
  c: Context<AppEnv>,
  problem: Problem,
  more?: { readonly wear: Wear; readonly message: Message },
): Response {
  const requestId = c.get('requestId');
  const wear = more?.wear ?? plainWear(c);
  const message = more?.message ?? said(wear.texts, problem);
  const formAction = more ? chooserFormAction(c.get('service')) : [];
  const answer = messagePage(wear, message, { status: problem.status, requestId, formAction });
  if (problem.retryAfter !== null) answer.headers.set('retry-after', String(problem.retryAfter));
  answer.headers.set('x-request-id', requestId);
  return answer;
}

/** A method that an address for shoppers does not take. @param allow those that it takes, as the header has them */
export function otherMethodPage(c: Context<AppEnv>, allow: string): Response {
  const answer = problemPage(c, new Problem('method_not_allowed', `this address takes ${allow}`));
  answer.headers.set('allow', allow);
  return answer;
}
