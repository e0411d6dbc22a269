/** A path that has come before is not matched again: what would be wrong if it were taken for another one. */
import { expect, it } from 'vitest';
import { Routes } from '../../src/http/router.ts';

function app(): Routes {
  const routes = new Routes();
  routes.get('/payments/:id', (c) => c.text(`read ${c.req.param('id')}`));
  routes.post('/payments/:id', (c) => c.text(`changed ${c.req.param('id')}`));
  return routes;
}

async function told(routes: Routes, path: string, method = 'GET'): Promise<string> {
  return (await routes.request(path, { method })).text();
}

it('no path gets the parameters of another one, however often either comes', async () => {
  const routes = app();
  for (const id of ['one', 'two', 'one', 'two'])
    expect(await told(routes, `/payments/${id}`)).toBe(`read ${id}`);
});

it('no method gets the route of another one', async () => {
  const routes = app();
  for (let i = 0; i < 2; i++) {
    expect(await told(routes, '/payments/one')).toBe('read one');
    expect(await told(routes, '/payments/one', 'POST')).toBe('changed one');
  }
});

it('a route that is added later is found, though its path came before', async () => {
  const routes = app();
  expect((await routes.request('/later')).status).toBe(404);
  routes.get('/later', (c) => c.text('here'));
  expect(await told(routes, '/later')).toBe('here');
});

it('paths that are long, or more than are kept, are found all the same', async () => {
  const routes = app();
  const ids = [...Array.from({ length: 500 }, (_, i) => String(i)), 'x'.repeat(200), '0'];
  for (const id of ids) expect(await told(routes, `/payments/${id}`)).toBe(`read ${id}`);
});
