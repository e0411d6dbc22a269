/** `npm run client-types`: writes src/client/types.ts, the types of the client, from the schemas that the server validates with. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as schemas from '../http/schemas.ts';
import { PROBLEMS } from '../payments/errors.ts';
import { MEANS_KINDS } from '../payments/means.ts';
import { OPERATION_KINDS, OPERATION_STATES } from '../payments/operations.ts';
import { STATUSES } from '../payments/statuses.ts';
import { DECLINE_CODES } from '../payments/told.ts';
import { EVENT_TYPES, PENDING_REASONS } from '../payments/types.ts';
import { type NamedList, type NamedSchema, SchemaTypes, schemaAt } from './schema-types.ts';

const FILE = join(import.meta.dirname, '..', 'client', 'types.ts');

const LISTS: readonly NamedList[] = [
  { name: 'PaymentStatus', doc: 'What became of a payment, or of an attempt.', options: STATUSES },
  { name: 'PendingReason', doc: 'Why a payment is pending.', options: PENDING_REASONS },
  { name: 'DeclineCode', doc: 'Why it was not paid: the same for every provider.', options: DECLINE_CODES },
  { name: 'OperationKind', doc: 'What is done with money after the payment.', options: OPERATION_KINDS },
  { name: 'OperationState', doc: 'What became of an operation.', options: OPERATION_STATES },
  { name: 'PaymentEventType', doc: 'What a line of the log is about.', options: EVENT_TYPES },
  { name: 'MeansKind', doc: 'What a means of payment is.', options: MEANS_KINDS },
  { name: 'ProblemCode', doc: 'The kind of an error of the service.', options: Object.keys(PROBLEMS) },
];

const { payment, paymentOrder, paymentRead, providerInfo, shopAccounts } = schemas;

const output = (name: string, doc: string, schema: NamedSchema['schema']) =>
  ({ name, doc, schema, direction: 'output' }) as const;
const input = (name: string, doc: string, schema: NamedSchema['schema']) =>
  ({ name, doc, schema, direction: 'input' }) as const;

const SCHEMAS: readonly NamedSchema[] = [
  input('PaymentOrder', 'What a new payment is to be: `payments.create`.', paymentOrder),
  input('Customer', 'Who pays.', schemaAt(paymentOrder, 'customer')),
  input('Address', 'A postal address.', schemaAt(paymentOrder, 'customer.address')),
  input('LineItem', 'One line of what is bought.', schemaAt(paymentOrder, 'lineItems.[]')),
  input('WantedMethod', 'By what means a payment is to be paid.', schemaAt(paymentOrder, 'method')),
  input('Installments', 'In how many parts a payment is to be paid.', schemaAt(paymentOrder, 'installments')),
  output('Payment', 'A payment.', payment),
  output('PaymentRead', 'A payment with its attempts: `payments.get`.', paymentRead),
  output('Attempt', 'One way to a provider that was begun.', schemaAt(paymentRead, 'attempts.[]')),
  output('Redirect', 'Where to send the shopper, and how.', schemaAt(payment, 'redirect')),
  output('Amounts', "What has moved, in the currency's minor unit.", schemaAt(payment, 'amounts')),
  output('Card', 'The card that was used.', schemaAt(payment, 'card')),
  output('DeclineReason', 'Why it was not paid.', schemaAt(payment, 'declineReason')),
  output('Operation', 'A capture, cancel or refund.', schemas.operationView),
  input('OperationRequest', 'A capture or refund.', schemas.operationRequest),
  output('PaymentList', 'One page of payments.', schemas.paymentList),
  output('PaymentEvents', 'One page of the log of a payment.', schemas.events),
  output('PaymentEvent', 'One line of the log of a payment.', schemaAt(schemas.events, 'data.[]')),
  output('Deliveries', 'The tries of the webhooks of a payment.', schemas.deliveries),
  output('Delivery', 'One try of a webhook.', schemaAt(schemas.deliveries, 'data.[]')),
  output('WebhookBody', 'The body of a webhook.', schemas.webhook),
  output('WebhookPayment', 'A payment as webhooks have it.', schemaAt(schemas.webhook, 'data')),
  output('FeedPage', 'One page of the feed of events.', schemas.feed),
  output(
    'FeedEvent',
    'An event of the feed: what a webhook says, with its id.',
    schemaAt(schemas.feed, 'data.[]'),
  ),
  output('ProviderInfo', 'A provider.', providerInfo),
  output('Proof', "What the signature of a provider's messages proves.", schemas.proof),
  output('ShopAccount', 'An account that the shop may use.', schemaAt(shopAccounts, 'data.[]')),
  output('Means', 'A means of payment, as a provider lists it.', schemaAt(schemas.methods, 'data.[]')),
  output('ProblemBody', 'The body of an error.', schemas.problem),
];

/** The file of types, as it has to be. */
export function clientTypes(): string {
  return [
    '/**',
    ' * The types of the HTTP contract, from the schemas that the server validates with. Made by `npm run client-types`: not to be',
    ' * edited. Long because it has the type of every schema.',
    ' */',
    '',
    new SchemaTypes(SCHEMAS, LISTS).declarations(),
  ].join('\n');
}

if (process.argv[1] === import.meta.filename) writeFileSync(FILE, clientTypes());
