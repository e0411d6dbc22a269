/**
 * PolyBanking's routes: what its clients call, unchanged (the paths, fields, codes and spellings are those of
 * PolyLAN/polybanking). A config is a shop, a transaction a payment; these routes and /v1 see the same ones.
 */
import type { Context } from 'hono';
import type { Shop } from '../../directory/types.ts';
import { open } from '../../gateway/accounts.ts';
import { takeNotification } from '../../gateway/notifications.ts';
import { createPolybankingPayment, paymentOfMessage } from '../../gateway/polybanking-transactions.ts';
import { takeReturn } from '../../gateway/returns.ts';
import type { Service } from '../../gateway/service.ts';
import { originOf } from '../../gateway/start-attempt.ts';
import type { History } from '../../ledger/commands.ts';
import { Problem, type ProblemCode, Refusal } from '../../payments/errors.ts';
import { derivePaymentId, type PaymentId, paymentId } from '../../payments/id.ts';
import type { Minor } from '../../payments/money.ts';
import type { ProviderRequest } from '../../providers/contract.ts';
import { equalText } from '../../signing/bytes.ts';
import { percentDecode } from '../../signing/form.ts';
import { polybankingSignature } from '../../webhooks/polybanking.ts';
import type { AppEnv } from '../app-env.ts';
import { documented } from '../openapi.ts';
import { problemAnswer } from '../problems.ts';
import { providerRequest, respond, senderOf } from '../provider-request.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';
import { hop, shopperIp } from '../shopper.ts';
import { unknownPayment } from '../shopper-pages.ts';
import { toShop } from '../waiting.ts';
import { pythonInt } from './python.ts';
import { codeAnswer, type PolybankingCode, PolybankingError, polybankingForm, shopIds } from './requests.ts';
import { detailsOf, internalStatus, logsOf } from './words.ts';

/** Longer than any reference that a client uses; the original's database cuts it at 255, or does not. */
const REFERENCE_LENGTH = 2000;

/** How many references a list has by default, and at most. */
const LIST_DEFAULT = 100;

const LIST_LIMIT = 10_000;

// --- Start ------------------------------------------------------------------------------------------------

/** The fields that are signed, each as received; a missing one is an empty text. */
function signedFields(form: ReadonlyMap<string, string>) {
  const field = (name: string) => form.get(name) ?? '';
  return {
    amount: field('amount'),
    reference: field('reference'),
    extra_data: field('extra_data'),
    config_id: field('config_id'),
  };
}

/** Whether a config starts transactions and sends shoppers off: both its owner and the administrator have switched it on. */
function isOn({ active, adminEnabled }: Shop): boolean {
  return active && adminEnabled;
}

async function usableShop(service: Service, configId: string): Promise<Shop | null> {
  for (const id of shopIds(configId)) {
    const shop = await service.directory.shop(id);
    if (shop) return isOn(shop) ? shop : null;
  }
  return null;
}

function amountOf(text: string): Minor {
  const amount = pythonInt(text) ?? 0;
  if (amount <= 0 || !Number.isSafeInteger(amount)) throw new PolybankingError('AMOUNT_ERROR');
  return amount as Minor;
}

/** Nothing is checked of a reference but that it is there, and no larger than a row can hold. */
function requireReference(form: ReadonlyMap<string, string>): void {
  const reference = form.get('reference');
  if (reference === undefined || reference.length > REFERENCE_LENGTH)
    throw new PolybankingError('REFERENCE_ERROR');
}

