/**
 * Taking over PolyBanking's data: configs as shops with their keys, transactions with their logs as payments. The
 * updates of a log move the payment by the same rules as live ones. The same import again changes nothing.
 */
import { KEY_KINDS, type Shop } from '../directory/types.ts';
import type { ImportedEvent, ImportResult } from '../ledger/commands.ts';
import { invalidField } from '../payments/errors.ts';
import { derivePaymentId } from '../payments/id.ts';
import type { Minor } from '../payments/money.ts';
import type { Outcome } from '../payments/statuses.ts';
import { meaningOf } from '../providers/kit/statuses.ts';
import { provider } from '../providers/registry.ts';
import { hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';
import { requestOfTransaction } from './polybanking-transactions.ts';
import type { Service } from './service.ts';
import { accountsOfShop, knownShop, type ShopChange, shopInput } from './shop-change.ts';
import { requireMode, startAttempt } from './start-attempt.ts';

/** The types of PolyBanking's log lines. */
export const POLYBANKING_LOG_TYPES = [
  'created',
  'userForwarded',
  'userBackFromPostfinance',
  'postfinanceId',
  'postfinanceStatus',
  'ipnfailled',
  'ipnsuccess',
] as const;

type PolybankingLogType = (typeof POLYBANKING_LOG_TYPES)[number];

/** A time as the dump has it (RFC 3339); null or left out: it did not happen. */
type PolybankingTime = string | null | undefined;

/** A transaction of the original with its log. */
export interface ImportedTransaction {
  /** The shop, and the account of it that the payment went to. */
  readonly config: string;
  readonly account: string;
  readonly transaction: {
    readonly reference: string;
    readonly extraData?: string | null | undefined;
    /** Minor units. */
    readonly amount: number;
    readonly postfinanceId?: string | null | undefined;
    readonly postfinanceStatus: string;
    readonly internalStatus: 'cr' | 'fw' | 'fb';
    readonly ipnNeeded: boolean;
    readonly brand?: string | null | undefined;
    readonly card?: string | null | undefined;
    readonly created: string;
    readonly forwarded?: PolybankingTime;
    readonly back?: PolybankingTime;
    readonly notified?: PolybankingTime;
    readonly ipn?: PolybankingTime;
  };
  readonly logs: readonly {
    readonly when: string;
    readonly extraData?: string | null | undefined;
    readonly type: PolybankingLogType;
  }[];
}

/** What a PostFinance code stands for; null for one that its sheet does not have. */
function outcomeOf(code: string): Outcome | null {
  const outcome = meaningOf(provider('postfinance')?.statuses.STATUS ?? {}, code)?.outcome;
  return outcome && outcome !== 'accepted' ? outcome : null;
}

/** The log as events, oldest first. */
function eventsOf({ transaction, logs }: ImportedTransaction): ImportedEvent[] {
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
  transaction: ImportedTransaction['transaction'],
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

/**
 * Imports one transaction; its shop is not told again.
 * @throws Problem naming what does not fit.
 */
export async function takeOverTransaction(
  service: Service,
  body: ImportedTransaction,
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
export async function shopDifferences(service: Service, before: Shop, body: ShopChange): Promise<string[]> {
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
