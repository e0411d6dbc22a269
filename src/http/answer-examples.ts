/**
 * Answers of the local Worker as it gave them, as examples in the document: by the schema that they fit.
 */
import type { GenericSchema } from 'valibot';
import { OPERATOR_EXAMPLES } from './operator-examples.ts';
import {
  CHECKOUT_URL,
  EVENTS,
  listed,
  OPERATOR_PAYMENT_EXAMPLES,
  READ,
  SHORT_URL,
} from './payment-examples.ts';
import { RECONCILIATION_EXAMPLES } from './reconciliation-examples.ts';
import * as schemas from './schemas.ts';

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
      checkoutUrl: CHECKOUT_URL,
      shortUrl: SHORT_URL,
    },
  ],
  [schemas.paymentRead, READ],
  [
    schemas.feed,
    {
      data: [
        {
          id: `msg_${listed.id}_0002a`,
          type: 'payment.forwarded',
          timestamp: listed.updatedAt,
          previousStatus: 'created',
          data: listed,
        },
      ],
      nextCursor: '1042',
    },
  ],
  [
    schemas.events,
    {
      data: EVENTS,
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
          endpoint: 'first',
          at: '2026-11-26T12:48:40.171Z',
          result: 'delivered',
          try: 1,
          status: 204,
          error: null,
          durationMs: 134,
        },
        {
          webhook: 'msg_3XQKWCG7XBC6P9TN_0003a',
          endpoint: 'first',
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
          account: 'epaydk-sandbox',
          provider: 'epaydk',
          caption: 'ePay.dk (sandbox)',
          displayName: 'ePay.dk',
          kind: 'card',
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
      type: 'https://pay.example.com/docs/errors/invalid_request',
      title: 'The request is not valid',
      status: 400,
      detail: 'amuont: is not known: did you mean amount?',
      code: 'invalid_request',
      errors: [{ path: 'amuont', message: 'is not known: did you mean amount?' }],
    },
  ],
  [schemas.paymentList, { data: [{ ...listed, checkoutUrl: CHECKOUT_URL }], nextCursor: null }],
  [
    schemas.methods,
    {
      data: [
        { id: '154', name: 'BLIK', kind: 'blik' },
        { id: '31', name: 'iPKO', kind: 'bank' },
      ],
    },
  ],
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
  ...RECONCILIATION_EXAMPLES,
  ...OPERATOR_PAYMENT_EXAMPLES,
]);

/** An example of an answer; undefined: there is none. */
export function answerExample(schema: GenericSchema): unknown {
  return EXAMPLES.get(schema);
}
