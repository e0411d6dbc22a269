/**
 * Taking over PolyBanking's data: configs as shops with their keys, transactions with their logs as payments. The
 * updates of a log move the payment by the same rules as live ones. The same import again changes nothing.
 */
import { Hono } from 'hono';
import type * as v from 'valibot';
import { KEY_KINDS, type Shop } from '../../directory/types.ts';
import type { Service } from '../../gateway/service.ts';
import { originOf, requireMode, startAttempt } from '../../gateway/start-attempt.ts';
import type { ImportedEvent, ImportResult } from '../../ledger/commands.ts';
import { invalidField } from '../../payments/errors.ts';
import { derivePaymentId } from '../../payments/id.ts';
import type { Minor } from '../../payments/money.ts';
import type { Outcome } from '../../payments/statuses.ts';
import { meaningOf } from '../../providers/kit/statuses.ts';
import { provider } from '../../providers/registry.ts';
import { hex, utf8 } from '../../signing/bytes.ts';
import { digests } from '../../signing/digests.ts';
import { accountsOfShop, keyWarnings, knownShop, putShop, shopInput } from '../admin/shops.ts';
import type { AppEnv } from '../app-env.ts';
import { jsonBody } from '../body.ts';
import { operation } from '../openapi.ts';
import * as schemas from '../schemas.ts';
import { requestOfTransaction } from './routes.ts';

type ImportTransaction = v.InferOutput<typeof schemas.importTransaction>;
type ImportShop = v.InferOutput<typeof schemas.importShop>;

/** What a PostFinance code stands for; null for one that its sheet does not have. */
function outcomeOf(code: string): Outcome | null {
  const outcome = meaningOf(provider('postfinance')?.statuses.STATUS ?? {}, code)?.outcome;
  return outcome && outcome !== 'accepted' ? outcome : null;
}

