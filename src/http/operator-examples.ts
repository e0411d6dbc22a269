/** Answers to operators, and to those who move from PolyBanking, as the local Worker gave them: by the schema that they fit. */
import type { GenericSchema } from 'valibot';
import * as schemas from './schemas.ts';

const AT = '2026-11-26T15:13:59.344Z';

const bookSums = {
  currency: 'EUR',
  test: true,
  payments: 2,
  refundCount: 1,
  chargebackCount: 0,
  gross: 3998,
  refunds: 500,
  chargebacks: 0,
  net: 3498,
};

const account = {
  id: 'paybox-main',
  provider: 'paybox',
  caption: 'Paybox',
  displayName: null,
  kind: null,
  environment: 'test',
  currencies: ['EUR'],
  settings: { site: '1999888', rang: '32', identifiant: '107904482', hmac_key: '********' },
  endpoints: {},
  allowedIps: [],
  expireAfterHours: 24,
  trustUnprovenNotifications: false,
  retiredAt: null,
  succession: null,
  fallback: null,
  outage: null,
  secrets: { hmac_key: [{ notBefore: AT, notAfter: null }] },
  createdAt: AT,
  updatedAt: AT,
  proof: {
    keyOf: 'platform',
    covered: ['M', 'R', 'E', 'S', 'T', 'A', 'C'],
    notCovered: [],
    bordersCovered: true,
    environmentMark: 'A',
    countsAt: { notification: 'query', return: 'query' },
  },
  warnings: [
    'settings.billing_phone is not set: banks refuse payments whose shop gives no telephone number of the shopper (since October 2024)',
  ],
  setup: [
    {
      where: 'Back office > Information > Instant payment notification (IPN) URL',
      value: 'https://pay.example.com/callback/paybox-main (each payment also carries it as PBX_REPONDRE_A)',
    },
    {
      where: 'Back office > Information > HMAC key',
      value: 'make one, enter it here, and confirm it by the e-mail link',
    },
  ],
};

const shop = {
  id: 'tickets',
  name: 'Tickets',
  group: null,
  active: true,
  adminEnabled: true,
  testMode: true,
  region: null,
  rateLimit: null,
  expireAfterMinutes: null,
  accounts: ['paybox-main'],
  returnUrl: { success: 'https://tickets.example/thanks', failure: 'https://tickets.example/sorry' },
  webhook: { url: 'https://tickets.example/webhook', dialect: 'standard', newPayments: false },
  createdAt: AT,
  updatedAt: AT,
};

const refusal = {
  id: 1,
  at: '2026-11-26T15:13:59.449Z',
  account: 'ecommpay-sandbox',
  channel: 'notification',
  reason: 'signature_mismatch',
  ip: '127.0.0.1',
  requestId: '8e70dc848b41e402',
  explanation: {
    problem: 'the signature does not fit the body and the secret key',
    base: 'payment:id:3XQKWCG7XBC6P9TN01;payment:status:success;project_id:112',
    charset: 'utf-8',
    expected: 'KOCmW5jy',
    received: 'AAAA',
    firstDifference: { at: 0, expected: 'KOCmW5jy', received: 'AAAA' },
    keysTried: [
      { setting: 'secret_key', key: '24 characters, fingerprint a50cc0ce', which: 'current' as const },
    ],
    likelyCauses: ['the signature has 4 characters and not 88: another algorithm or encoding'],
  },
};

const change = (to: unknown) => ({ from: null, to });

const audited = {
  id: 22,
  at: AT,
  actor: 'operator',
  actorName: null,
  address: '203.0.113.9',
  request: '5d0f3a9c2b7e4f18',
  action: 'shop.created',
  subject: 'tickets',
  shop: 'tickets',
  detail: {
    name: change(shop.name),
    active: change(true),
    adminEnabled: change(true),
    testMode: change(true),
    accounts: change(shop.accounts),
    returnUrl: change(shop.returnUrl),
    webhook: change(shop.webhook),
    keys: ['apiKey', 'requestKey', 'ipnKey', 'webhookSecret'],
  },
};

