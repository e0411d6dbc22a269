/** The signed way back. Ruled out: a signature that a shop cannot check, one under an earlier secret, and one that was made for another payment or status. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin, bankOf, journey, network, request, shopAfter } from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeAll(() => {
  net = network();
});
afterAll(() => net.restore());

/** As a shop would check it, on another engine. */
function expectedOf(target: URL, secret: string): string {
  const key = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
    .update('return')
    .digest();
  const values = ['payment', 'reference', 'status', 'expires'].map((name) => target.searchParams.get(name));
  return createHmac('sha256', key).update(values.join('.')).digest('base64url');
}

describe('the way back to a shop', () => {
  it("is signed with the shop's webhook secret, and good for an hour", async () => {
    const attempt = await journey('paybox');
    const target = await shopAfter(
      await request(bankOf('paybox').back(attempt.order, attempt.merchant, 'pay')),
    );
    expect(target.searchParams.get('status')).toBe('paid');
    expect(target.searchParams.get('signature')).toBe(expectedOf(target, attempt.shop.webhookSecret));
    const expires = Number(target.searchParams.get('expires'));
    expect(Math.abs(expires - Date.now() / 1000 - 3600)).toBeLessThan(30);
    for (const name of ['payment', 'reference', 'status', 'expires']) {
      const other = new URL(target);
      other.searchParams.set(name, `${other.searchParams.get(name)}1`);
      expect(other.searchParams.get('signature')).not.toBe(expectedOf(other, attempt.shop.webhookSecret));
    }
  });

  it('is signed with the newest secret while two are good', async () => {
    const attempt = await journey('paybox');
    const { body } = await admin<{ keys: { webhookSecret: string } }>(
      'POST',
      `/shops/${attempt.shop.id}/keys/webhookSecret/rotate`,
      { graceSeconds: 3600 },
    );
    const target = await shopAfter(
      await request(bankOf('paybox').back(attempt.order, attempt.merchant, 'pay')),
    );
    const signature = target.searchParams.get('signature');
    expect(signature).toBe(expectedOf(target, body.keys.webhookSecret));
    expect(signature).not.toBe(expectedOf(target, attempt.shop.webhookSecret));
  });
});
