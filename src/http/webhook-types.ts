/** The types of webhooks, for those who choose among them. */
import { STATUSES } from '../payments/statuses.ts';

/** Those that are not about a status. */
const OTHER_TYPES = [
  'payment.paid_twice',
  'payment.chargeback_reversed',
  'payment.conflict',
  'operation.succeeded',
  'operation.failed',
  'operation.unknown',
] as const;

export type OtherWebhookType = (typeof OTHER_TYPES)[number];

export const WEBHOOK_TYPES: readonly string[] = [
  ...STATUSES.map((status) => `payment.${status}`),
  ...OTHER_TYPES,
];
