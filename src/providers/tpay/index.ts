/**
 * Tpay (Poland; Transferuj.pl until about 2016): the classic form with md5sum, and the Open API with OAuth2. Notifications are one format: a form with
 * an md5sum, which leaves out the status, and today a JWS over the raw body (tpay.jws.ts), which does not.
 *
 * Facts: tpay documentation (first transaction, notifications); tpay-com/tpay-openapi-php and tpay-php; the tests of django-getpaid 1.7.
 *
 * Safe readings: without a JWS a notification may be trusted only where the account says so (old accounts of `transferuj`); any status but TRUE, PAID and
 * CHARGEBACK is a refusal, which never undoes a payment; an error of ours is HTTP 500, never `FALSE`, because that may send the money back.
 */

import * as v from 'valibot';
import { invalidField, Problem, Refusal } from '../../payments/errors.ts';
import { decimal, fromDecimal } from '../../payments/money.ts';
import type { Outcome } from '../../payments/statuses.ts';
import { equalText, hex, readable, utf8 } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import type { RawField } from '../../signing/form.ts';
import { weakDigests } from '../../signing/weak.ts';
import {
  defineProvider,
  type LikelyCause,
  type ProviderAccount,
  type ProviderRequest,
  type ProviderUpdate,
  type Recipe,
  type RecipeInput,
  type Signed,
  type StartedAttempt,
  type StartRequest,
  type StatusQuery,
  type VerificationContext,
} from '../contract.ts';
import { addressWithin, atOrigin, backBy } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';
import { formBytes, formFields, inputFields, textFields } from '../kit/form-message.ts';
import { withProviderFields } from '../kit/provider-fields.ts';
import { pattern, secret, shown, text } from '../kit/settings.ts';
import { legacyTable } from '../kit/statuses.ts';
import { cut, fullName, ifFits } from '../kit/text.ts';
import { statusAlone, verdict } from '../kit/verdict.ts';
import { call, readTransaction, withAmount } from './calls.ts';
import { readJws, verifyJws } from './jws.ts';
import { cancel, refund } from './operations.ts';

const settings = v.object({
  id: v.pipe(pattern(/^\d{1,10}$/, 'is a number'), shown({ title: 'Merchant ID' })),
  code: v.pipe(
    text(4, 64),
    secret({ title: 'Security code', description: 'Settings > Notifications; signs md5sum.' }),
  ),
  mode: v.optional(v.pipe(v.picklist(['openapi', 'classic']), shown({ title: 'Protocol' })), 'openapi'),
  client_id: v.optional(v.pipe(text(3, 100), shown({ title: 'Open API client' }))),
  client_secret: v.optional(v.pipe(text(8, 128), secret({ title: 'Open API secret' }))),
  recipe: v.optional(
    v.pipe(
      v.picklist(['ampersand', 'concat']),
      shown({ title: 'md5sum of the form', description: 'ampersand today, concat in old manuals.' }),
    ),
    'ampersand',
  ),
  require_jws: v.optional(
    v.pipe(
      v.boolean(),
      shown({
        title: 'Refuse notifications without JWS',
        description: 'Off only for accounts from before it.',
      }),
    ),
    true,
  ),
  api_key: v.optional(
    v.pipe(text(8, 64), secret({ title: 'Key of the older API', description: 'classic: for refunds.' })),
  ),
  api_password: v.optional(v.pipe(text(4, 64), secret({ title: 'Password of the older API' }))),
  root_cert_pem: v.optional(
    v.pipe(
      text(0, 8000),
      shown({ title: 'Root certificate (PEM)', description: 'Pins the root: tpay-jws-root.pem.' }),
    ),
    '',
  ),
  lang: v.optional(
    v.pipe(v.picklist(['pl', 'en', 'de', 'it', 'es', 'fr', 'ru']), shown({ title: 'Language' })),
    'pl',
  ),
});

type Settings = v.InferOutput<typeof settings>;
/** What vectors bring along. */
type Given = Partial<Settings> & { readonly environment?: string; readonly signing_cert_pem?: string };

// --- Signatures -------------------------------------------------------------------------------------------

function md5(parts: readonly string[], separator: string): Signed {
  const base = utf8(parts.join(separator));
  return { base, algorithm: 'MD5', signature: hex(weakDigests.md5(base)) };
}

