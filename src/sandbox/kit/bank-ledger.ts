/**
 * What a simulated bank knows of the money of an order: what it holds, took and gave back. The same for every bank; how it
 * is asked for and told is each bank's own protocol.
 */
import type { BankOrder, Decision, Memory } from './bank.ts';

export type Deed = 'capture' | 'cancel' | 'refund';

/** One thing done after the payment. */
export interface Done {
  /** The bank's number for it. */
  readonly id: string;
  readonly deed: Deed;
  readonly amount: number;
  /** What the merchant calls it, where the protocol has such a thing. */
  readonly mark: string;
}

/** Minor units. */
export interface Page {
  /** The merchant's order number. */
  readonly order: string;
  readonly account: string;
  readonly currency: string;
  /** What the order was for. */
  readonly asked: number;
  /** Held in all; what was taken of it is not subtracted. */
  readonly held: number;
  readonly taken: number;
  readonly returned: number;
  readonly released: number;
  readonly cancelled: boolean;
  readonly done: readonly Done[];
  /** The bank's own fields of the order, for its answers. */
  readonly data: Readonly<Record<string, string>>;
}

function place(order: string): string {
  return `book/${order}`;
}

/** The page of an order; null: the bank has had no decision about it. */
export async function pageOf(memory: Memory, order: string): Promise<Page | null> {
  const text = await memory.get(place(order));
  return text ? (JSON.parse(text) as Page) : null;
}

async function keep(memory: Memory, page: Page): Promise<Page> {
  await memory.put(place(page.order), JSON.stringify(page));
  return page;
}

/** Files an order under a number of the bank's own. */
export function refer(memory: Memory, bank: string, reference: string, order: string): Promise<void> {
  return memory.put(`reference/${bank}/${reference}`, order);
}

/** The page of an order by the bank's number. */
export async function pageByReference(memory: Memory, bank: string, reference: string): Promise<Page | null> {
  const order = await memory.get(`reference/${bank}/${reference}`);
  return order ? pageOf(memory, order) : null;
}

/** Opens the page of an order that the shopper has decided about; the first payment counts. */
export async function decided(memory: Memory, order: BankOrder, decision: Decision): Promise<void> {
  const before = await pageOf(memory, order.order);
  if (before && before.held + before.taken > 0) return;
  const isPaid = decision === 'pay';
  await keep(memory, {
    order: order.order,
    account: order.account,
    currency: order.currency,
    asked: order.amount,
    held: isPaid && order.manual ? order.amount : 0,
    taken: isPaid && !order.manual ? order.amount : 0,
    returned: 0,
    released: 0,
    cancelled: decision === 'cancel',
    done: [],
    data: { ...order.data, id: order.id },
  });
}

/** Why a deed is not possible. */
export type Refused = 'state' | 'amount';

/**
 * Does something with an order's money.
 * @param amount minor units; null: everything that there is.
 */
export async function perform(
  memory: Memory,
  page: Page,
  deed: { readonly deed: Deed; readonly amount: number | null; readonly mark?: string },
): Promise<{ readonly page: Page; readonly done: Done } | Refused> {
  const isHeld = page.held > 0 && !page.cancelled;
  const left =
    isHeld && deed.deed !== 'refund' ? page.held - page.taken - page.released : page.taken - page.returned;
  if (deed.deed === 'capture' && !isHeld) return 'state';
  if (page.cancelled || left <= 0) return 'state';
  const amount = deed.amount ?? left;
  if (amount <= 0 || amount > left) return 'amount';
  const done: Done = {
    id: String(700_000_000 + page.done.length) + page.order.slice(-6).replace(/\D/g, '7'),
    deed: deed.deed,
    amount,
    mark: deed.mark ?? '',
  };
  const isRelease = deed.deed === 'cancel' && isHeld;
  const changed: Page = {
    ...page,
    taken: deed.deed === 'capture' ? page.taken + amount : page.taken,
    returned:
      deed.deed === 'refund' || (deed.deed === 'cancel' && !isHeld) ? page.returned + amount : page.returned,
    released: isRelease ? page.released + amount : page.released,
    cancelled: isRelease && amount === left && page.taken === 0,
    done: [...page.done, done],
  };
  return { page: await keep(memory, changed), done };
}

/** Takes back an order that nobody has paid. */
export async function callOff(memory: Memory, page: Page): Promise<Page> {
  return keep(memory, { ...page, cancelled: true });
}
