/** Which messages about a payment a website of PolyBanking gets: it knows codes of PostFinance, and nothing of operations. */
import { type Status, WITH_MONEY } from './statuses.ts';
import { FEEDBACK, type PaymentView } from './types.ts';

/** Providers whose own status codes are those that websites know. */
const HAS_POSTFINANCE_CODES: ReadonlySet<string> = new Set(['postfinance', 'ogone']);

/** Whether a provider's status codes are those that websites know. */
export function hasPostfinanceCodes(provider: string): boolean {
  return HAS_POSTFINANCE_CODES.has(provider);
}

/** PostFinance's bank of today, and the platform's own name: their words stand for the codes of e-payment. */
const IN_ITS_PLACE: ReadonlySet<string> = new Set(['postfinance-checkout', 'wallee']);

/** What a word of theirs is at e-payment, and the statuses of a payment that it fits. */
interface Stand {
  readonly code: string;
  readonly fits: ReadonlySet<Status>;
}

const NOT_PAID: ReadonlySet<Status> = new Set(['denied', 'error', 'expired']);

/** By the first word of the provider's status: what follows in it says why. */
const STANDS: Readonly<Record<string, Stand>> = {
  PROCESSING: { code: '91', fits: new Set(['pending']) },
  AUTHORIZED: { code: '5', fits: WITH_MONEY },
  COMPLETED: { code: '5', fits: WITH_MONEY },
  FULFILL: { code: '9', fits: WITH_MONEY },
  FAILED: { code: '2', fits: NOT_PAID },
  DECLINE: { code: '0', fits: NOT_PAID },
  VOIDED: { code: '6', fits: new Set(['cancelled']) },
  refund: { code: '8', fits: new Set(['partially_refunded', 'refunded']) },
};

/** Words of money that is held: a payment that is cancelled after them was authorized and released. */
const HOLDING: ReadonlySet<string> = new Set(['AUTHORIZED', 'COMPLETED']);

/**
 * The code of e-payment for what a provider that has taken its place says; null: it is another provider, or says nothing that fits
 * the status.
 */
export function codeInItsPlace(provider: string, providerStatus: string, status: Status): string | null {
  const [word = ''] = providerStatus.split(' ');
  if (!IN_ITS_PLACE.has(provider) || !Object.hasOwn(STANDS, word)) return null;
  const stand = STANDS[word];
  if (stand?.fits.has(status)) return stand.code;
  return status === 'cancelled' && HOLDING.has(word) ? '6' : null;
}

/** Whether a provider is PostFinance: the bank of the original, or what is in its place. */
export function isPostfinance(provider: string): boolean {
  return provider === 'postfinance' || IN_ITS_PLACE.has(provider);
}

/**
 * Whether a provider's messages say that something has happened, and never what: the answers to status queries stand for them in a
 * transaction's times.
 */
export function isToldByAnswers(provider: string): boolean {
  return IN_ITS_PLACE.has(provider);
}

/** What decides of a queued message whether a website gets it. */
export interface WebsiteMessage {
  readonly type: string;
  /** Left out where there is none before. */
  readonly previousStatus?: string;
  readonly data: Pick<PaymentView, 'status' | 'provider'>;
}

/** Whether a website gets a message: when the status has changed, or for another code; not before its bank has said something. */
export function isForWebsite({ type, previousStatus, data }: WebsiteMessage): boolean {
  if (type === FEEDBACK) return hasPostfinanceCodes(data.provider) || isToldByAnswers(data.provider);
  // The original told a website of a change of the amounts by the bank's code alone.
  if (previousStatus === data.status) return false;
  return type === `payment.${data.status}` && data.status !== 'created' && data.status !== 'forwarded';
}