const website = {
  reference: 'order-1042',
  extra_data: '',
  amount: '1050',
  amount_chf: 10.5,
  postfinance_id: 'None',
  postfinance_status: '??',
  postfinance_status_text: 'Unknow',
  internal_status: 'fw',
  internal_status_text: 'User forwarded to PostFinance',
  ipn_needed: 'False',
  brand: '',
  card: '',
  creation_date: '2026-11-26 16:14:16.405000+01:00',
  last_userforwarded_date: '2026-11-26 16:14:16.904000+01:00',
  last_user_back_from_postfinance_date: '',
  last_postfinance_ipn_date: '',
  last_ipn_date: '2026-11-26 16:14:17.089000+01:00',
};

const user = {
  id: '7',
  username: 'jane',
  name: 'Jane Doe',
  email: 'jane@example.com',
  superuser: false,
  staff: true,
  active: true,
  groups: ['Tickets'],
  configs: ['12'],
};

const imported = {
  id: 41,
  config: '12',
  at: '2019-03-04T10:11:12Z',
  user: 'jane',
  text: 'Changed url_ipn.',
};

const used = { createdAt: AT, lastUsedAt: AT, lastUsedFrom: '203.0.113.9' };

const token = {
  ...used,
  id: '5f0c3b9a1d2e4876',
  name: 'nightly export',
  role: 'view',
  shops: null,
  groups: ['theatres'],
  expiresAt: '2036-01-01T00:00:00.000Z',
  revokedAt: null,
};

const operator = {
  ...used,
  id: '8a41d07e62c95b3f',
  email: 'zoe@example.com',
  name: 'Zoé Müller',
  role: 'refund',
  shops: ['tickets'],
  groups: [],
  active: true,
  updatedAt: AT,
};

const endpoint = {
  id: 'ep_7c0f2a9d4b1e6835',
  url: 'https://books.example.com/countersign',
  dialect: 'standard',
  events: ['payment.paid', 'payment.refunded'],
  active: true,
  failingSince: null,
  switchedOffAt: null,
  createdAt: AT,
  updatedAt: AT,
};

const attention = {
  id: '12',
  kind: 'webhook_failing',
  payment: '3XQKWCG7XBC6P9TN',
  account: 'ecommpay-sandbox',
  shop: 'tickets',
  since: AT,
  detail: {
    reference: 'order-1043',
    endpoint: 'first',
    webhook: 'msg_3XQKWCG7XBC6P9TN_0003a',
    status: 503,
    error: null,
    abandoned: false,
  },
};

