/** Which messages about a payment a website of PolyBanking gets: it knows codes of PostFinance, and nothing of operations. */
import { FEEDBACK, type PaymentView } from './types.ts';

/** Providers whose own status codes are those that websites know. */
const HAS_POSTFINANCE_CODES: ReadonlySet<string> = new Set(['postfinance', 'ogone']);

/** Whether a provider's status codes are those that websites know. */
export function hasPostfinanceCodes(provider: string): boolean {
  return HAS_POSTFINANCE_CODES.has(provider);
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
  if (type === FEEDBACK) return hasPostfinanceCodes(data.provider);
  // The original told a website of a change of the amounts by the bank's code alone.
  if (previousStatus === data.status) return false;
  return type === `payment.${data.status}` && data.status !== 'created' && data.status !== 'forwarded';
}
