/** The demo's operators. The failure ruled out: a newcomer's first two requests come at once, and one of them is answered with 500. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { seedOperators } from '../../src/sandbox/demo-operator.ts';
import { type Env, serviceOf } from '../../src/worker.ts';

it('are made once by requests that come at once, and left alone by the next', async () => {
  const { directory } = serviceOf(env as unknown as Env);
  const hash = () => 'a stored form';
  await Promise.all([seedOperators(directory, hash), seedOperators(directory, hash)]);
  const made = await directory.operators.userByEmail('olga@example.com');
  expect(made).toMatchObject({ role: 'owner' });
  await seedOperators(directory, hash);
  expect((await directory.operators.userByEmail('olga@example.com'))?.id).toBe(made?.id);
});