function signForm(given: Partial<Settings>, fields: Iterable<readonly [string, string]>): Signed {
  const values = new Map(fields);
  const parts = [...['id', 'amount', 'crc'].map((name) => values.get(name) ?? ''), given.code ?? ''];
  return md5(parts, given.recipe === 'concat' ? '' : '&');
}

function valuesOf(received: readonly RawField[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const { name, value } of received) {
    const field = readable(name);
    if (values.has(field)) throw new Refusal('duplicate_field', `the field ${field} came twice`);
    values.set(field, readable(value));
  }
  return values;
}

/** @throws Refusal */
function verifyMd5(given: Partial<Settings>, values: ReadonlyMap<string, string>) {
  const parts = ['id', 'tr_id', 'tr_amount', 'tr_crc'].map((name) => values.get(name) ?? '');
  const { base, signature } = md5([...parts, given.code ?? ''], '');
  const received = values.get('md5sum') ?? '';
  if (received === '' || !equalText(signature, received)) {
    throw new Refusal(
      received === '' ? 'signature_missing' : 'signature_mismatch',
      received === '' ? 'there is no md5sum' : 'md5sum does not fit the fields and the code',
      { base: readable(base), expected: signature, received },
    );
  }
  return { base, signature };
}

function judge(given: Given, input: RecipeInput) {
  return verdict(async () => {
    const body = utf8(input.raw ?? '');
    const values = valuesOf(inputFields(input));
    const needsJws = given.require_jws ?? given.root_cert_pem !== undefined;
    const header = needsJws ? String(input.rest?.signature ?? '') : '';
    const verified = verifyMd5(given, values);
    if (!needsJws) return { ...verified, status: statusAlone(read(given, values)) };
    const jws = readJws(header, body, given.environment === 'production');
    await verifyJws(jws, { root: given.root_cert_pem ?? '', signing: given.signing_cert_pem ?? '' }, null);
    const fact = read(given, values);
    const partial = values.get('tr_error') === 'surcharge' && fact.outcome === 'paid';
    return {
      base: jws.base,
      signature: header,
      status: partial ? ('partially_paid' as const) : statusAlone(fact),
    };
  });
}

const recipes: Record<string, Recipe<Settings>> = {
  'request-signature': { kind: 'sign', sign: (given, input) => signForm(given, textFields(input)) },
  'notification-signature': { kind: 'verify', verify: judge },
};

const SUSPICIONS: readonly LikelyCause[] = [
  {
    cause: 'the security code has white space at an end',
    settings: (account) => ({ ...account, code: String(account.code).trim() }),
  },
];

// --- Certificates -----------------------------------------------------------------------------------------

/** How long a fetched certificate is kept, as the vendor's library does. */
const CERTIFICATE_MS = 7_200_000;

const certificates = new Map<string, { readonly pem: string; readonly until: number }>();

async function fetched(url: string, world: VerificationContext): Promise<string> {
  const kept = certificates.get(url);
  if (kept && kept.until > world.now.getTime()) return kept.pem;
  const { status, text: pem } = await callApi(world.fetch, url, { method: 'GET', headers: {} });
  if (status !== 200 || pem.length > 16_000)
    throw new Problem('provider_error', `tpay's certificate answered ${status}`);
  certificates.set(url, { pem, until: world.now.getTime() + CERTIFICATE_MS });
  return pem;
}

/** Checks the JWS; certificates that were kept are fetched anew once, because they may have been renewed. */
async function checkJws(
  request: ProviderRequest,
  account: ProviderAccount<Settings>,
  world: VerificationContext,
): Promise<void> {
  const jws = readJws(
    request.headers['x-jws-signature'] ?? '',
    request.body,
    account.environment === 'production',
  );
  const signingUrl = atOrigin(jws.x5u, account.endpoints.api);
  const rootUrl = new URL('/x509/tpay-jws-root.pem', signingUrl).href;
  const once = async () => {
    const root = account.settings.root_cert_pem || (await fetched(rootUrl, world));
    await verifyJws(jws, { root, signing: await fetched(signingUrl, world) }, world.now);
  };
  try {
    await once();
  } catch (error) {
    const wasKept = certificates.delete(signingUrl) || certificates.delete(rootUrl);
    if (!(error instanceof Refusal) || !wasKept) throw error;
    await once();
  }
}

// --- Start ------------------------------------------------------------------------------------------------

