/** Payments and what belongs to them as the local Worker gave them, as examples in the document; those of operators by their schemas. */
import type { GenericSchema } from 'valibot';
import * as schemas from './schemas.ts';

/** A payment as a webhook has it. */
export const listed = {
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
  metadata: { ticket: '1043-A' },
  lineItems: [],
  method: null,
  installments: null,
  operations: [],
  expiresAt: null,
  paidAt: null,
  late: false,
  createdAt: '2026-11-26T12:48:39.823Z',
  updatedAt: '2026-11-26T12:48:39.875Z',
};

export const CHECKOUT_URL = 'http://localhost:8787/pay/3XQKWCG7XBC6P9TN/5642EsBX2VilXsehnSTm1w';

export const SHORT_URL = 'HTTP://LOCALHOST:8787/P/3XQKWCG7XBC6P9TN5B0E7D21A9C4';

export const READ = {
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
  checkoutUrl: CHECKOUT_URL,
  attempts: [
    {
      attempt: 1,
      account: 'ecommpay-sandbox',
      provider: 'ecommpay',
      amount: 1999,
      status: 'paid',
      amounts: { authorized: 0, paid: 1999, refunded: 0 },
      chargedBack: 0,
      pendingReason: null,
      declineReason: null,
      card: null,
      createdAt: '2026-11-26T12:48:39.823Z',
      bills: [],
    },
  ],
};

/** The log of that payment. */
export const EVENTS = [
  {
    seq: 1,
    at: '2026-11-26T12:48:39.823Z',
    type: 'created',
    source: 'shop',
    detail: { reference: 'order-1043', amount: 1999, currency: 'EUR', account: 'ecommpay-sandbox' },
    hash: '45cb74bf44a037113ecef910f6bede81cf36a91cb1f78fd9b867569c8c723467',
    salt: 'f14719f9ff2be553d3b032912fcb8d24',
    detailHash: null,
    erased: false,
  },
  {
    seq: 2,
    at: '2026-11-26T12:48:39.875Z',
    type: 'forwarded',
    source: 'shopper',
    detail: { attempt: 1, account: 'ecommpay-sandbox', ip: '127.0.0.1' },
    hash: '87f6575331f475f022985d89324d95699108c2e483a81bdc36ae87f6d2fdcdb0',
    salt: 'b3e004e45e47bb7ccf4a1b26769d1b94',
    detailHash: null,
    erased: false,
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
    hash: '9cb97b51d6d82db6a83c1797a975f654c2e7b6dbee35ccb0f9a28529f1280534',
    salt: '29e00f01d4c6587a2e2267fe07475e71',
    detailHash: null,
    erased: false,
  },
];

const ANCHOR = {
  number: 41,
  at: '2026-11-27T00:00:07.412Z',
  size: 1,
  root: '08f771c12b0f543d4e342c660d2d3815a23eca1cad76f076bc76c5614e640c9d',
  previous: '7ef52efea9356517fa159399cd3b04ca497739c1fb6f5fe46009821a1f77e92b',
  publicKey: 'j0vXrCpbjTIn2RcmUlIyPEK6K-XmOCv8pdRyLJSGhMk',
  signature: 'l61LKpypkK2Dv7P-cN9BsohbfTmLXj14c4UwnWACGgZFcw4A5QUrye_KKK9IWlTPbdpGz4cmkcTfDY3fW-oyBQ',
};

const LEAF = { seq: 3, hash: '9cb97b51d6d82db6a83c1797a975f654c2e7b6dbee35ccb0f9a28529f1280534' };

const shop = 'demo';

export const OPERATOR_PAYMENT_EXAMPLES: readonly (readonly [GenericSchema, unknown])[] = [
  [schemas.operatorPaymentRead, { ...READ, shop }],
  [schemas.operatorPaymentList, { data: [{ ...listed, shop, checkoutUrl: CHECKOUT_URL }], nextCursor: null }],
  [
    schemas.paymentLink,
    {
      ...listed,
      version: 1,
      status: 'created',
      reference: 'invoice-2026-77',
      amount: 12_500,
      description: 'Invoice 2026-77',
      customer: {},
      updatedAt: listed.createdAt,
      redirect: { kind: 'url', method: 'GET', url: CHECKOUT_URL },
      checkoutUrl: CHECKOUT_URL,
      shortUrl: SHORT_URL,
      shop,
      qr: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 410 410">...</svg>',
    },
  ],
  [
    schemas.operatorDeliveries,
    {
      data: [
        {
          webhook: 'msg_3XQKWCG7XBC6P9TN_0003a',
          endpoint: 'first',
          at: '2026-11-26T12:48:40.171Z',
          result: 'failed',
          try: 1,
          status: 500,
          error: null,
          durationMs: 133,
          exchange: {
            url: 'https://shop.example.com/webhook',
            request:
              '{"type":"payment.paid","timestamp":"2026-11-26T12:48:39.957Z","data":{"id":"3XQKWCG7XBC6P9TN"}}',
            answer: 'the database is down',
          },
        },
      ],
    },
  ],
  [schemas.anchorList, { data: [ANCHOR], nextCursor: null }],
  [
    schemas.logProof,
    {
      version: 2,
      payment: listed.id,
      events: EVENTS,
      anchor: { ...ANCHOR, leaf: LEAF, position: 0, path: [] },
    },
  ],
];
