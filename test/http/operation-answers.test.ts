/**
 * What a program learns from the answer to a capture, cancel or refund that did not succeed. The failures ruled out: a shop takes an
 * operation that may have been carried out for a declined one, and gives the money back a second time by hand; an Idempotency-Key that
 * was used for something else is refused without a word about what differs.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { UnsuccessfulOperation } from '../../src/payments/errors.ts';
import { type Journey, network, trouble } from '../support/harness.ts';
import { type Answer, call, paid } from './after-payment-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

type Failed = Answer & {
  readonly operation?: UnsuccessfulOperation;
  readonly payment?: string;
  readonly differences?: readonly string[];
};

const refund = async (attempt: Journey, body: object = {}, key?: string) => {
  const { status, body: answer } = await call(attempt, 'refund', body, key);
  return { ...(answer as Failed), status };
};

it.each(['html', 'bad-signature'] as const)(
  'is unknown after an answer that cannot be believed: %s',
  async (kind) => {
    const attempt = await paid('sips2');
    await trouble('sips2', kind);
    const { code, operation } = await refund(attempt, {}, 'once');
    expect([code, operation]).toEqual(['provider_error', { operation: 1, state: 'unknown' }]);
    // The same to who asks again by the same key.
    expect((await refund(attempt, {}, 'once')).operation).toEqual({ operation: 1, state: 'unknown' });
    // Another one is not begun, and none is named.
    expect(await refund(attempt)).toMatchObject({ code: 'invalid_state' });
    expect(await refund(attempt)).not.toHaveProperty('operation');
  },
);

it('has failed where the provider has declined', async () => {
  const attempt = await paid('sips2');
  await trouble('sips2', 'fail');
  expect(await refund(attempt)).toMatchObject({ operation: { operation: 1, state: 'failed' } });
});

it('of a key that another operation has names what differs', async () => {
  const attempt = await paid('sips2');
  const { status, code } = await refund(attempt, { amount: 100 }, 'key');
  expect([status, code]).not.toContain('reference_conflict');
  expect(await refund(attempt, { amount: 101 }, 'key')).toMatchObject({
    code: 'reference_conflict',
    payment: attempt.payment.id,
    differences: ['amount'],
  });
  const cancelled = (await call(attempt, 'cancel', { attempt: 1 }, 'key')).body as Failed;
  expect(cancelled.differences).toEqual(['kind', 'amount', 'attempt']);
});

it('names the header where a key is none', async () => {
  const attempt = await paid('sips2');
  const { body } = await call(attempt, 'refund', {}, 'é');
  expect(body.errors?.[0]?.path).toBe('Idempotency-Key');
});
