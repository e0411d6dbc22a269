/** The vectors that the helpers in Python and PHP are tested with: the client says the same of each. */
import { describe, expect, it } from 'vitest';
import { CountersignError, verifyReturn, verifyWebhook } from '../../src/client/index.ts';
import file from '../docs/messages.json';

interface Vector {
  readonly name: string;
  readonly what: string;
  readonly secrets: readonly (string | null)[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly query?: string;
  /** Seconds since 1970. */
  readonly now: number;
  readonly valid: boolean;
}

const vectors = file.vectors as unknown as readonly Vector[];

async function said({ what, secrets, headers = {}, body = '', query = '', now }: Vector): Promise<string> {
  const options = { now: () => now * 1000 };
  try {
    return what === 'webhook'
      ? (await verifyWebhook({ headers, rawBody: body }, secrets, options)).type
      : (await verifyReturn(`?${query}`, secrets, options)).reference;
  } catch (error) {
    if (error instanceof CountersignError) return 'refused';
    throw error;
  }
}

describe('a vector that is not read as the helpers read it', () => {
  it('has both kinds, genuine and not', () => {
    for (const what of ['webhook', 'return'])
      for (const valid of [true, false])
        expect(vectors.filter((one) => one.what === what && one.valid === valid).length).toBeGreaterThan(3);
  });

  it.each(vectors)('$what: $name', async (vector) => {
    expect((await said(vector)) !== 'refused').toBe(vector.valid);
  });
});
