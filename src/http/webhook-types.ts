/** The types of webhooks, for those who choose among them. */
import { STATUSES } from '../payments/statuses.ts';
import { WEBHOOK_WORDS } from './words.ts';

export const WEBHOOK_TYPES: readonly string[] = [
  ...STATUSES.map((status) => `payment.${status}`),
  ...Object.keys(WEBHOOK_WORDS),
];