/** The checks in the order of the original; the first that fails answers. */
async function startTransaction(c: Context<AppEnv>): Promise<string> {
  const service = c.get('service');
  const form = await polybankingForm(c);
  const fields = signedFields(form);
  const shop = await usableShop(service, fields.config_id);
  if (!shop) throw new PolybankingError('CONFIG_ERROR');
  c.set('caller', `shop:${shop.id}`);
  const sign = form.get('sign') ?? '';
  const keys = await service.directory.requestKeys(shop.id);
  if (!keys.some((key) => equalText(polybankingSignature(fields, key), sign)))
    throw new PolybankingError('KEY_ERROR');
  service.shopLimits.take(`${shop.id}/requestKey`, shop.rateLimit);
  const amount = amountOf(fields.amount);
  requireReference(form);
  const result = await createPolybankingPayment(
    service,
    shop,
    { reference: fields.reference, amount, extraData: fields.extra_data },
    originOf(service, c.req.url),
  ).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'amount_out_of_range')
      throw new PolybankingError('AMOUNT_ERROR');
    throw error;
  });
  // Unlike at /v1 even the same request again is an error.
  if (result.kind !== 'created') throw new PolybankingError('REFERENCE_ERROR');
  return `${originOf(service, c.req.url)}/paiements/go/${result.view.id}`;
}

/** What has no code of the original: the same request may succeed later, or is none. */
const NOT_ABOUT_THE_REQUEST: ReadonlySet<ProblemCode> = new Set([
  'payload_too_large',
  'rate_limited',
  'unavailable',
]);

async function start(c: Context<AppEnv>): Promise<Response> {
  if (c.req.method !== 'POST') return codeAnswer('BAD_REQUEST_TYPE', 405);
  try {
    return codeAnswer('OK', 200, await startTransaction(c));
  } catch (error) {
    if (error instanceof Problem && NOT_ABOUT_THE_REQUEST.has(error.code)) throw error;
    const code = error instanceof PolybankingError ? error.code : 'ERROR';
    const detail = error instanceof PolybankingError ? undefined : String(error);
    console.warn({ event: 'polybanking.rejected', requestId: c.get('requestId'), code, detail });
    return codeAnswer(code, 400);
  }
}

// --- The shopper ------------------------------------------------------------------------------------------

async function goOn(c: Context<AppEnv>): Promise<Response> {
  const service = c.get('service');
  const id = paymentId(c.req.param('id') ?? '');
  const history = id && (await service.ledger(id).history());
  // The id is the whole secret of this address: a payment of /v1 has a link with a token.
  if (history?.request.dialect !== 'polybanking') return unknownPayment(c);
  if (!id || internalStatus(history) === 'fb') return unknownPayment(c);
  const shop = await service.directory.shop(history.shop);
  if (!shop || !isOn(shop)) return unknownPayment(c);
  if (c.req.method === 'HEAD') return new Response(null, { status: 200 });
  return hop(c, id);
}

/**
 * What a message is about.
 * @throws PolybankingError in the original's order.
 * @throws Problem not_found where the order number has a form that we know, and names nothing.
 */
async function namedPayment(c: Context<AppEnv>, request: ProviderRequest) {
  const found = await paymentOfMessage(c.get('service'), request);
  switch (found.kind) {
    case 'no_order':
      throw new PolybankingError('UNVALID_ ID');
    case 'other_bank':
      throw new PolybankingError('UNVALID_BANK');
    case 'unknown':
      throw new Problem('not_found', 'there is no such transaction');
    case 'payment':
      return found;
  }
}

/**
 * A payment that the original's own form started goes to the bank by our page alone. The old server may have forwarded one after
 * its dump was made.
 */
function requireForwarded(history: History): void {
  if (history.original) return;
  if (history.request.dialect === 'polybanking' && internalStatus(history) === 'cr') {
    throw new PolybankingError('UNVALID_STATUS');
  }
}

const ERROR_STATUS: Partial<Record<PolybankingCode, number>> = {
  UNVALID_BANK: 404,
  UNVALID_STATUS: 404,
  UNVALID_SHA: 404,
};

