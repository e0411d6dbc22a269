/** What every word of the contract means, for the document. A new one does not compile without its sentence. */
import type { AttentionKind } from '../payments/attention.ts';
import type { ProblemCode } from '../payments/errors.ts';
import type { OperationState } from '../payments/operations.ts';
import type { Status } from '../payments/statuses.ts';
import type { EventType } from '../payments/types.ts';
import type { OtherWebhookType } from './webhook-types.ts';

export const STATUS_WORDS: Readonly<Record<Status, string>> = {
  created: 'Nobody was sent to a provider yet.',
  forwarded: 'The shopper was sent to a provider, which has said nothing yet.',
  pending: 'The provider has the payment and no result of it yet; `pendingReason` says why.',
  authorized: 'The money is held. It comes with a capture, and goes back by itself some days later.',
  partially_paid: 'Less than the amount has come.',
  paid: 'The amount has come, or more.',
  denied: 'The provider, or the bank behind it, has declined. The shopper may try again.',
  cancelled: 'The shopper gave up, the shop called it off, or held money was released.',
  expired: 'Its time was up without a result. Money that comes later still counts.',
  error: 'The provider reports an error of its own. The shopper may try again.',
  partially_refunded: 'Some of the money was given back.',
  refunded: 'All of the money was given back.',
  charged_back: 'The bank has taken the money back from the shop.',
};

export const OPERATION_STATE_WORDS: Readonly<Record<OperationState, string>> = {
  awaiting_approval: 'An operator has asked for it, and a second one has to approve it. Nothing was sent.',
  running: 'It is recorded, and the provider is being called.',
  accepted: 'The provider has taken it, and tells the result later.',
  unknown: 'The answer was lost. It is reconciled and never repeated; until then nothing else begins.',
  succeeded: 'The provider has done it.',
  failed: 'The provider has certainly not done it.',
};

export const EVENT_WORDS: Readonly<Record<EventType, string>> = {
  created: 'The shop has created the payment.',
  replaced: 'The shop has put another request in its place.',
  called_off: 'The shop has called it off.',
  forwarded: 'The shopper was sent to a provider.',
  'forward.failed':
    "The shopper could not be sent to a provider, and saw a page that says so; `words` are the bank's own.",
  returned: 'The shopper came back.',
  'notification.applied': 'A message of the provider has counted: it moved the payment, or says more of it.',
  'notification.duplicate': 'A message had come before.',
  'notification.ignored': 'A message is genuine and moves nothing.',
  'notification.conflict':
    'A message says what cannot be: another amount or currency, money that is not there.',
  'attempt.concluded': 'The operator has said what became of an attempt whose messages prove nothing.',
  'money.moved': 'Money has moved by something that is no line of its own.',
  'payment.paid_twice': 'More than the amount has come.',
  'payment.chargeback_reversed': "The shop has a chargeback's money back.",
  'operation.requested': 'A capture, cancel or refund was asked for.',
  'operation.approved': 'A second operator has approved it: it is executed now.',
  'operation.not_approved': 'A second operator has declined it: it was never sent.',
  'operation.accepted': 'The provider has taken it, and tells the result later.',
  'operation.succeeded': 'The provider has done it.',
  'operation.failed': 'The provider has certainly not done it.',
  'operation.unknown': 'The answer was lost: it may have been done.',
  'operation.abandoned': 'It stays unknown: nobody is left to ask, and a person looks it up.',
  'payment.expired': 'Its time was up without a result.',
  'confirm.requested': 'The provider will be asked.',
  'confirm.succeeded': 'The provider was asked, and has answered.',
  'confirm.failed': 'The provider was asked, and has not answered; it is asked again.',
  'confirm.abandoned': 'The provider is asked no more.',
  'webhook.delivered': 'The shop has taken a webhook.',
  'webhook.failed': 'The shop has not taken a webhook; it is sent again.',
  'webhook.abandoned': 'The shop has not taken a webhook, which is sent no more.',
  'webhook.resent': 'The newest webhook was asked for again.',
  'import.completed': 'The payment was taken over from another server.',
  'data.erased': "The shopper's data was erased; `lines` are the events whose detail is gone.",
};

