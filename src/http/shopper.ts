/** The shopper's way to the provider: what the routes for shoppers share. */
import type { Context } from 'hono';
import { accountsToChoose, nextHop } from '../gateway/checkout.ts';
import { meansOf } from '../gateway/means.ts';
import type { Service } from '../gateway/service.ts';
import { originOf } from '../gateway/start-attempt.ts';
import type { HopResult } from '../ledger/commands.ts';
import { Problem } from '../payments/errors.ts';
import type { PaymentId } from '../payments/id.ts';
import { NOTHING_TO_PAY } from '../payments/statuses.ts';
import type { PaymentView } from '../payments/types.ts';
import type { AppEnv } from './app-env.ts';
import { chooserContent, goingContent, shownOrder } from './checkout/content.tsx';
import { dressed } from './checkout/dressed.tsx';
import { becameOf, chargedOf, hasFailed } from './checkout/said.ts';
import { chosenLanguage, inChosenLanguage, inLanguage, wearOf } from './checkout/wear.ts';
import { hopFailedPage, mustWaitPage, notOfferedPage } from './hop-failed.ts';
import { policyOfPage } from './page-policy.ts';
import { pageHeaders } from './pages.tsx';
import { chooserFormAction, messagePage, newNonce, shopperPage, unknownPayment } from './shopper-pages.ts';
import { type Returning, seeOther, shopAddress } from './to-shop.ts';
import { toShop } from './waiting.ts';

/** What the page of a payment wears that is not over: its shop's look, and the way back to where the shop tells of a failure. */
async function wearOfPayment(c: Context<AppEnv>, returning: Omit<Returning, 'isPerhapsPaid'>) {
  const { shop, view } = returning;
  const back = await shopAddress(c.get('service'), returning, 'failure');
  const { language } = view.customer;
  return wearOf(c, { shop, language, test: view.test, back, inLanguage: inLanguage(c.req.path) });
}

/** Nothing can be paid any more. */
async function over(
  c: Context<AppEnv>,
  { reason, shop, view, request, isPerhapsPaid }: Extract<HopResult, { kind: 'over' }>,
): Promise<Response> {
  const wear = await wearOfPayment(c, { shop, view, wayBack: request });
  const { calledOff, timeUp, anew } = wear.texts;
  const charged = wear.texts[chargedOf(isPerhapsPaid)];
  const title = reason === 'called_off' ? calledOff : timeUp;
  const order = shownOrder(wear.language, request);
  const requestId = c.get('requestId');
  const message = { icon: 'clock', title, sentences: [charged, anew], order } as const;
  return messagePage(wear, message, { status: 410, requestId });
}

/** Whose page an account leads to; null: it is gone. */
async function pageOf(service: Service, accountId: string): Promise<string | null> {
  const account = await service.directory.account(accountId);
  return account && meansOf(account).page;
}

/** Sends a shopper off: by a redirect, by our page around the provider's form, or by a bank's own page in our frame. */
async function go(c: Context<AppEnv>, went: Extract<HopResult, { kind: 'go' }>): Promise<Response> {
  const service = c.get('service');
  const { redirect, shop, account, about } = went;
  if (redirect.kind === 'url') return seeOther(redirect.url);
  const asItIs = redirect.kind === 'html' ? redirect.html : null;
  if (about !== undefined) {
    const { view, request } = about;
    const wear = await wearOfPayment(c, { shop, view, wayBack: request });
    const order = shownOrder(wear.language, request, view.amounts.paid);
    const title = wear.texts.going;
    const page = await pageOf(service, account);
    if (redirect.kind === 'form') {
      return shopperPage(wear, {
        title,
        status: 200,
        content: (nonce) => goingContent(wear.texts, { order, page, to: redirect }, nonce),
        formAction: [new URL(redirect.url).origin],
        hasScript: true,
      });
    }
    const back = (kind: 'success' | 'failure') =>
      shopAddress(service, { shop, view, wayBack: request }, kind);
    const to = await Promise.all([back('success'), back('failure')]);
    const onwards = { own: originOf(service, c.req.url), to };
    const framed = dressed(redirect.html, { wear, order, page, title, nonce: newNonce(service), onwards });
    if (framed) return new Response(framed.html, { headers: pageHeaders(framed.policy) });
  }
  if (asItIs === null) throw new Problem('internal_error', 'a form came without its payment');
  return new Response(asItIs, { headers: pageHeaders(policyOfPage(asItIs)) });
}

/** The account that the payment is shown by stands first: a shopper who tries again finds it where it was. */
function lastFirst<T extends { readonly id: string }>(
  accounts: readonly T[],
  { status, account }: PaymentView,
) {
  const last = status === 'created' ? null : account;
  return [...accounts.filter(({ id }) => id === last), ...accounts.filter(({ id }) => id !== last)];
}