async function ipn(c: Context<AppEnv>): Promise<Response> {
  // A probe of the address is no notification.
  if (c.req.method === 'HEAD') return new Response(null, { status: 200 });
  const request = await providerRequest(c);
  try {
    const { history, account } = await namedPayment(c, request);
    requireForwarded(history);
    const taken = await takeNotification(c.get('service'), open(account), request, senderOf(c));
    if (taken instanceof Refusal) throw new PolybankingError('UNVALID_SHA');
    return respond(taken);
  } catch (error) {
    if (!(error instanceof PolybankingError)) throw error;
    const { code } = error;
    console.warn({ event: 'polybanking.refused', requestId: c.get('requestId'), code });
    return codeAnswer(code, ERROR_STATUS[code] ?? 400);
  }
}

async function back(c: Context<AppEnv>): Promise<Response> {
  if (c.req.method === 'HEAD') return new Response(null, { status: 200 });
  const service = c.get('service');
  const request = await providerRequest(c);
  let subject: Awaited<ReturnType<typeof namedPayment>>;
  try {
    subject = await namedPayment(c, request);
    requireForwarded(subject.history);
  } catch (error) {
    const isUnknown = error instanceof Problem && error.code === 'not_found';
    if (isUnknown || error instanceof PolybankingError) return unknownPayment(c);
    throw error;
  }
  const { id, account } = subject;
  const result = await takeReturn(service, open(account), request, {
    id,
    sender: senderOf(c),
    shopperIp: shopperIp(c),
    signedOnly: true,
  });
  if (result.kind === 'unknown') return unknownPayment(c);
  const shown = await toShop(c, { ...result, wayBack: result.request });
  // The original's status of a redirect.
  return shown.status === 303 ? new Response(null, { status: 302, headers: shown.headers }) : shown;
}

// --- The API ----------------------------------------------------------------------------------------------

/** The shop of config_id and secret; one that is switched off can read what it has. */
async function apiShop(c: Context<AppEnv>, form: ReadonlyMap<string, string>): Promise<Shop> {
  const secret = form.get('secret') ?? '';
  const { directory, shopLimits } = c.get('service');
  const found = secret === '' ? null : await directory.shopByKey(secret);
  const shop = found?.shop;
  if (!found || !shop || !shopIds(form.get('config_id') ?? '').includes(shop.id)) {
    throw new Problem('not_found', 'there is no such config, or its secret is another one');
  }
  c.set('caller', `shop:${shop.id}`);
  shopLimits.take(found.hash, shop.rateLimit);
  return shop;
}

async function list(c: Context<AppEnv>): Promise<Response> {
  const form = await polybankingForm(c);
  const shop = await apiShop(c, form);
  const wanted = pythonInt(form.get('max_transaction') ?? '');
  // The original fails with a number below zero.
  const limit = wanted === null || wanted < 0 ? LIST_DEFAULT : Math.min(wanted, LIST_LIMIT);
  const references = await c.get('service').directory.references(shop.id, limit);
  return c.json({ result: 'ok', data: references.map((reference) => ({ reference })) });
}

/** The same address without its last slash, which no document names. */
async function listWithoutSlash(c: Context<AppEnv>): Promise<Response> {
  if (c.req.method === 'POST') return list(c);
  return problemAnswer(new Problem('method_not_allowed', 'this address takes POST'), c, { allow: 'POST' });
}

const LOGS = '/logs/';

/** A reference may hold slashes: it ends at `/logs/` or at the last slash, which may be missing. */
function referenceOf(pathname: string): { readonly reference: string; readonly logs: boolean } {
  const given = pathname.slice('/api/transactions/'.length);
  const rest = given.endsWith('/') ? given : `${given}/`;
  const logs = rest.endsWith(LOGS);
  const encoded = rest.slice(0, logs ? -LOGS.length : -1);
  // A percent sign that encodes nothing is itself, as in Python.
  const reference = encoded.replace(/(?:%[0-9a-f]{2})+/gi, (run) => percentDecode(run, 'literal') ?? run);
  return { reference, logs };
}

