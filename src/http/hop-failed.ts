/** What a shopper sees who cannot be taken to the bank: what happened, that nothing was charged, and where to go from here. */
import type { Context } from 'hono';
import { accountsToChoose } from '../gateway/checkout.ts';
import type { Service } from '../gateway/service.ts';
import type { PaymentRead } from '../ledger/commands.ts';
import { Problem } from '../payments/errors.ts';
import type { PaymentId } from '../payments/id.ts';
import { WITHOUT_MONEY } from '../payments/statuses.ts';
import type { PaymentView } from '../payments/types.ts';
import type { AppEnv } from './app-env.ts';
import type { Way } from './pages.tsx';
import { problemPage } from './shopper-pages.ts';
import { shopAddress } from './to-shop.ts';

/** What happened, in a shopper's words. */
interface Happened {
  readonly title: string;
  readonly text: string;
  /** Whether the same may succeed when it is tried again. */
  readonly mayPass: boolean;
}

const PASSES: Happened = {
  title: 'Please try again',
  text: 'The payment was changing just now.',
  mayPass: true,
};

const OUT_OF_ORDER: Happened = {
  title: 'This means of payment is out of order',
  text: 'The shop cannot take payments this way at the moment.',
  mayPass: false,
};

const HAPPENED: Partial<Record<Problem['code'], Happened>> = {
  provider_unreachable: {
    title: 'The bank does not answer',
    text: 'We could not reach the bank or payment service.',
    mayPass: true,
  },
  provider_error: {
    title: 'The bank did not take the payment',
    text: 'The bank or payment service answered with an error.',
    mayPass: true,
  },
  invalid_state: PASSES,
  misconfigured: OUT_OF_ORDER,
  not_found: OUT_OF_ORDER,
  forbidden: OUT_OF_ORDER,
  payload_too_large: {
    title: 'This request was not understood',
    text: 'Your browser sent more than this address takes.',
    mayPass: true,
  },
  unavailable: {
    title: 'Please try again in a moment',
    text: 'We cannot answer just now. Nothing is lost.',
    mayPass: true,
  },
  internal_error: {
    title: 'Something went wrong on our side',
    text: 'We could not take you to the bank.',
    mayPass: true,
  },
};

/** What the shop gave is not what the bank wants: the shopper cannot mend it. */
const NOT_TAKEN: Happened = {
  title: 'This payment cannot be made this way',
  text: 'The bank needs something that the shop has not given, or does not take this amount.',
  mayPass: false,
};

/** What is known of the money: an earlier visit of the bank may have been more successful than this one. */
function moneyOf(view: PaymentView | null): string {
  if (view?.status === 'created' || view?.status === 'expired') return 'Nothing was charged.';
  if (view?.status === 'forwarded' || view?.status === 'pending')
    return 'Nothing was charged this time. If you have paid at the bank before, do not pay again: we do not know yet what became of that, and are asking the bank.';
  if (view && WITHOUT_MONEY.has(view.status)) return 'Nothing was charged.';
  return 'Nothing was charged this time. If you have paid before, do not pay again: the bank tells the shop itself.';
}

/** Where to go from here: again, another way where the payment has one, and back to the shop. */
async function waysOf(
  c: Context<AppEnv>,
  found: PaymentRead,
  { chosen, mayPass }: { readonly chosen: string | null; readonly mayPass: boolean },
): Promise<Way[]> {
  const service = c.get('service');
  const { view, isOpen, request } = found;
  const here = c.req.path;
  const ways: Way[] = [];
  if (mayPass)
    ways.push({ caption: 'Try again', href: here, ...(isOpen && chosen !== null && { account: chosen }) });
  if (isOpen) {
    const accounts = await accountsToChoose(service, found.shop, request, view.test);
    if (accounts.some(({ id }) => id !== chosen)) ways.push({ caption: 'Pay another way', href: here });
  }
  const shop = await shopAddress(service, found, 'failure');
  if (shop !== null) ways.push({ caption: 'Back to the shop', href: shop });
  return ways;
}

/** The payment, as far as it can be read: what failed may have been our storage. */
async function readable(service: Service, id: PaymentId): Promise<PaymentRead | null> {
  try {
    return await service.ledger(id).read();
  } catch {
    return null;
  }
}

/** A page about a payment, with where to go from here. */
async function pageAbout(
  c: Context<AppEnv>,
  id: PaymentId,
  problem: Problem,
  { title, text, mayPass }: Happened,
  chosen: string | null,
): Promise<Response> {
  const found = await readable(c.get('service'), id);
  // Whatever fails here as well, the shopper has a page.
  const ways = await (found ? waysOf(c, found, { chosen, mayPass }) : Promise.resolve([])).catch(() => []);
  return problemPage(c, problem, { title, text: `${text} ${moneyOf(found?.view ?? null)}`, ways });
}

/** The account of the attempt is not for this shop, or for its mode, any more. */
export function notOfferedPage(c: Context<AppEnv>, id: PaymentId, chosen: string | null): Promise<Response> {
  const problem = new Problem('invalid_state', 'the account is not offered any more');
  const text = 'The shop does not take this means of payment any more.';
  const happened = { title: 'This cannot be paid here', text, mayPass: false };
  return pageAbout(c, id, problem, happened, chosen);
}

/** What was chosen is none of the shop's means of payment, or not any more. */
export function noChoicePage(c: Context<AppEnv>, id: PaymentId, chosen: string): Promise<Response> {
  const problem = new Problem('not_found', 'the account cannot be chosen');
  const text = 'The shop does not offer this means of payment, or does not offer it any more.';
  return pageAbout(c, id, problem, { title: 'This cannot be paid here', text, mayPass: false }, chosen);
}

/**
 * The page of a hop that failed, and its log line. The ledger has its event already where a provider was to be reached.
 * @param chosen the account that the shopper has chosen; null: none.
 */
export function hopFailedPage(
  c: Context<AppEnv>,
  id: PaymentId,
  error: unknown,
  chosen: string | null,
): Promise<Response> {
  const problem =
    error instanceof Problem
      ? error
      : new Problem('internal_error', 'something failed on our side', { cause: error });
  const { code, message: detail, cause } = problem;
  const line = {
    event: 'hop.failed',
    requestId: c.get('requestId'),
    payment: id,
    account: chosen,
    code,
    detail,
  };
  const why = cause instanceof Error ? (cause.stack ?? cause.message) : cause;
  if (problem.status >= 500) console.error({ ...line, cause: why });
  else console.warn(line);
  return pageAbout(c, id, problem, HAPPENED[code] ?? NOT_TAKEN, chosen);
}