async function startOpenApi(request: StartRequest<Settings>): Promise<StartedAttempt> {
  const { payment, account, order, urls } = request;
  const { customer } = payment;
  const body = {
    amount: 'AMOUNT',
    description: cut(payment.description, 128) ?? payment.reference,
    hiddenDescription: order,
    lang:
      customer.language && ['en', 'pl', 'de', 'fr', 'ru', 'it', 'es'].includes(customer.language)
        ? customer.language
        : account.settings.lang,
    payer: {
      email: customer.email,
      name: cut(fullName(payment), 255) ?? customer.email,
      phone: ifFits(customer.phone, 32),
      address: cut(customer.address?.line1, 255),
      code: ifFits(customer.address?.postalCode, 10),
      city: cut(customer.address?.city, 255),
      country: customer.address?.country,
      ip: customer.ip ?? request.ip ?? undefined,
    },
    callbacks: {
      payerUrls: {
        success: addressWithin(512, `${urls.back}?o=${order}&via=success`),
        error: addressWithin(512, `${urls.back}?o=${order}&via=failure`),
      },
      notification: { url: addressWithin(512, urls.callback) },
    },
  };
  const sent = withAmount(body, decimal(payment.amount, 2));
  const answer = await call(account, request, 'POST', '/transactions', sent);
  const {
    result,
    transactionId,
    title,
    transactionPaymentUrl: url,
  } = answer.status === 200 || answer.status === 201 ? jsonObject(answer.text) : {};
  if (result !== 'success' || typeof url !== 'string' || !/^https?:\/\//.test(url)) {
    throw new Problem('provider_error', `tpay refused the transaction: ${answer.status}`, {
      cause: answer.text,
    });
  }
  return {
    redirect: { kind: 'url', method: 'GET', url: atOrigin(url, account.endpoints.page) },
    providerState: { transactionId: String(transactionId ?? ''), title: String(title ?? '') },
    queryAfterSeconds: 24 * 3600,
  };
}

const RESERVED = new Set(['id', 'amount', 'crc', 'md5sum', 'result_url', 'return_url', 'return_error_url']);

function startClassic(request: StartRequest<Settings>): StartedAttempt {
  const { payment, account, order, urls } = request;
  const given = account.settings;
  const { customer } = payment;
  const entries: (readonly [string, string | undefined])[] = [
    ['id', given.id],
    ['amount', decimal(payment.amount, 2)],
    ['description', cut(payment.description, 128) ?? payment.reference],
    ['crc', order],
    ['result_url', addressWithin(512, urls.callback)],
    ['return_url', addressWithin(512, backBy(urls, 'success'))],
    ['return_error_url', addressWithin(512, backBy(urls, 'failure'))],
    ['language', (customer.language ?? given.lang).toUpperCase()],
    ['email', ifFits(customer.email, 64)],
    ['name', cut(fullName(payment), 64)],
    ['address', cut(customer.address?.line1, 64)],
    ['city', cut(customer.address?.city, 32)],
    ['zip', ifFits(customer.address?.postalCode, 10)],
    ['country', customer.address?.country],
    ['phone', ifFits(customer.phone, 16)],
  ];
  const fields = withProviderFields(
    entries.flatMap(([name, value]) => (value ? [[name, value] as const] : [])),
    payment.providerFields,
    {
      reserved: RESERVED,
      allowed: (name) =>
        ['group', 'online', 'accept_tos', 'merchant_description', 'custom_description'].includes(name),
    },
  );
  const { signature } = signForm(given, fields);
  return {
    redirect: {
      kind: 'form',
      method: 'POST',
      url: atOrigin('https://secure.tpay.com/', account.endpoints.page),
      charset: 'utf-8',
      fields: [...fields, ['md5sum', signature] as const].map(([name, value]) => ({ name, value })),
    },
  };
}

// --- News -------------------------------------------------------------------------------------------------

const STATUSES: Readonly<Record<string, Outcome>> = {
  TRUE: 'paid',
  PAID: 'paid',
  FALSE: 'denied',
  CHARGEBACK: 'refunded',
};

