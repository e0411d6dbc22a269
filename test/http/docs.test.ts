/** The reference: every route of the Worker is in it with its errors, and every example is valid. */

import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { curlOf } from '../../src/http/docs.tsx';
import { type ApiDocument, describedOrder, describedRoutes } from '../../src/http/openapi.ts';
import { network, request } from '../support/harness.ts';

let document: ApiDocument;
let net: ReturnType<typeof network>;
beforeAll(async () => {
  net = network();
  document = await (await request('/openapi.json')).json<ApiDocument>();
});
afterAll(() => net.restore());

const routes = () =>
  describedOrder(
    createApp(() => {
      throw new Error('not called');
    }),
  );

describe('the document', () => {
  it('holds every route of the Worker, and nothing else', () => {
    const inDocument = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const inWorker = routes().map(({ method, path }) => `${method} ${path}`);
    expect(inDocument.sort()).toEqual(inWorker.toSorted());
  });

  it('names the errors of each: a route with a key can reject the key, a route with a body can reject the body', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, described] of Object.entries(methods)) {
        const statuses = Object.keys(described.responses);
        if (described.security) expect(statuses, `${method} ${path}`).toContain('401');
        if (described.requestBody)
          expect(statuses, `${method} ${path}`).toEqual(expect.arrayContaining(['400', '413']));
        if (path.includes('{'))
          expect(
            statuses.some((status) => status === '404' || status === '400'),
            path,
          ).toBe(true);
        for (const name of path.matchAll(/\{(\w+)\}/g)) {
          expect(described.parameters?.filter((one) => one.in === 'path').map((one) => one.name)).toContain(
            name[1],
          );
        }
      }
    }
  });

  it('describes errors as problem documents', () => {
    const create = document.paths['/v1/payments']?.post;
    for (const status of ['400', '401', '403', '404', '409', '413', '422']) {
      expect(Object.keys(create?.responses[status]?.content ?? {})).toEqual(['application/problem+json']);
    }
  });

  it('has examples that its own schemas accept', () => {
    const withBody = describedRoutes.filter(({ example }) => example?.body !== undefined);
    expect(withBody.length).toBeGreaterThan(4);
    for (const { body, optionalBody, example, summary } of withBody) {
      const schema = body ?? optionalBody;
      expect(schema && v.safeParse(schema, example?.body).success, summary).toBe(true);
    }
    for (const { query, example, summary } of describedRoutes.filter(
      (one) => one.example?.query && one.query,
    )) {
      const given = Object.fromEntries(new URLSearchParams(example?.query));
      expect(query && v.safeParse(query, given).success, summary).toBe(true);
    }
  });
});

describe('the page', () => {
  it('loads nothing from elsewhere', async () => {
    const response = await request('/docs');
    const page = await response.text();
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).not.toMatch(/<(?:script|link|img|iframe)|src=|@import|url\(/);
    expect([...page.matchAll(/href="([^"]+)"/g)].map(([, href]) => href)).toEqual(['/openapi.json']);
  });

  it('has a call to copy for every operation that is not for providers', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, described] of Object.entries(methods)) {
        const forProviders = /^\/(?:callback|return|paiements\/(?:ipn|return))/.test(path);
        expect(curlOf(method, path, described) === null, `${method} ${path}`).toBe(forProviders);
      }
    }
  });
});
