/**
 * Answers of the local Worker as it gave them, as examples in the document: by the schema that they fit.
 */
import type { GenericSchema } from 'valibot';
import { OPERATOR_EXAMPLES } from './operator-examples.ts';
import * as schemas from './schemas.ts';

/** A payment as a webhook has it. */
const listed = {
  id: '3XQKWCG7XBC6P9TN',
  version: 2,
  reference: 'order-1043',
  status: 'forwarded',
  amount: 1999,
  currency: 'EUR',
  account: 'ecommpay-sandbox',
  provider: 'ecommpay',
  test: true,
  amounts: { authorized: 0, paid: 0, refunded: 0 },
  pendingReason: null,
  providerReference: null,
  providerStatus: null,
  providerStatusText: null,
  signed: null,
  declineReason: null,
  card: null,
  description: 'Two tickets',
  capture: 'automatic',
  extraData: null,
  customer: { email: 'jane@example.com' },
  operations: [],
  expiresAt: null,
  paidAt: null,
  late: false,
  createdAt: '2026-11-26T12:48:39.823Z',
  updatedAt: '2026-11-26T12:48:39.875Z',
};

const checkoutUrl = 'http://localhost:8787/pay/3XQKWCG7XBC6P9TN/5642EsBX2VilXsehnSTm1w';

/** Whose settings are the fewest. */
const spplus = {
  id: 'spplus',
  aliases: [],
  caption: 'SPPlus (Caisse d’Épargne; ended around 2011, replaced by SystemPay)',
  ended: '2011-12-31',
  successor: [{ provider: 'systempay', brand: 'systempay' }],
  countries: ['FR'],
  currencies: ['EUR'],
  capabilities: {
    capture: false,
    cancel: false,
    refund: false,
    status: false,
    manualCapture: false,
    signedNotification: true,
    signedReturn: true,
  },
  requires: [],
  proof: {
    keyOf: 'merchant',
    covered: ['siret', 'reference', 'langue', 'devise', 'montant', 'taxe', 'refsfp', 'etat'],
    notCovered: [],
    bordersCovered: false,
    environmentMark: 'etat',
    countsAt: { notification: 'proof', return: 'proof' },
  },
  settings: {
    type: 'object',
    properties: {
      siret: { type: 'string', pattern: '^\\d{14}-\\d{2,3}$', title: 'SIRET and site number' },
      langue: { type: 'string', pattern: '^[A-Z]{2}$', title: 'Language', default: 'FR' },
    },
    required: ['siret'],
  },
};

