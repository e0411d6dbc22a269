/**
 * Taking over PolyBanking's data: configs as shops with their keys, transactions with their logs as payments. The
 * updates of a log move the payment by the same rules as live ones. The same import again changes nothing; a dry run says
 * what an import would do, by the same checks.
 */
import { KEY_KINDS, type Shop } from '../directory/types.ts';
import type { ImportResult } from '../ledger/commands.ts';
import type { Original } from '../ledger/record.ts';
import { invalidField, Problem } from '../payments/errors.ts';
import { derivePaymentId } from '../payments/id.ts';
import type { Minor } from '../payments/money.ts';
import { equalText, hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';
import { open } from './accounts.ts';
import { polybankingOrder } from './order-numbers.ts';
import {
  historyOf,
  messagesOf,
  oldestFirst,
  type PolybankingLog,
  type PolybankingTransaction,
  payidOf,
} from './polybanking-history.ts';
import { requestOfTransaction } from './polybanking-transactions.ts';
import type { Service } from './service.ts';
import { accountsOfShop, knownShop, type ShopChange, shopInput } from './shop-change.ts';
import { requireMode, startAttempt } from './start-attempt.ts';

/** The keys of a config that sign: they prove which config a transaction is of, and are never sent with it. */
const SIGNING_KEYS = ['requestKey', 'ipnKey'] as const;
type SigningKey = (typeof SIGNING_KEYS)[number];

/** A transaction of the original with its log. */
export interface ImportedTransaction {
  /** The shop, and the account of it that the payment went to. */
  readonly config: string;
  readonly account: string;
  /** SHA-256 of the keys of its config, in lower-case hexadecimal. */
  readonly configKeys: Readonly<Partial<Record<SigningKey, string | null | undefined>>>;
  /** Its number at the old server, which its bank knows the order by; left out: the bank knows none. */
  readonly number?: string | null | undefined;
  readonly transaction: PolybankingTransaction;
  readonly logs: readonly PolybankingLog[];
  readonly dryRun?: boolean | null | undefined;
  /** In a dry run: the shop as it will be, if it is not there yet. */
  readonly shop?: Pick<Shop, 'testMode' | 'accounts'> | null | undefined;
}

/**
 * The shop that the transaction belongs to.
 * @throws Problem not_found; invalid_request where a shop of that id is not the transaction's config.
 */
async function shopOf(
  service: Service,
  body: ImportedTransaction,
): Promise<Pick<Shop, 'id' | 'region' | 'testMode' | 'accounts'>> {
  const { config, dryRun, shop: assumed } = body;
  const there = await service.directory.shops.get(config);
  if (!there && dryRun && assumed) return { id: config, region: null, ...assumed };
  const shop = there ?? (await knownShop(service, config));
  await requireConfig(service, shop.id, body);
  return shop;
}

/**
 * A shop is a config by its keys: one that was made here may have the same number.
 * @throws Problem invalid_request
 */
async function requireConfig(
  service: Service,
  shop: string,
  { configKeys }: ImportedTransaction,
): Promise<void> {
  for (const kind of SIGNING_KEYS) {
    const given = configKeys[kind];
    if (!given) continue;
    const live = await service.directory.shops.keys(shop, kind);
    if (live.some(({ value }) => equalText(hex(digests.sha256(utf8(value))), given))) return;
  }
  throw invalidField(
    'configKeys',
    `the shop ${shop} has other keys than the config: it is another one, or its keys were rotated since`,
  );
}

function originalOf({ transaction, logs }: ImportedTransaction, importHash: string): Original {
  const { postfinanceId, internalStatus, ipnNeeded, brand, card, created } = transaction;
  return {
    importHash,
    postfinanceId: postfinanceId || null,
    internalStatus,
    ipnNeeded,
    brand: brand ?? '',
    card: card ?? '',
    created,
    forwarded: transaction.forwarded ?? null,
    back: transaction.back ?? null,
    notified: transaction.notified ?? null,
    ipn: transaction.ipn ?? null,
    logs: oldestFirst(logs).map(({ when, type, extraData }) => ({ when, type, extraData: extraData ?? '' })),
  };
}

/**
 * Imports one transaction; its shop is not told again. Messages of the bank about its order number lead to it from then on.
 * @throws Problem naming what does not fit.
 */
export async function takeOverTransaction(
  service: Service,
  body: ImportedTransaction,
  origin: string,
): Promise<ImportResult> {
  const shop = await shopOf(service, body);
  const account = await service.directory.account(body.account);
  if (!account || !shop.accounts.includes(account.id)) {
    throw invalidField('account', `the shop ${shop.id} has no account ${body.account}`);
  }
  requireMode(shop, account);
  const { transaction, logs } = body;
  const request = requestOfTransaction({
    reference: transaction.reference,
    amount: transaction.amount as Minor,
    extraData: transaction.extraData ?? null,
  });
  const id = derivePaymentId(service.config.idKey, shop.id, request.reference);
  const order = body.number ? polybankingOrder(body.number) : undefined;
  if (order !== undefined) await requireFreeOrder(service, order, id);
  const { amount } = request;
  const attempt = await startAttempt(service, { account, id, attempt: 1, order, request, amount, origin });
  const payid = payidOf(transaction, logs);
  const history = historyOf(transaction, logs);
  const unhashed = originalOf(body, '');
  const importHash = hex(digests.sha256(utf8(JSON.stringify([request, order ?? null, history, unhashed]))));
  const result = await service.ledger(id, shop.region).importHistory({
    id,
    shop: shop.id,
    requestHash: importHash,
    request,
    attempt: { ...attempt, providerState: { ...attempt.providerState, ...(payid !== null && { payid }) } },
    createdAt: new Date(transaction.created).toISOString(),
    history,
    original: { ...unhashed, importHash },
    taken: messagesOf(history),
    answerToRepeats: open(account).provider.reply,
    dryRun: body.dryRun === true,
  });
  // After the ledger: a number never leads to a payment that is not the one which the bank knows by it.
  if (order !== undefined && !body.dryRun && result !== 'differs') {
    if (!(await service.directory.imported.nameOrder(order, id))) throw takenOrder(order);
  }
  return result;
}

function takenOrder(order: string): Problem {
  return new Problem('invalid_state', `the order number ${order} belongs to another payment`);
}

/** @throws Problem invalid_state when an order number names another payment. */
async function requireFreeOrder(service: Service, order: string, id: string): Promise<void> {
  const known = await service.directory.imported.paymentOf(order);
  if (known !== null && known !== id) throw takenOrder(order);
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