/** The log as events, oldest first. */
function eventsOf({ transaction, logs }: ImportTransaction): ImportedEvent[] {
  const events: ImportedEvent[] = [];
  const add = (type: ImportedEvent['type'], at: string, detail: ImportedEvent['detail'] = {}) => {
    const source = SOURCES[type] ?? 'countersign';
    events.push({ at: new Date(at).toISOString(), type, source, detail: { ...detail, imported: true } });
  };
  let reference = transaction.postfinanceId || null;
  let newest: string | null = null;
  const addUpdate = (code: string, at: string, outcome: Outcome) => {
    newest = code;
    events.push({
      at: new Date(at).toISOString(),
      type: 'notification.applied',
      source: 'provider',
      detail: {
        channel: 'notification',
        signedBy: 'PolyBanking',
        imported: true,
        provider: {
          ...(transaction.brand && { BRAND: transaction.brand }),
          ...(transaction.card && { CARDNO: transaction.card }),
        },
      },
      update: {
        outcome,
        amount: transaction.amount as Minor,
        movement: `${reference ?? 'PolyBanking'}/0`,
        providerReference: reference,
        providerStatus: code,
      },
    });
  };
  for (const { when, type, extraData } of logs.toSorted((a, b) => Date.parse(a.when) - Date.parse(b.when))) {
    const extra = extraData ?? '';
    switch (type) {
      case 'created':
        add('created', when, {
          reference: transaction.reference,
          amount: transaction.amount,
          currency: 'CHF',
        });
        break;
      case 'userForwarded':
        add('forwarded', when, extra === '' ? {} : { ip: extra });
        break;
      case 'userBackFromPostfinance':
        add('returned', when, extra === '' ? {} : { ip: extra });
        break;
      case 'postfinanceId':
        reference = extra || reference;
        break;
      case 'postfinanceStatus': {
        const outcome = outcomeOf(extra);
        if (outcome) addUpdate(extra, when, outcome);
        break;
      }
      case 'ipnfailled':
        add('webhook.failed', when, { webhook: 'PolyBanking', try: 0, error: extra, durationMs: 0 });
        break;
      case 'ipnsuccess':
        add('webhook.delivered', when, { webhook: 'PolyBanking', try: 0, status: 200, durationMs: 0 });
        break;
    }
  }
  complete(transaction, events, { add, addUpdate, newest });
  return events.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

const SOURCES: Partial<Record<ImportedEvent['type'], ImportedEvent['source']>> = {
  created: 'shop',
  forwarded: 'shopper',
  returned: 'shopper',
};

/** Adds what the transaction says and its log does not (logs were cut, or a status was set by hand). */
function complete(
  transaction: ImportTransaction['transaction'],
  events: readonly ImportedEvent[],
  to: {
    readonly add: (
      type: ImportedEvent['type'],
      at: string,
      detail?: Readonly<Record<string, unknown>>,
    ) => void;
    readonly addUpdate: (code: string, at: string, outcome: Outcome) => void;
    readonly newest: string | null;
  },
): void {
  const has = (type: ImportedEvent['type']) => events.some((event) => event.type === type);
  const { created, forwarded, back, notified, amount, reference, postfinanceStatus } = transaction;
  if (!has('created')) to.add('created', created, { reference, amount, currency: 'CHF' });
  if (!has('forwarded') && transaction.internalStatus !== 'cr') to.add('forwarded', forwarded ?? created);
  if (!has('returned') && back) to.add('returned', back);
  const outcome = outcomeOf(postfinanceStatus);
  if (outcome && to.newest !== postfinanceStatus) {
    to.addUpdate(postfinanceStatus, notified ?? events.at(-1)?.at ?? created, outcome);
  }
}

/** Imports one transaction. */
async function importTransaction(
  service: Service,
  body: ImportTransaction,
  origin: string,
): Promise<ImportResult> {
  const shop = await knownShop(service, body.config);
  const account = await service.directory.account(body.account);
  if (!account || !shop.accounts.includes(account.id)) {
    throw invalidField('account', `the shop ${shop.id} has no account ${body.account}`);
  }
  requireMode(shop, account);
  const { transaction } = body;
  if (transaction.postfinanceStatus !== '??' && outcomeOf(transaction.postfinanceStatus) === null) {
    throw invalidField(
      'transaction.postfinanceStatus',
      `${transaction.postfinanceStatus} is no status of PostFinance`,
    );
  }
  const unknown = body.logs.findIndex(
    ({ type, extraData }) => type === 'postfinanceStatus' && outcomeOf(extraData ?? '') === null,
  );
  if (unknown >= 0) {
    throw invalidField(
      `logs.${unknown}.extraData`,
      `${body.logs[unknown]?.extraData} is no status of PostFinance`,
    );
  }
  const request = requestOfTransaction({
    reference: transaction.reference,
    amount: transaction.amount as Minor,
    extraData: transaction.extraData ?? '',
  });
  const id = derivePaymentId(service.config.idKey, shop.id, request.reference);
  const { amount } = request;
  const history = eventsOf(body);
  return service.ledger(id, shop.region).importHistory({
    id,
    shop: shop.id,
    requestHash: hex(digests.sha256(utf8(JSON.stringify([request, history])))),
    request,
    attempt: await startAttempt(service, { account, id, attempt: 1, request, amount, origin }),
    createdAt: new Date(transaction.created).toISOString(),
    history,
    shopKnows: !transaction.ipnNeeded,
  });
}

/** The names of the members in which a stored shop differs from the one to import. */
async function differences(service: Service, before: Shop, body: ImportShop): Promise<string[]> {
  const accounts = await accountsOfShop(service, before.accounts);
  const input = shopInput(before.id, body, before, { service, accounts });
  const names = (['name', 'group', 'active', 'adminEnabled', 'testMode', 'returnUrl', 'webhook'] as const)
    .filter((name) => JSON.stringify(input[name]) !== JSON.stringify(before[name]))
    .map(String);
  const { shops } = service.directory;
  for (const kind of KEY_KINDS) {
    const given = body.keys?.[kind];
    if (!given) continue;
    const same =
      kind === 'apiKey'
        ? (await shops.ownerOfKey(given)) === before.id
        : (await shops.keys(before.id, kind)).some(({ value }) => value === given);
    if (!same) names.push(`keys.${kind}`);
  }
  return names;
}

export function polybankingImportRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.post(
    '/v1/admin/imports/polybanking/shop',
    operation({
      summary: 'Take over a config of PolyBanking as a shop; one that is there already is left as it is',
      auth: 'operator',
      body: schemas.importShop,
      success: { 200: schemas.imported },
      errors: ['invalid_request', 'invalid_state', 'payload_too_large'],
      example: {
        body: {
          id: '7',
          name: 'Taken over',
          accounts: ['postfinance-sandbox'],
          keys: { ipnKey: 'as-it-was' },
        },
      },
    }),
    async (c) => {
      const service = c.get('service');
      const body = await jsonBody(c, schemas.importShop);
      const before = await service.directory.shops.get(body.id);
      if (before) {
        const names = await differences(service, before, body);
        return c.json({
          result: names.length > 0 ? 'differs' : 'unchanged',
          detail: names.length > 0 ? `there already, with other values: ${names.join(', ')}` : null,
        });
      }
      await putShop(service, body.id, body, null, true);
      return c.json({ result: 'imported', detail: null, warnings: keyWarnings(body) });
    },
  );

  routes.post(
    '/v1/admin/imports/polybanking/transaction',
    operation({
      summary: 'Take over a transaction of PolyBanking with its log; its shop is not told again',
      auth: 'operator',
      body: schemas.importTransaction,
      success: { 200: schemas.imported },
      errors: ['invalid_request', 'forbidden', 'not_found', 'payload_too_large', 'amount_out_of_range'],
      example: {
        body: {
          config: '7',
          account: 'postfinance-sandbox',
          transaction: {
            reference: 'order-1',
            amount: 550,
            postfinanceId: '31234567',
            postfinanceStatus: '9',
            internalStatus: 'fb',
            ipnNeeded: false,
            created: '2015-10-26T19:50:00Z',
            forwarded: '2015-10-26T19:50:05Z',
            notified: '2015-10-26T19:52:03Z',
          },
          logs: [{ when: '2015-10-26T19:50:00Z', type: 'created' }],
        },
      },
    }),
    async (c) => {
      const service = c.get('service');
      const body = await jsonBody(c, schemas.importTransaction);
      const result = await importTransaction(service, body, originOf(service, c.req.url));
      return c.json({
        result,
        detail: result === 'differs' ? 'there already, with another content' : null,
      });
    },
  );

  return routes;
}
