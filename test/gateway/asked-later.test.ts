/** Ruled out: a provider that wants to be left alone, and is asked about the next payment at once; or an answer of 429 that hides what the provider has said. */
import { describe, expect, it } from 'vitest';
import { untilAskedLater } from '../../src/gateway/asked-later.ts';
import { queryStatus } from '../../src/gateway/status-query.ts';
import { Problem, Refusal } from '../../src/payments/errors.ts';
import type { Minor } from '../../src/payments/money.ts';
import { accountOf, handMade, ID, NOW } from './hand-made.ts';

const answerOf = (status: number, retryAfter?: string) =>
  new Response('', { status, ...(retryAfter !== undefined && { headers: { 'retry-after': retryAfter } }) });

/** What comes of a query that is answered so, and then fails. */
const failed = (answers: readonly Response[], error: unknown) => {
  const left = [...answers];
  const call = async () => left.shift() as Response;
  return untilAskedLater(
    call,
    () => NOW,
    async (asked) => {
      for (const _ of answers) await asked('https://bank.example/');
      throw error;
    },
  );
};

describe('a provider that answers 429', () => {
  it.each([
    ['no time', undefined, 60],
    ['an empty time', '', 60],
    ['no time that can be read', 'soon', 60],
    ['a time below zero', '-5', 1],
    ['seconds', '7', 7],
    ['part of a second', '1.5', 2],
    ['no second', '0', 1],
    ['the longest time', '3600', 3600],
    ['a day', '86400', 3600],
    ['a date', 'Fri, 27 Nov 2026 10:00:30 GMT', 30],
    ['a date that is over', 'Fri, 27 Nov 2026 09:00:00 GMT', 1],
  ])('and names %s is asked again after as long', async (_, said, retryAfter) => {
    const problem = await failed([answerOf(429, said)], new Refusal('malformed', 'it is no JSON')).catch(
      (one) => one,
    );
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({
      code: 'provider_error',
      message: 'the provider wants to be asked later',
      retryAfter,
      provider: null,
      cause: { message: 'it is no JSON' },
    });
  });

  it('is heard in the words that it has for it', async () => {
    const provider = { code: 'RATE_LIMIT', text: 'Slow down' };
    const said = new Problem('provider_error', 'the provider answered', { provider });
    await expect(failed([answerOf(200), answerOf(429, '5'), answerOf(429, '9')], said)).rejects.toMatchObject(
      {
        retryAfter: 5,
        provider,
      },
    );
  });

  it('and answers the next call well has answered', async () => {
    const answers = [answerOf(429, '5'), answerOf(200)];
    const asked = untilAskedLater(
      async () => answers.shift() as Response,
      () => NOW,
      async (call) => {
        await call('https://bank.example/');
        return (await call('https://bank.example/')).status;
      },
    );
    expect(await asked).toBe(200);
  });

  it('is no reason for a mistake of ours, and another status is no wish', async () => {
    const mistake = new TypeError('undefined is no function');
    await expect(failed([answerOf(429)], mistake)).rejects.toBe(mistake);
    const refusal = new Refusal('malformed', 'it is no JSON');
    for (const status of [200, 428, 430, 503])
      await expect(failed([answerOf(status, '5')], refusal)).rejects.toBe(refusal);
  });

  it('to a status query is asked later', async () => {
    const { service, fetched } = handMade({
      accounts: [accountOf('payu')],
      directory: { noteCall: undefined },
    });
    fetched.mockImplementation(async () => answerOf(429, '12'));
    const request = {
      id: ID,
      attempt: 1,
      account: 'main',
      amount: 1999 as Minor,
      currency: 'PLN',
      capture: 'automatic',
      providerState: { orderId: 'WZHF5FFDRJ140731GUEST000P01' },
      startedAt: new Date(NOW).toISOString(),
      hint: {},
    } as const;
    await expect(queryStatus(service, request)).rejects.toMatchObject({
      code: 'provider_error',
      retryAfter: 12,
    });
    expect(fetched).toHaveBeenCalled();
  });
});
