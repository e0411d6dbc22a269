/** What a shopper sees who cannot be taken to the bank: what happened, that nothing was charged, and where to go from here. */
import type { Context } from 'hono';
import { accountsToChoose } from '../gateway/checkout.ts';
import type { Service } from '../gateway/service.ts';
import type { PaymentRead } from '../ledger/commands.ts';
import { Problem } from '../payments/errors.ts';
import type { PaymentId } from '../payments/id.ts';
import { UNFINISHED, WITHOUT_MONEY } from '../payments/statuses.ts';
import type { AppEnv } from './app-env.ts';
import { shownOrder, type Way } from './checkout/content.tsx';
import { filled } from './checkout/languages.ts';
import type { Texts } from './checkout/texts/texts.ts';
import { inChosenLanguage, inLanguage, plainWear, wearOf } from './checkout/wear.ts';
import { problemPage } from './shopper-pages.ts';
import { shopAddress } from './to-shop.ts';

/** What happened, in a shopper's words. */
interface Happened {
  readonly title: keyof Texts;
  /** Whether the same may succeed when it is tried again. */
  readonly mayPass: boolean;
  /** Minutes after which it may, for the title. */
  readonly minutes?: number;
  /** What is to be done where there is nowhere to go from here. */
  readonly instead?: keyof Texts;
}

const LATER: Happened = { title: 'later', mayPass: true };

const OUT_OF_ORDER: Happened = { title: 'outOfOrder', mayPass: false };

const HAPPENED: Partial<Record<Problem['code'], Happened>> = {
  provider_unreachable: { title: 'noAnswer', mayPass: true },
  provider_error: { title: 'refused', mayPass: true },
  invalid_state: LATER,
  unavailable: LATER,
  misconfigured: OUT_OF_ORDER,
  not_found: OUT_OF_ORDER,
  forbidden: OUT_OF_ORDER,
  payload_too_large: { title: 'notUnderstood', mayPass: true },
  internal_error: { title: 'failed', mayPass: true },
};

/** A provider that says why has decided; one whose answer cannot be read has not. */
const NO_ANSWER: Happened = { title: 'noAnswer', mayPass: true };

/** What the shop gave is not what the bank wants, or the shop does not take what was chosen: the shopper cannot mend it. */
const NOT_TAKEN: Happened = { title: 'notTaken', mayPass: false, instead: 'askHow' };

/** What is known of the money: an earlier visit of the bank may have been more successful than this one. */
function moneyOf(found: PaymentRead | null): readonly (keyof Texts)[] {
  if (!found || UNFINISHED.has(found.view.status) || !WITHOUT_MONEY.has(found.view.status))
    return found?.view.status === 'created' ? ['nothing'] : ['thisTime', 'maybe'];
  return found.isPerhapsPaid ? ['thisTime', 'unclear'] : ['nothing'];
}

/** Where to go from here: again, and another way where the payment has one. */
async function waysOf(
  c: Context<AppEnv>,
  { again, other }: Texts,
  { view, isOpen, request, shop }: PaymentRead,
  { chosen, mayPass }: { readonly chosen: string | null; readonly mayPass: boolean },
): Promise<Way[]> {
  const here = inChosenLanguage(c, c.req.path);
  const ways: Way[] = [];
  // What a language is chosen with shows the page of the payment first: trying again is posted.
  const account = isOpen ? chosen : here === c.req.path ? null : '';
  if (mayPass) ways.push({ caption: again, href: here, ...(account !== null && { account }) });
  if (isOpen) {
    const accounts = await accountsToChoose(c.get('service'), shop, request, view.test);
    if (accounts.some(({ id }) => id !== chosen)) ways.push({ caption: other, href: here });
  }
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

async function wearOfFailed(c: Context<AppEnv>, found: PaymentRead) {
  const { shop, view } = found;
  const back = await shopAddress(c.get('service'), found, 'failure').catch(() => null);
  const { language } = view.customer;
  return wearOf(c, { shop, language, test: view.test, back, inLanguage: inLanguage(c.req.path) });
}

/** A page about a payment, with where to go from here. */
async function pageAbout(
  c: Context<AppEnv>,
  id: PaymentId,
  problem: Problem,
  { title, mayPass, minutes, instead }: Happened,
  chosen: string | null,
): Promise<Response> {
  const found = await readable(c.get('service'), id);
  // Whatever fails here as well, the shopper has a page.
  const wear = found ? await wearOfFailed(c, found) : plainWear(c);
  const { texts } = wear;
  const ways = found ? await waysOf(c, texts, found, { chosen, mayPass }).catch(() => []) : [];
  const order = found && shownOrder(wear.language, found.request, found.view.amounts.paid);
  const last = instead !== undefined && ways.length === 0 ? [instead] : [];
  const sentences = [...moneyOf(found), ...last].map((name) => texts[name]);
  return problemPage(c, problem, {
    wear,
    message: {
      icon: 'warning',
      title: filled(texts[title], { count: String(minutes) }),
      sentences,
      ways,
      order,
    },
  });
}

/** The account of the attempt is not for this shop, or for its mode, any more. */
export function notOfferedPage(c: Context<AppEnv>, id: PaymentId, chosen: string | null): Promise<Response> {
  const problem = new Problem('invalid_state', 'the account is not offered any more');
  return pageAbout(c, id, problem, NOT_TAKEN, chosen);
}

/** The longest pause that a shopper is told to wait, in minutes. */
const LONGEST_WAIT = 60;

/** So many attempts were made that the next one has to wait. @param until milliseconds since 1970; infinite: none follows */
export function mustWaitPage(
  c: Context<AppEnv>,
  id: PaymentId,
  until: number,
  chosen: string | null,
): Promise<Response> {
  const retryAfter = Math.max(1, Math.ceil((until - c.get('service').now()) / 1000));
  const detail = 'the payment has had too many attempts';
  const problem = Number.isFinite(until)
    ? new Problem('rate_limited', detail, { retryAfter })
    : new Problem('invalid_state', detail);
  const minutes = Math.ceil(retryAfter / 60);
  const happened: Happened =
    minutes <= LONGEST_WAIT
      ? { title: 'laterIn', mayPass: true, minutes }
      : { title: 'notTaken', mayPass: false, instead: 'anew' };
  return pageAbout(c, id, problem, happened, chosen);
}

/** What was chosen is none of the shop's means of payment, or not any more. */
export function noChoicePage(c: Context<AppEnv>, id: PaymentId, chosen: string): Promise<Response> {
  const problem = new Problem('not_found', 'the account cannot be chosen');
  return pageAbout(c, id, problem, NOT_TAKEN, chosen);
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
  const happened = code === 'provider_error' && !problem.provider ? NO_ANSWER : HAPPENED[code];
  return pageAbout(c, id, problem, happened ?? NOT_TAKEN, chosen);
}