export const PROBLEM_WORDS: Readonly<Record<ProblemCode, string>> = {
  invalid_request: 'Something in the request is wrong or not known; `errors` says where. Mend it.',
  unauthorized: 'The key is missing, wrong, or of another kind.',
  forbidden:
    'The key is right, but it may not do this: the shop is switched off, the account is not one of its accounts, or the operator lacks the permission.',
  not_found: 'Not found, or not visible to this key.',
  method_not_allowed: 'The address takes other methods; the header Allow names them.',
  reference_conflict:
    'The reference, or the Idempotency-Key, belongs to another request. `payment` is its payment, `differences` names the fields that differ.',
  conflict_version: 'The payment has changed since the version in If-Match. Read it, and decide again.',
  expired: 'The place in the list is gone, or never was there. Go on from `after`.',
  invalid_state: 'The payment is not, or no longer, in a status that allows it.',
  payload_too_large: 'The body is larger than its limit, mostly 64 KiB.',
  unsupported_currency: 'The account does not take the currency.',
  unsupported_operation:
    'The provider, or this contract of it, cannot do it; the detail says what is missing.',
  amount_out_of_range: 'The amount is more than there is, or than the provider takes.',
  rate_limited: 'Too many requests. Try again after the seconds in Retry-After.',
  internal_error: 'A fault of countersign. The same request may be sent again.',
  misconfigured: 'The service, or the account, lacks a setting. The operator mends it.',
  unavailable: 'The storage does not answer. Try again after the seconds in Retry-After.',
  provider_error:
    'The provider has declined the call, in its own words under `provider`; or its answer is not to be believed. A capture, cancel or refund whose `operation.state` is `unknown` may have been carried out.',
  provider_unreachable:
    'The provider did not answer. A capture, cancel or refund whose `operation.state` is `unknown` may have been carried out, and is looked up.',
};

export const ATTENTION_WORDS: Readonly<Record<AttentionKind, string>> = {
  webhook_failing:
    'An endpoint has not taken a webhook of the payment twice, or it was given up. It goes when this one or a later one has arrived there.',
  endpoint_off:
    'An endpoint was switched off because it took nothing for five days. It goes when somebody switches it on.',
  operation_unknown:
    'Nobody knows what became of a capture, cancel or refund: `detail.lookUp` says what to look for at the provider.',
  awaiting_approval:
    'A refund, or a cancel of paid money, that a second operator has to approve: `detail.operation` of the payment.',
  conflict:
    'A message says what cannot be: another amount or currency, or that what was paid was not. It goes when a later message of the attempt counts that fits.',
  paid_twice: 'More than the amount is there. It goes when the rest was given back.',
  pending_person: 'The provider waits for a person.',
  pending_proof:
    'A message says that there is a result, and proves nothing: look it up, and conclude the attempt.',
  accepted_risk: 'An account takes notifications that prove nothing, because an operator has accepted it.',
  refusals: 'Messages to an account were refused for this reason in the last 24 hours.',
  provider_failing:
    'Calls to the provider of an account fail, two or more in a row. It goes with the next answer.',
  provider_silent:
    'An account that had notifications has had none for a day, although ten shoppers or more were sent to the provider meanwhile. It goes with the next notification.',
  fallback:
    'The provider of an account cannot be reached, and new attempts go to its fallback, `detail.fallback`. It goes with the next answer; one attempt a minute tries.',
  drift:
    'A code, a field or an address of a message was never seen before at this provider. Only a person ends it, or a version that knows it.',
  secret_ending:
    'An earlier value of a key or secret, a token (told to owners of all shops) or a pinned certificate works no more after `detail.endsAt`, within seven days.',
};

/** The types of webhooks that are not `payment.` and a status. */
export const WEBHOOK_WORDS: Readonly<Record<OtherWebhookType, string>> = {
  'payment.paid_twice': 'More than the amount has come: some of it is to be given back.',
  'payment.chargeback_reversed': 'A chargeback was won or taken back: the shop has its money again.',
  'payment.conflict':
    'The provider says what cannot be: what counted as paid or given back is not after all, or money came or went of an amount or a currency that was not asked for, and did not count. A person looks.',
  'operation.succeeded': 'A capture, cancel or refund was done.',
  'operation.failed': 'A capture, cancel or refund was not done, or was declined later.',
  'operation.unknown': 'The answer to a capture, cancel or refund was lost.',
};