/**
 * The page on which the shopper chooses; a shop that has only one way left needs none. The choice goes to the link that the
 * shopper has: a bare one must not give away the token. Nothing is kept in the browser: the page is the same on any device.
 */
async function chooser(
  c: Context<AppEnv>,
  id: PaymentId,
  { shop, view, request, isPerhapsPaid }: Extract<HopResult, { kind: 'choose' }>,
): Promise<Response> {
  const service = c.get('service');
  const accounts = await accountsToChoose(service, shop, request, view.test);
  if (accounts.length === 0) return notOfferedPage(c, id, null);
  const wear = await wearOfPayment(c, { shop, view, wayBack: request });
  const order = shownOrder(wear.language, request, view.amounts.paid);
  const note = hasFailed(view) ? becameOf(wear.texts, view, isPerhapsPaid) : null;
  const choices = lastFirst(accounts, view).map((account) => ({ id: account.id, ...meansOf(account) }));
  const action = inChosenLanguage(c, c.req.path);
  return shopperPage(wear, {
    title: `${wear.texts.toPay} ${order.amount}`,
    status: 200,
    content: () => chooserContent(wear.texts, { order, note, choices, action }),
    formAction: chooserFormAction(service),
  });
}

/**
 * The page of a payment in the language that its shopper has chosen: a choice of language takes nobody to a bank, so it has a button.
 * Null: the shopper is to go on, because there is something to choose, or nothing to pay.
 */
async function paused(c: Context<AppEnv>, id: PaymentId): Promise<Response | null> {
  if (c.req.method !== 'GET' || chosenLanguage(c) === null) return null;
  const service = c.get('service');
  const found = await service.ledger(id).read();
  if (!found || found.isOpen || found.isOver || found.wayBack.dialect === 'polybanking') return null;
  const { shop, view, request, attempts } = found;
  if (view.status === 'pending' || NOTHING_TO_PAY.has(view.status)) return null;
  const wear = await wearOfPayment(c, { shop, view, wayBack: request });
  const page = await pageOf(service, attempts.at(-1)?.account ?? view.account);
  const going = {
    order: shownOrder(wear.language, request, view.amounts.paid),
    page,
    to: inChosenLanguage(c, c.req.path),
  };
  return shopperPage(wear, {
    title: wear.texts.going,
    status: 200,
    content: (nonce) => goingContent(wear.texts, going, nonce),
    formAction: chooserFormAction(service),
  });
}

/** Another request of the same shopper is registering the order: the page comes back by itself. */
async function busy(c: Context<AppEnv>, id: PaymentId): Promise<Response> {
  const found = await c.get('service').ledger(id).read();
  if (!found) return unknownPayment(c);
  const { request, view } = found;
  // A choice of language would be a visit of its own, while this one is under way.
  const wear = { ...(await wearOfPayment(c, found)), inLanguage: null };
  const order = shownOrder(wear.language, request, view.amounts.paid);
  const message = { icon: 'clock', title: wear.texts.preparing, sentences: [], order } as const;
  return messagePage(wear, message, { status: 200, refresh: '2', isPassing: true });
}

/** The shopper's address as the platform saw it. On a laptop, where no platform does, the laptop's own. */
export function shopperIp(c: Context<AppEnv>): string | null {
  return c.req.header('cf-connecting-ip') ?? (c.get('service').config.local ? '127.0.0.1' : null);
}

/** @throws what `nextHop` does. */
async function tryHop(c: Context<AppEnv>, id: PaymentId, chosen: string | null): Promise<Response> {
  const shown = await paused(c, id);
  if (shown) return shown;
  const service = c.get('service');
  const origin = originOf(service, c.req.url);
  const requestId = c.get('requestId');
  const result = await nextHop(service, id, { ip: shopperIp(c), chosen, origin, requestId });
  switch (result.kind) {
    case 'go':
      return await go(c, result);
    case 'choose':
      return await chooser(c, id, result);
    case 'busy':
    // Two clicks at once, and the payment moved between them: the next look will succeed.
    case 'start':
      return await busy(c, id);
    case 'finished':
      return await toShop(c, { ...result, wayBack: result.request, isShopper: true });
    case 'must_wait':
      return mustWaitPage(c, id, result.until, chosen);
    case 'over':
      return await over(c, result);
    case 'unknown':
      return unknownPayment(c);
    case 'not_offered':
      return notOfferedPage(c, id, chosen);
  }
}

/**
 * Takes the shopper of a payment to its provider, or back to the shop when nothing is left to pay. Where that fails, the shopper has a
 * page that says so.
 */
export async function hop(
  c: Context<AppEnv>,
  id: PaymentId,
  chosen: string | null = null,
): Promise<Response> {
  try {
    return await tryHop(c, id, chosen);
  } catch (error) {
    return hopFailedPage(c, id, error, chosen);
  }
}