async function one(c: Context<AppEnv>): Promise<Response> {
  const service = c.get('service');
  const shop = await apiShop(c, await polybankingForm(c));
  const { reference, logs } = referenceOf(new URL(c.req.url).pathname);
  const id: PaymentId = derivePaymentId(service.config.idKey, shop.id, reference);
  const history = await service.ledger(id).history(true);
  if (!history) throw new Problem('not_found', 'there is no such transaction');
  const zone = service.config.polybankingTimeZone;
  return c.json({ result: 'ok', data: logs ? logsOf(history, zone) : detailsOf(history, zone) });
}

// --- Routes -----------------------------------------------------------------------------------------------

const KEYS = 'Form posts, urlencoded or multipart, as clients of PolyBanking send them.';

export function polybankingRoutes(): Routes {
  const routes = new Routes();

  routes.post(
    '/paiements/start/',
    documented({
      summary: 'PolyBanking: start a transaction',
      description: `${KEYS} Signed with the key for requests: SHA-512 over amount, config_id, extra_data and reference.`,
      auth: null,
      form: schemas.polybankingStart,
      success: {
        200: schemas.polybankingAnswer,
        400: schemas.polybankingAnswer,
        405: schemas.polybankingAnswer,
      },
      errors: ['payload_too_large'],
      example: {
        before: `REF=docs-$(date +%s); SIGN=$(printf "amount=1050;$REQUEST_KEY;config_id=demo;$REQUEST_KEY;extra_data=;$REQUEST_KEY;reference=$REF;$REQUEST_KEY;" | openssl dgst -sha512 -r | cut -d' ' -f1)`,
        form: { config_id: 'demo', amount: '1050', reference: '$REF', extra_data: '', sign: '$SIGN' },
        keep: { GO: 'url' },
      },
    }),
    start,
  );
  routes.all('/paiements/start/', start);
  routes.all('/paiements/start', start);

  routes.get(
    '/paiements/go/:id',
    documented({
      summary: 'PolyBanking: the page that takes the shopper to the bank, until the bank has answered',
      auth: null,
      success: { 200: 'A page with a form that submits itself.', 303: 'The provider, or the shop.' },
      errors: ['not_found', 'invalid_state'],
      example: { path: { id: '$(basename $GO)' } },
    }),
    goOn,
  );

  routes.on(
    ['GET', 'POST'],
    '/paiements/ipn',
    documented({
      summary: 'PolyBanking: the notification of PostFinance, for every account',
      auth: null,
      success: {
        200: 'An empty body.',
        400: schemas.polybankingAnswer,
        404: schemas.polybankingAnswer,
      },
      errors: ['payload_too_large'],
    }),
    ipn,
  );
  routes.all('/paiements/ipn/', ipn);

  routes.on(
    ['GET', 'POST'],
    '/paiements/return',
    documented({
      summary: 'PolyBanking: the way back from PostFinance',
      auth: null,
      success: { 302: 'The OK or the error address of the shop.' },
      errors: ['not_found', 'payload_too_large'],
    }),
    back,
  );
  routes.all('/paiements/return/', back);

  routes.post(
    '/api/transactions/',
    documented({
      summary: "PolyBanking: the references of a config's transactions, the newest first",
      description: KEYS,
      auth: null,
      form: schemas.polybankingList,
      success: { 200: schemas.polybankingReferences },
      errors: ['invalid_request', 'not_found', 'payload_too_large'],
      example: { form: { config_id: 'demo', secret: '$SHOP_KEY', max_transaction: '5' } },
    }),
    list,
  );
  routes.all('/api/transactions', listWithoutSlash);

  routes.post(
    '/api/transactions/:reference{[\\s\\S]+}',
    documented({
      summary: 'PolyBanking: a transaction, or (with /logs/ at the end) its log, the newest first',
      description: KEYS,
      auth: null,
      form: schemas.polybankingSecret,
      success: { 200: schemas.polybankingTransaction },
      errors: ['invalid_request', 'not_found', 'payload_too_large'],
      example: {
        path: { reference: 'docs-1042/' },
        form: { config_id: 'demo', secret: '$SHOP_KEY' },
      },
    }),
    one,
  );

  return routes;
}
