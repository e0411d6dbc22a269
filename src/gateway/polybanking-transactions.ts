/** PolyBanking's transactions as payments: how they begin, and which one a message of its bank names. */
import type { Account, Shop } from '../directory/types.ts';
import type { CreateResult, History } from '../ledger/commands.ts';
import { Problem } from '../payments/errors.ts';
import { derivePaymentId, type PaymentId } from '../payments/id.ts';
import type { Minor } from '../payments/money.ts';
import type { PaymentRequest } from '../payments/types.ts';
import { isPostfinance } from '../payments/website-messages.ts';
import type { ProviderRequest } from '../providers/contract.ts';
import { hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';
import { parseForm } from '../signing/form.ts';
import { type Destination, destinationsOf } from './destinations.ts';
import { attemptOfOrder } from './order-numbers.ts';
import type { Service } from './service.ts';
import { chooseAccount } from './start-attempt.ts';
import { startFirst } from './start-first.ts';

/** The contract is in Swiss francs alone. */
const CURRENCY = 'CHF';

/** What a website says of a transaction. */
export interface Transaction {
  readonly reference: string;
  readonly amount: Minor;
  /** Null: it had none, not even an empty one. */
  readonly extraData: string | null;
}

/** The shop's accounts at PostFinance, whichever protocol they have, in the order in which the shop lists them. */
async function postfinanceAccounts(service: Service, shop: Shop): Promise<readonly string[]> {
  return (await destinationsOf(service, shop))
    .filter(({ named, account }) => isPostfinance(named.provider) || isPostfinance(account.provider))
    .map(({ named }) => named.id);
}

/** The first of the shop's accounts at PostFinance that can take it, or any other that takes francs. */
async function francAccount(service: Service, shop: Shop, request: PaymentRequest): Promise<Destination> {
  for (const account of await postfinanceAccounts(service, shop)) {
    try {
      return await chooseAccount(service, shop, { account, request });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }
  return chooseAccount(service, shop, { request });
}

/** A transaction as a request of the shop. */
export function requestOfTransaction({ reference, amount, extraData }: Transaction): PaymentRequest {
  return {
    dialect: 'polybanking',
    reference,
    amount,
    currency: CURRENCY,
    description: null,
    capture: null,
    customer: {},
    returnUrl: {},
    extraData,
    providerFields: {},
  };
}

/**
 * Stores a transaction as a payment, or finds the one of that reference.
 * @param origin where countersign is reached from outside.
 * @throws Problem when it cannot be started, unless it is there already.
 */
export async function createPolybankingPayment(
  service: Service,
  shop: Shop,
  transaction: Transaction,
  origin: string,
): Promise<CreateResult> {
  const request = requestOfTransaction(transaction);
  const id = derivePaymentId(service.config.idKey, shop.id, request.reference);
  const ledger = service.ledger(id, shop.region);
  const requestHash = hex(digests.sha256(utf8(JSON.stringify(request))));
  try {
    const destination = await francAccount(service, shop, request);
    const attempt = await startFirst(service, { shop, destination, id, number: 1, request, origin });
    return await ledger.create({ id, shop: shop.id, requestHash, request, attempt });
  } catch (error) {
    const taken = error instanceof Problem ? await ledger.replay({ requestHash, request }) : null;
    if (taken) return taken;
    throw error;
  }
}

/** What a message of the Ogone platform names. */
type Named =
  /** None of our payments, nor anything that could be an order number of the original. */
  | { readonly kind: 'no_order' }
  /** An order number of another gateway, or of an attempt that went to another bank. */
  | { readonly kind: 'other_bank' }
  /** An order number without a payment. */
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'payment';
      readonly id: PaymentId;
      readonly history: History;
      readonly account: Account;
    };

/** What begins the original's order numbers, before a dash. */
const BANK = 'polybanking';

/** Our own order numbers have no dash: one that names nothing is none that the original could have known. */
function kindWithoutPayment(order: string): 'no_order' | 'other_bank' | 'unknown' {
  const dash = order.indexOf('-');
  if (dash < 0) return 'no_order';
  return order.slice(0, dash) === BANK ? 'unknown' : 'other_bank';
}

/** The payment and the account that a message names, which is not verified yet. */
export async function paymentOfMessage(
  service: Service,
  { method, query, body }: ProviderRequest,
): Promise<Named> {
  const fields = parseForm(method === 'GET' ? query : body) ?? [];
  const order = fields.find(({ name }) => name.toUpperCase() === 'ORDERID')?.value;
  if (order === undefined) return { kind: 'no_order' };
  const named = await attemptOfOrder(service, order);
  const history = named && (await service.ledger(named.id).history());
  const accountId = named && history?.accounts[named.attempt - 1];
  if (!accountId) return { kind: kindWithoutPayment(order) };
  const account = await service.directory.account(accountId);
  const isOgone = account?.provider === 'postfinance' || account?.provider === 'ogone';
  return account && isOgone ? { kind: 'payment', id: named.id, history, account } : { kind: 'other_bank' };
}