export const OPERATOR_EXAMPLES: readonly (readonly [GenericSchema, unknown])[] = [
  [schemas.account, account],
  [schemas.accountList, { data: [account] }],
  [schemas.refusals, { data: [refusal], nextCursor: null }],
  [schemas.shop, shop],
  [schemas.shopList, { data: [shop] }],
  [
    schemas.connection,
    {
      url: 'https://pay.example.com',
      keys: {
        apiKey: [{ notBefore: AT, notAfter: null }],
        requestKey: [{ notBefore: AT, notAfter: null }],
        ipnKey: [{ notBefore: AT, notAfter: null }],
        webhookSecret: [{ notBefore: AT, notAfter: null }],
      },
      endpointSecrets: { ep_7c0f2a9d4b1e6835: [{ notBefore: AT, notAfter: null }] },
    },
  ],
  [schemas.endpoint, { ...endpoint, secret: 'whsec_T2ZhIHRlc3QgYWxvbmU6IG5vYm9keSdz' }],
  [schemas.endpointList, { data: [endpoint] }],
  [
    schemas.endpointTest,
    { webhook: 'msg_sample_5d0f3a9c2b7e4f18', result: 'delivered', status: 204, error: null, durationMs: 84 },
  ],
  [schemas.resentMany, { queued: 41, skipped: 2, nextCursor: null }],
  [schemas.attention, attention],
  [schemas.attentionList, { data: [attention], nextCursor: null, counts: { webhook_failing: 1 } }],
  [
    schemas.branding,
    {
      name: 'Tickets',
      color: '#14532d',
      language: null,
      logo: 'https://pay.example.com/logo/tickets/9f86d081884c7d65',
    },
  ],
  [
    schemas.accountCheck,
    {
      result: 'good',
      call: 'PPPS.php, TYPE 00011, of a reference that does not exist',
      detail: 'Paybox Direct takes site, rang and the HMAC key',
      durationMs: 212,
      health: {
        lastNotificationAt: AT,
        lastAnswerAt: AT,
        lastFailureAt: null,
        failingSince: null,
        failures: 0,
        lastError: null,
      },
    },
  ],
  [schemas.auditList, { data: [audited], nextCursor: '22' }],
  [schemas.rebuilt, { queued: 250, empty: 0, nextCursor: '250' }],
  [schemas.reencrypted, { accounts: 3, shops: 2, users: 1, failed: [] }],
  [schemas.createdToken, { ...token, token: 'cst_3q2-7wAAv5kQm0xYB1nZs8Rf4LhT6uEoJcPdGiWyVaM' }],
  [schemas.tokenList, { data: [token] }],
  [schemas.user, operator],
  [schemas.userList, { data: [operator] }],
  [
    schemas.exported,
    {
      data: [
        {
          id: '3XQKWCG7XBC6P9TN',
          reference: 'order-1042',
          shop: 'tickets',
          account: 'paybox-main',
          provider: 'paybox',
          status: 'paid',
          currency: 'EUR',
          amount: 1999,
          paid: 1999,
          refunded: 0,
          createdAt: AT,
          paidAt: AT,
          providerReference: '1234567',
        },
      ],
      nextCursor: null,
    },
  ],
  [
    schemas.summary,
    {
      dateBy: 'movement',
      by: 'shop',
      timeZone: 'Europe/Zurich',
      from: '2026-10-31T23:00:00.000Z',
      to: '2026-11-30T23:00:00.000Z',
      data: [{ month: '2026-11', key: 'tickets', name: 'Tickets', ...bookSums }],
      totals: [bookSums],
    },
  ],
  [
    schemas.report,
    {
      url: 'https://books.example.com/countersign',
      timeZone: 'Europe/Zurich',
      hour: 6,
      lastDay: '2026-11-25',
    },
  ],
  [
    schemas.checked,
    {
      checked: 50,
      data: [
        {
          payment: '3XQKWCG7XBC6P9TN',
          shop: 'tickets',
          kind: 'copy_differs',
          detail: 'paid is 2000 in the copy, 1999 in the ledger',
        },
      ],
      nextCursor: '3XQKWCG7XBC6P9TN',
    },
  ],
  [schemas.checkedAnchors, { data: [{ number: 1, problems: [] }], nextCursor: null }],
  [schemas.approvalLimits, { EUR: 50_000, JPY: 80_000 }],
  [schemas.imported, { result: 'imported', detail: null }],
  [schemas.importedUsers, { data: [user] }],
  [schemas.importedChanges, { data: [imported], nextCursor: null }],
  [schemas.polybankingAnswer, { status: 'OK', url: 'https://pay.example.com/paiements/go/P1VYYQBHN7X3191J' }],
  [schemas.polybankingReferences, { result: 'ok', data: [{ reference: website.reference }] }],
  [schemas.polybankingTransaction, { result: 'ok', data: website }],
  [
    schemas.polybankingView,
    {
      transaction: website,
      logs: [
        {
          when: '2026-11-26 13:48:40.155000+01:00',
          extra_data: '9',
          log_type: 'postfinanceStatus',
          log_type_text: 'Postfinance status changed',
        },
      ],
    },
  ],
  [
    schemas.overview,
    {
      zone: 'Europe/Zurich',
      days: ['2026-11-25', '2026-11-26'],
      today: { day: '2026-11-26', statuses: [{ status: 'paid', test: false, count: 12 }] },
      sums: [
        {
          day: '2026-11-26',
          currency: 'EUR',
          provider: 'paybox',
          test: false,
          count: 12,
          paid: 23988,
          refunded: 1999,
        },
      ],
    },
  ],
];
