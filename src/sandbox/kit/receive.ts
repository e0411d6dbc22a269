/**
 * Whose order a bank receives. Several accounts may have one contract number (a project, a PSPID, a site): an order is of the
 * account by whose secrets it is signed, and among accounts with the same secrets, of the one that its addresses lead to.
 */
import {
  type Bank,
  BankError,
  type Memory,
  type Merchant,
  type ReceivedOrder,
  type ReceivedRequest,
} from './bank.ts';

/** Whether a text has one of our addresses for an account in it: where its bank notifies, or where its shoppers come back. */
export function isAddressed(text: string, { account }: Pick<Merchant, 'account'>): boolean {
  const plain = text.replace(/%2F/gi, '/');
  return [`/callback/${account}`, `/return/${account}`].some((path) => {
    const at = plain.indexOf(path);
    // The name of an account may begin as another's does.
    return at >= 0 && !/[A-Za-z0-9._-]/.test(plain.charAt(at + path.length));
  });
}

/** The merchant that a text of an order is for: the one whose addresses are in it, else the first. */
export function addressedOf(merchants: readonly Merchant[], text: string): Merchant | undefined {
  return merchants.find((merchant) => isAddressed(text, merchant)) ?? merchants[0];
}

/**
 * Reads and checks a redirect as the bank does, for the account that it is of.
 * @throws BankError of the order, where no account's secrets fit it.
 */
export async function receiveOrder(
  bank: Bank,
  request: ReceivedRequest,
  merchants: readonly Merchant[],
  memory: Memory,
): Promise<ReceivedOrder> {
  const accepted: ReceivedOrder[] = [];
  let rejection: BankError | null = null;
  // All at first: some orders can be read once.
  for (const candidates of [merchants, ...merchants.map((merchant) => [merchant])]) {
    try {
      const order = await bank.receive(request, candidates, memory);
      if (isAddressed(JSON.stringify(order.data), order)) return order;
      accepted.push(order);
    } catch (error) {
      if (!(error instanceof BankError)) throw error;
      rejection ??= error;
    }
  }
  const [first] = accepted;
  if (first) return first;
  throw rejection ?? new BankError('merchant', 'is not known');
}
