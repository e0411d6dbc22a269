/**
 * The PolyBanking dialect: its signature, its status codes, and the IPN to a website. Facts: PolyLAN/polybanking
 * (server/libs, server/paiements, client/libs/polybanking.py).
 */
import { type Status, WITH_MONEY } from '../payments/statuses.ts';
import type { PaymentView } from '../payments/types.ts';
import { codeInItsPlace, hasPostfinanceCodes, isForWebsite } from '../payments/website-messages.ts';
import { hex } from '../signing/bytes.ts';
import { charset } from '../signing/charsets.ts';
import { digests } from '../signing/digests.ts';
import { encodeForm } from '../signing/form.ts';
import { polybankingBase } from '../signing/polybanking.ts';

/** SHA-512 of the base, lower-case hexadecimal: 128 characters. */
export function polybankingSignature(fields: Readonly<Record<string, string>>, secret: string): string {
  return hex(digests.sha512(polybankingBase(fields, secret)));
}

/** What stands for a status at a provider that has other codes. */
const CODES: Readonly<Record<Status, string>> = {
  created: '??',
  forwarded: '??',
  pending: '91',
  authorized: '5',
  partially_paid: '9',
  paid: '9',
  denied: '2',
  cancelled: '1',
  expired: '1',
  error: '0',
  partially_refunded: '8',
  refunded: '8',
  charged_back: '96',
};

type Known = Pick<PaymentView, 'provider' | 'providerStatus' | 'status' | 'pendingReason'>;

/** The codes on which a website delivers. */
const GOOD_CODES: ReadonlySet<string> = new Set(['5', '9']);

/**
 * The PostFinance code of a payment: the provider's own, or the one that stands for its status. A code that nothing proves is not
 * shown, nor one of success that is over: a refund or a cancel of ours has no code yet.
 */
export function postfinanceCode({ provider, providerStatus, status, pendingReason }: Known): string {
  if (providerStatus === null || pendingReason === 'proof_missing') return CODES[status];
  if (!hasPostfinanceCodes(provider))
    return codeInItsPlace(provider, providerStatus, status) ?? CODES[status];
  return GOOD_CODES.has(providerStatus) && !WITH_MONEY.has(status) ? CODES[status] : providerStatus;
}

/** Whether less is held than was asked for. Of an authorization that was imported nobody knows how much it is. */
function isHeldInPart({ amount, amounts: { authorized } }: Pick<PaymentView, 'amount' | 'amounts'>): boolean {
  return authorized > 0 && authorized < amount;
}

/** Whether the website may deliver. A code of success with less money than asked for is none. */
export function isGoodForWebsite(
  payment: Known & Pick<PaymentView, 'amount' | 'amounts'>,
  code = postfinanceCode(payment),
): boolean {
  if (!GOOD_CODES.has(code)) return false;
  return payment.status === 'paid' || (payment.status === 'authorized' && !isHeldInPart(payment));
}

/** A time as Python prints it without fractions: clients cut the last six characters and parse the rest. */
export function pythonTime(rfc3339: string): string {
  return `${new Date(rfc3339).toISOString().slice(0, 19).replace('T', ' ')}+00:00`;
}

/** The message of a webhook as the ledger queued it. */
interface Queued {
  readonly type: string;
  readonly timestamp: string;
  /** The code that the message is about, where it has not moved the status. */
  readonly code?: string;
  readonly data: PaymentView;
}

/**
 * The fields of an IPN, signed. That of a test has one more, `test`: the clients of PolyBanking (Python, PHP, Scala) sign whatever
 * fields come beside `sign`, so it has to be signed as well. An IPN about real money is as the original's, byte by byte.
 */
export function ipnFields(shop: string, queued: Queued, ipnKey: string): Record<string, string> {
  const { timestamp, data, code = postfinanceCode(data) } = queued;
  const fields = {
    config: shop,
    reference: data.reference,
    postfinance_status: code,
    postfinance_status_good: isGoodForWebsite(data, code) ? 'True' : 'False',
    last_update: pythonTime(timestamp),
    ...(data.test && { test: 'True' }),
  };
  return { ...fields, sign: polybankingSignature(fields, ipnKey) };
}

/** An IPN as it is sent, or null where the dialect has none. */
export function polybankingMessage(shop: string, body: string, ipnKey: string) {
  const queued = JSON.parse(body) as Queued;
  if (!isForWebsite(queued)) return null;
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: encodeForm(Object.entries(ipnFields(shop, queued, ipnKey)), charset('utf-8')) ?? '',
    // The original's rule; a redirect to a login page or a 204 of some proxy is no delivery.
    accepts: (status: number) => status === 200,
  };
}