export const EXAMPLES: ReadonlyMap<GenericSchema, unknown> = new Map<GenericSchema, unknown>([
  [
    schemas.payment,
    {
      ...listed,
      version: 1,
      status: 'created',
      updatedAt: listed.createdAt,
      redirect: {
        kind: 'url',
        method: 'GET',
        url: 'http://localhost:8787/payment?project_id=112&payment_id=3XQKWCG7XBC6P9TN01&payment_amount=1999&payment_currency=EUR&payment_description=Two%20tickets&customer_email=jane%40example.com&operation_type=sale&merchant_callback_url=http%3A%2F%2Flocalhost%3A8923%2Fcallback%2Fecommpay-sandbox&redirect_success_url=http%3A%2F%2Flocalhost%3A8923%2Freturn%2Fecommpay-sandbox%2F3XQKWCG7XBC6P9TN%3Fvia%3Dsuccess&redirect_success_mode=parent_page&redirect_fail_url=http%3A%2F%2Flocalhost%3A8923%2Freturn%2Fecommpay-sandbox%2F3XQKWCG7XBC6P9TN%3Fvia%3Dfailure&redirect_fail_mode=parent_page&redirect_return_url=http%3A%2F%2Flocalhost%3A8923%2Freturn%2Fecommpay-sandbox%2F3XQKWCG7XBC6P9TN%3Fvia%3Dcancel&signature=xMuaLEYyHkZ7gA2aeNb6Yo0AjmHy7h0T92jEfb2msNSS2xWOotbvgHlJrU1nP2JvZFBff%2FUoR8VMgl5klMOLnw%3D%3D',
      },
      checkoutUrl,
    },
  ],
  [
    schemas.paymentRead,
    {
      ...listed,
      version: 5,
      status: 'paid',
      amounts: { authorized: 0, paid: 1999, refunded: 0 },
      providerReference: '283222',
      providerStatus: 'success',
      providerStatusText: 'paid',
      signed: true,
      operations: [
        {
          operation: 1,
          kind: 'refund',
          attempt: 1,
          amount: 500,
          state: 'accepted',
          requestedAt: '2026-11-26T12:48:39.992Z',
          finishedAt: null,
          error: null,
          providerStatus: 'accepted',
          providerReference: 'request-700000000797701',
          operationReference: '3XQKWCG7XBC6P9TN01R1',
          lookUp: null,
        },
      ],
      paidAt: '2026-11-26T12:48:39.957Z',
      updatedAt: '2026-11-26T12:48:40.155Z',
      redirect: null,
      checkoutUrl,
      attempts: [
        {
          attempt: 1,
          account: 'ecommpay-sandbox',
          provider: 'ecommpay',
          amount: 1999,
          status: 'paid',
          amounts: { authorized: 0, paid: 1999, refunded: 0 },
          pendingReason: null,
          declineReason: null,
          card: null,
          createdAt: '2026-11-26T12:48:39.823Z',
          bills: [],
        },
      ],
    },
  ],
  [
    schemas.events,
    {
      data: [
        {
          seq: 1,
          at: '2026-11-26T12:48:39.823Z',
          type: 'created',
          source: 'shop',
          detail: { reference: 'order-1043', amount: 1999, currency: 'EUR', account: 'ecommpay-sandbox' },
          hash: '7ac41766c81aab62ea0b25a8f9b45dcf36dd24b8c7bbc4c7cb72ed2f32ad51b5',
        },
        {
          seq: 2,
          at: '2026-11-26T12:48:39.875Z',
          type: 'forwarded',
          source: 'shopper',
          detail: { attempt: 1, account: 'ecommpay-sandbox', ip: '127.0.0.1' },
          hash: '96759ff30f32e941fdaf4c9b50b7d48cb234a9e71c435b05392e0d658d0f6362',
        },
        {
          seq: 3,
          at: '2026-11-26T12:48:39.957Z',
          type: 'notification.applied',
          source: 'provider',
          detail: {
            attempt: 1,
            outcome: 'paid',
            amount: 1999,
            currency: 'EUR',
            providerStatus: 'success',
            providerReference: '283222',
            channel: 'notification',
            signedBy: 'current',
            provider: {
              method: 'card',
              operation: 'sale',
              operationId: '9283222',
              code: '0',
              message: 'Success',
              card: '400000******0077',
            },
            from: 'forwarded',
            to: 'paid',
          },
          hash: 'ef0b06803a275241e3d59a177629a9d7a683cc99a488b6f991b9b5a2904495cf',
        },
      ],
      pending: [{ id: 'operation_1', kind: 'operation', tries: 0, nextTryAt: '2026-11-26T12:49:10.156Z' }],
      nextCursor: '3',
    },
  ],
  [
    schemas.deliveries,
    {
      data: [
        {
          webhook: 'msg_3XQKWCG7XBC6P9TN_0002a',
          at: '2026-11-26T12:48:40.171Z',
          result: 'delivered',
          try: 1,
          status: 204,
          error: null,
          durationMs: 134,
        },
        {
          webhook: 'msg_3XQKWCG7XBC6P9TN_0003a',
          at: '2026-11-26T12:48:40.171Z',
          result: 'delivered',
          try: 1,
          status: 204,
          error: null,
          durationMs: 133,
        },
      ],
    },
  ],
  [
    schemas.shopAccounts,
    {
      data: [
        {
          id: 'epaydk-sandbox',
          provider: 'epaydk',
          caption: 'ePay.dk (sandbox)',
          currencies: ['DKK', 'EUR'],
          test: true,
          proof: {
            keyOf: 'merchant',
            covered: ['o', 'n', 'txnid', 'orderid', 'amount', 'currency', 'date'],
            notCovered: [],
            bordersCovered: false,
            environmentMark: null,
            countsAt: { notification: 'query', return: 'query' },
          },
          trustUnprovenNotifications: false,
        },
      ],
    },
  ],
  [
    schemas.problem,
    {
      type: 'https://countersign.dev/problems/invalid_request',
      title: 'The request is not valid',
      status: 400,
      detail: 'amuont: is not known: did you mean amount?',
      code: 'invalid_request',
      errors: [{ path: 'amuont', message: 'is not known: did you mean amount?' }],
    },
  ],
  [schemas.paymentList, { data: [{ ...listed, checkoutUrl }], nextCursor: null }],
  [schemas.providerInfo, spplus],
  [schemas.providerList, { data: [spplus] }],
  [schemas.health, { status: 'ok', version: '0.1.0' }],
  [
    schemas.webhook,
    {
      type: 'payment.forwarded',
      timestamp: '2026-11-26T12:48:39.875Z',
      previousStatus: 'created',
      data: listed,
    },
  ],
  ...OPERATOR_EXAMPLES,
]);

/** An example of an answer; undefined: there is none. */
export function answerExample(schema: GenericSchema): unknown {
  return EXAMPLES.get(schema);
}