function read(given: Partial<Settings>, values: ReadonlyMap<string, string>): ProviderUpdate {
  const value = (name: string) => values.get(name) ?? '';
  if (given.id !== undefined && value('id') !== given.id) {
    throw new Refusal('wrong_account', `the message is for the merchant ${value('id')}`);
  }
  const status = value('tr_status').toUpperCase();
  const title = value('tr_id');
  const paid = fromDecimal(value('tr_paid') || value('tr_amount'), 2);
  return {
    kind: 'update',
    order: value('tr_crc'),
    key: `${title}/${status}/${value('tr_paid')}`,
    outcome: STATUSES[status] ?? 'none',
    amount: paid,
    currency: value('tr_currency') || 'PLN',
    movement: title,
    ...(STATUSES[status] === 'paid' && { providerState: { title } }),
    providerReference: title || null,
    providerStatus: status,
    detail: Object.fromEntries(
      ['tr_date', 'tr_error', 'tr_channel', 'test_mode', 'card_tail', 'card_brand'].flatMap((name) =>
        value(name) ? [[name, value(name)]] : [],
      ),
    ),
  };
}

async function ask(question: StatusQuery<Settings>): Promise<ProviderUpdate | null> {
  const { account, providerState, order } = question;
  if (!providerState.transactionId || !providerState.title) return null;
  const { status, hiddenDescription, amount, amountPaid } = await readTransaction(
    account,
    question,
    providerState.transactionId,
  );
  if (hiddenDescription !== order) throw new Refusal('wrong_account', 'the answer is about another payment');
  const outcome =
    status === 'correct' || status === 'paid' ? 'paid' : status === 'refund' ? 'refunded' : null;
  if (!outcome) return null;
  // A notification tells its title as tr_id: money told by both must have one identity, or it would count twice.
  const reference = providerState.title;
  return {
    kind: 'update',
    order,
    key: `${reference}/${outcome === 'paid' ? 'TRUE' : 'CHARGEBACK'}/${String(amountPaid ?? amount)}`,
    outcome,
    amount: fromDecimal(Number(amountPaid ?? amount).toFixed(2), 2),
    currency: 'PLN',
    movement: reference,
    providerReference: reference,
    providerStatus: String(status),
    detail: {},
  };
}

async function heard(
  request: ProviderRequest,
  account: ProviderAccount<Settings>,
  world: VerificationContext,
): Promise<ProviderUpdate> {
  const values = valuesOf(formFields(formBytes(request)));
  verifyMd5(account.settings, values);
  if (account.settings.require_jws || request.headers['x-jws-signature'] !== undefined)
    await checkJws(request, account, world);
  const fact = read(account.settings, values);
  if (!fact.order) throw new Refusal('field_missing', 'there is no tr_crc');
  return fact;
}

export const tpay = defineProvider<typeof settings>({
  id: 'tpay',
  aliases: ['transferuj'],
  caption: 'Tpay (formerly Transferuj.pl)',
  countries: ['PL'],
  currencies: ['PLN'],
  capabilities: {
    capture: false,
    cancel: true,
    refund: true,
    status: true,
    manualCapture: false,
    signedNotification: true,
    signedReturn: false,
  },
  settings,
  signatures: recipes,
  likelyCauses: SUSPICIONS,
  statuses: legacyTable(
    Object.entries(STATUSES).map(([code, outcome]) => ({ code, outcome })),
    { TRUE: 'paid', FALSE: 'failed', CHARGEBACK: 'a refund was made' },
  ),
  requires: ['customer.email'],
  maxAmount: 999_999_999,
  testOnly: false,
  freshOrderEachTrip: true,

  charset: () => charset('utf-8'),
  captureDefault: () => 'automatic',
  deferred: ({ mode }) => mode === 'openapi',

  async start(request) {
    if (!request.payment.customer.email) throw invalidField('customer.email', 'tpay wants it');
    if (request.account.settings.mode === 'classic') return startClassic(request);
    const [extra] = Object.keys(request.payment.providerFields);
    if (extra !== undefined) throw invalidField(`providerFields.${extra}`, 'is not a field of this provider');
    return startOpenApi(request);
  },

  cancel,
  refund,
  queryStatus: ask,
  cannotQueryStatus: ({ mode }) => (mode === 'openapi' ? null : 'the classic protocol cannot be asked'),

  async notification(request, account, channel, world) {
    if (channel === 'return')
      return { kind: 'hint', order: new URLSearchParams(readable(request.query)).get('o'), about: {} };
    return heard(request, account, world);
  },

  // Only these four letters; FALSE could send the money back.
  reply: () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'TRUE' }),

  setup: ({ callback }) => [
    { where: 'Settings > Notifications > address (each payment names it too)', value: callback },
    { where: 'Settings > Notifications > security code', value: 'the one entered here' },
    { where: 'the root certificate to pin', value: 'https://secure.tpay.com/x509/tpay-jws-root.pem' },
  ],
});
