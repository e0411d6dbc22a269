/** `countersign/client`: the storefront's client. It needs nothing but the platform's own fetch and WebCrypto. */
export {
  Countersign,
  type CountersignOptions,
  type EventsFilter,
  type MethodsFilter,
} from './countersign.ts';
export {
  type ClientProblemCode,
  CountersignError,
  type ErrorCode,
  type ErrorFacts,
  type WrongField,
} from './errors.ts';
export type { OperationName } from './idempotency.ts';
export type { Secrets } from './mac.ts';
export type { HeaderSource, WebhookMessage, WebhookRequest } from './messages.ts';
export type { PageOf } from './pages.ts';
export type { CancelOptions, CreateOptions, OperationOptions, PaymentFilter, Payments } from './payments.ts';
export type { FetchAnswer, FetchFunction, FetchInit, Signal } from './platform.ts';
export { type ReturnAddress, type ReturnOptions, type VerifiedReturn, verifyReturn } from './returns.ts';
export type { CallOptions } from './transport.ts';
export type * from './types.ts';
export {
  type MessageDialect,
  type PolybankingWebhook,
  type StandardWebhook,
  type VerifiedWebhook,
  type VerifyOptions,
  verifyWebhook,
} from './webhooks.ts';
