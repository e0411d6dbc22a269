/** `/return/:account/:id`, the shopper's way back: what it carries is taken, and the shopper goes on whatever it was. */
import type { Context } from 'hono';
import type { Account } from '../directory/types.ts';
import { open } from '../gateway/accounts.ts';
import { takeReturn } from '../gateway/returns.ts';
import type { Service } from '../gateway/service.ts';
import type { ReturnResult } from '../ledger/commands.ts';
import { Problem } from '../payments/errors.ts';
import { type PaymentId, paymentId } from '../payments/id.ts';
import { hasPostfinanceCodes } from '../payments/website-messages.ts';
import type { AppEnv } from './app-env.ts';
import { providerRequest, senderOf } from './provider-request.ts';
import { shopperIp } from './shopper.ts';
import { previewed, unknownPayment, unprovenReturn } from './shopper-pages.ts';
import type { Returning } from './to-shop.ts';
import { afterReturn, toShop } from './waiting.ts';

/**
 * Whether a return counts as one only if it is rightly signed: websites of PolyBanking rely on that, and PostFinance signs every
 * return. Banks that sign none send their shoppers back as they do at other shops.
 */
async function isSignedOnly(service: Service, id: PaymentId, { provider }: Account): Promise<boolean> {
  if (!hasPostfinanceCodes(provider)) return false;
  return (await service.ledger(id).history())?.request.dialect === 'polybanking';
}

/** A payment whose shopper is back. */
function returning({ request, ...result }: Extract<ReturnResult, { kind: 'known' }>): Returning {
  return { ...result, wayBack: request };
}

/** The shopper is back from an account that is not there any more: nothing that comes along can be verified. */
async function backFromNowhere(c: Context<AppEnv>, id: PaymentId, account: string): Promise<Response> {
  const service = c.get('service');
  const ledger = service.ledger(id);
  const found = await ledger.read();
  const isIts = found?.attempts.some((attempt) => attempt.account === account) ?? false;
  // Its websites are sent what is signed alone.
  if (!isIts || found?.wayBack.dialect === 'polybanking') return unknownPayment(c);
  const result = await ledger.returned({ account, update: null, refused: 'account_gone', ip: shopperIp(c) });
  return result.kind === 'known' ? toShop(c, returning(result)) : unknownPayment(c);
}

/** What may be tried again in a moment: the shopper is told so, and nothing of the return is lost. */
function isPassing(error: unknown): boolean {
  return error instanceof Problem && (error.status === 429 || error.status === 503);
}

/** The shopper goes on, although what came along could not be taken. The payment's log says why. */
async function backAllTheSame(
  c: Context<AppEnv>,
  id: PaymentId,
  account: string,
  error: unknown,
): Promise<Response> {
  const service = c.get('service');
  const code = error instanceof Problem ? error.code : 'internal_error';
  const line = { event: 'return.failed', requestId: c.get('requestId'), payment: id, account, code };
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (error instanceof Problem && error.status < 500) console.warn({ ...line, detail: error.message });
  else console.error({ ...line, cause: why });
  const result = await service
    .ledger(id)
    .returned({ account, update: null, refused: code, ip: shopperIp(c) });
  return result.kind === 'known' ? afterReturn(c, returning(result)) : unknownPayment(c);
}

/** The shopper comes back. */
export async function back(c: Context<AppEnv>): Promise<Response> {
  const service = c.get('service');
  if (c.req.method === 'HEAD') return previewed(c);
  const id = paymentId(c.req.param('id') ?? '');
  if (!id) return unknownPayment(c);
  const accountId = c.req.param('account') ?? '';
  const account = await service.directory.account(accountId);
  if (!account) return backFromNowhere(c, id, accountId);
  const signedOnly = await isSignedOnly(service, id, account);
  try {
    const result = await takeReturn(service, open(account), await providerRequest(c), {
      id,
      sender: senderOf(c),
      shopperIp: shopperIp(c),
      signedOnly,
    });
    if (result.kind === 'known') {
      const { isUnanswered, isProven = false } = result;
      return await afterReturn(c, { ...returning(result), isShopper: isProven }, isUnanswered);
    }
    return signedOnly ? unprovenReturn(c) : unknownPayment(c);
  } catch (error) {
    if (signedOnly || isPassing(error)) throw error;
    return backAllTheSame(c, id, account.id, error);
  }
}
