/** What the shop sells, and the orders that it has. */

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  /** In cents. */
  readonly price: number;
  /** The colour of its picture. */
  readonly colour: string;
}

export const CURRENCY = 'EUR';

export const PRODUCTS: readonly Product[] = [
  { id: 'green', name: 'Sencha', about: 'Green tea from Uji, 100 g', price: 1250, colour: '#4d7c4a' },
  { id: 'black', name: 'Darjeeling', about: 'First flush, 100 g', price: 1490, colour: '#8a4b2d' },
  { id: 'mint', name: 'Mint', about: 'Whole leaves, 50 g', price: 640, colour: '#2f7d6d' },
  { id: 'pot', name: 'Teapot', about: 'Stoneware, 0.8 litres', price: 4800, colour: '#5b6472' },
];

export interface OrderLine {
  readonly name: string;
  readonly quantity: number;
  /** Of the line, in cents. */
  readonly amount: number;
}

export interface Order {
  readonly reference: string;
  readonly placedAt: string;
  readonly email: string;
  readonly lines: readonly OrderLine[];
  /** In cents. */
  readonly total: number;
  /** The payment's id; null: there is none yet. */
  readonly payment: string | null;
  /** What the newest webhook has said. */
  readonly status: string;
  readonly version: number;
  /** In cents. */
  readonly refunded: number;
  /** The shopkeeper has asked for it; the bank may take a while. */
  readonly isRefundAsked: boolean;
}

/** Where orders are kept: a table in a database, in a real shop. */
export interface OrderStore {
  get(reference: string): Promise<Order | null>;
  /** Keeps a new order. One that is there already, by a second click at the same moment, stays as it is. */
  add(order: Order): Promise<void>;
  /**
   * Changes an order as it is now, in one transaction: a webhook and a click may come at the same moment, and whoever writes back what it
   * has read before undoes what the other has written.
   */
  change(reference: string, to: (order: Order) => Order): Promise<void>;
  /** The newest first. */
  list(): Promise<readonly Order[]>;
}

/** Orders that are forgotten with the process. */
export function ordersInMemory(): OrderStore {
  const orders = new Map<string, Order>();
  return {
    get: async (reference) => orders.get(reference) ?? null,
    add: async (order) => {
      if (!orders.has(order.reference)) orders.set(order.reference, order);
    },
    change: async (reference, to) => {
      const order = orders.get(reference);
      if (order) orders.set(reference, to(order));
    },
    list: async () => [...orders.values()].reverse(),
  };
}

/** A basket: how many of each product. In a cookie it is text, like `green:2.pot:1`. */
export type Basket = ReadonlyMap<string, number>;

/** More of one thing than anybody orders. */
const MOST = 20;

export function readBasket(text: string | undefined): Basket {
  const entries = (text ?? '').split('.').map((part) => {
    const [id = '', count] = part.split(':');
    return [id, Math.min(Number(count) || 0, MOST)] as const;
  });
  return new Map(entries.filter(([id, count]) => count > 0 && PRODUCTS.some((product) => product.id === id)));
}

export function writeBasket(basket: Basket): string {
  return [...basket].map(([id, count]) => `${id}:${count}`).join('.');
}

/** The lines of a basket, in the order of the catalogue. */
export function linesOf(basket: Basket): readonly OrderLine[] {
  return PRODUCTS.flatMap(({ id, name, price }) => {
    const quantity = basket.get(id) ?? 0;
    return quantity > 0 ? [{ name, quantity, amount: quantity * price }] : [];
  });
}

export function totalOf(lines: readonly OrderLine[]): number {
  return lines.reduce((total, { amount }) => total + amount, 0);
}
