/** The failure ruled out: mutants of routes and of Durable Objects that are never active, while those that a test calls itself are. */
import { expect, it } from 'vitest';
import { request, unique } from '../../support/requests.ts';

async function answer(amount: number, name: string) {
  const response = await request(`/planted/path?amount=${amount}&name=${name}`);
  return [response.status, await response.text()];
}

it('notices every mutant of the planted route and object', async () => {
  const name = unique();
  expect(await answer(1, name)).toEqual([200, '1']);
  expect(await answer(1, name)).toEqual([200, '2']);
  expect(await answer(1, name)).toEqual([200, '2']);
  expect(await answer(0, unique())).toEqual([422, '1']);
  const other = await request('/not-planted');
  expect(other.status).toBe(404);
});
