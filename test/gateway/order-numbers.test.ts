/**
 * Which attempt an order number names. Ruled out: a text that only holds one of PolyBanking's numbers and leads to a payment, and strangers
 * whose texts have the database asked.
 */
import { describe, expect, it } from 'vitest';
import { attemptOfOrder, isOfPolybanking } from '../../src/gateway/order-numbers.ts';
import type { Service } from '../../src/gateway/service.ts';
import { orderNumber, type PaymentId } from '../../src/payments/id.ts';

const ID = '0123456789ABCDEF' as PaymentId;

/** A service that knows some orders of PolyBanking, and the orders that it was asked for. */
function knowing(orders: Readonly<Record<string, string>>): { service: Service; asked: string[] } {
  const asked: string[] = [];
  const paymentOf = async (order: string) => {
    asked.push(order);
    return orders[order] ?? null;
  };
  return { service: { directory: { imported: { paymentOf } } } as unknown as Service, asked };
}

describe("an order number of PolyBanking's", () => {
  it.each([
    ['polybanking-7', true],
    ['polybanking-123456789012345678', true],
    ['polybanking-1234567890123456789', false],
    ['polybanking-', false],
    ['polybanking-7x', false],
    ['a polybanking-7', false],
    ['polybanking--7', false],
    ['', false],
  ])('is nothing else than its name and a number: %j', (order, expected) => {
    expect(isOfPolybanking(order)).toBe(expected);
  });

  it('names the first attempt of the payment that was made of it, where there is one', async () => {
    const { service, asked } = knowing({ 'polybanking-7': ID, 'polybanking-8': 'no id' });
    expect(await attemptOfOrder(service, 'polybanking-7')).toEqual({ id: ID, attempt: 1 });
    expect(await attemptOfOrder(service, 'polybanking-8')).toBeNull();
    expect(await attemptOfOrder(service, 'polybanking-9')).toBeNull();
    expect(asked).toEqual(['polybanking-7', 'polybanking-8', 'polybanking-9']);
  });
});

it('another order number is looked up nowhere: ours says what it names, and any other text names nothing', async () => {
  const { service, asked } = knowing({ [orderNumber(ID, 3)]: 'another', 'a polybanking-7': ID });
  expect(await attemptOfOrder(service, orderNumber(ID, 3))).toEqual({ id: ID, attempt: 3 });
  for (const order of ['a polybanking-7', 'order-1', ''])
    expect(await attemptOfOrder(service, order)).toBeNull();
  expect(asked).toEqual([]);
});
