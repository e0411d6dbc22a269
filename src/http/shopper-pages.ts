/** Our own pages for shoppers: what happened, whether money moved, and where to go from here. */
import type { Context } from 'hono';
import type { Service } from '../gateway/service.ts';
import { Problem } from '../payments/errors.ts';
import { base64url } from '../signing/bytes.ts';
import type { AppEnv } from './app-env.ts';
import { type Message, messagePage, ownPolicy, pageHeaders } from './pages.tsx';

/** What a page is made with. */
type Randomness = Pick<Service, 'random'>;

/** A page of ours, with the policy of its nonce. */
export function page(service: Randomness, status: number, make: (nonce: string) => string): Response {
  const bytes = new Uint8Array(16);
  service.random(bytes);
  const nonce = base64url(bytes);
  return new Response(make(nonce), { status, headers: pageHeaders(ownPolicy(nonce)) });
}

/** The same for every address that leads to nothing, to the byte: it says nothing about what there is. */
export function unknownPayment(service: Randomness): Response {
  return page(service, 404, (nonce) =>
    messagePage(
      { title: 'No such payment', text: 'This address leads to no payment. Please go back to the shop.' },
      nonce,
    ),
  );
}

/** A return that proves nothing, of a payment whose shop is sent proven ones alone. */
export function unprovenReturn(service: Randomness): Response {
  return page(service, 404, (nonce) =>
    messagePage(
      {
        title: 'Nothing is known of this payment yet',
        text: 'The bank has not said here what became of it, and tells the shop itself. Please go back to the shop.',
      },
      nonce,
    ),
  );
}

/** What a program gets that shows people what is behind a link. @param onward where a person goes on who is taken for one */
export function previewed(service: Randomness, onward?: string): Response {
  const ways = onward === undefined ? [] : [{ caption: 'Go on to the payment', href: onward, account: '' }];
  return page(service, 200, (nonce) =>
    messagePage({ title: 'Payment', text: 'Open this link to pay.', ways }, nonce),
  );
}

/** Where shoppers come with their browsers, also by a link that was spelt otherwise on the way. */
const SHOPPERS_WAY = /^\/+(?:pay|return|paiements\/(?:go|return))(?=\/|$)/i;

/** Whether a person looks at what is answered at a path. */
export function isShoppersWay(path: string): boolean {
  return SHOPPERS_WAY.test(path);
}

const TRY_LATER = {
  title: 'Please try again in a moment',
  text: 'We cannot answer just now. Nothing is lost: if you have paid, the bank tells the shop itself. Please load this page again in a minute.',
};

const NOT_UNDERSTOOD = {
  title: 'This request was not understood',
  text: 'Your browser sent something that this address does not take. Nothing was charged by it. Please go back to the shop.',
};

const FAILED = {
  title: 'Something went wrong on our side',
  text: 'This step did not charge anything. If you have paid already, do not pay again: the bank tells the shop itself. Otherwise please try again, or go back to the shop.',
};

function words({ status }: Problem) {
  if (status === 429 || status === 503) return TRY_LATER;
  return status < 500 ? NOT_UNDERSTOOD : FAILED;
}

/** Of the platform itself: a Worker that is not configured has no service, and its shoppers get a page all the same. */
const PLATFORM: Randomness = {
  random: (bytes) => {
    crypto.getRandomValues(bytes);
  },
};

/** What a shopper sees of a problem. @param said of it, where more is known; with where to go from here */
export function problemPage(
  c: Context<AppEnv>,
  problem: Problem,
  said: Pick<Message, 'title' | 'text' | 'ways'> = words(problem),
): Response {
  const requestId = c.get('requestId');
  const answer = page(PLATFORM, problem.status, (nonce) => messagePage({ ...said, requestId }, nonce));
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
