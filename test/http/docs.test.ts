/** The reference: every route of the Worker is in it with its errors, and every example is valid. */

import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { curlOf, takenBy } from '../../src/build/site/calls.ts';
import { EXAMPLES } from '../../src/http/answer-examples.ts';
import { createApp } from '../../src/http/app.ts';
import { describedRoutes } from '../../src/http/openapi.ts';
import type { ApiDocument } from '../../src/http/reference/document.ts';
import { describedOrder } from '../../src/http/reference/order.ts';
import { PROBLEMS } from '../../src/payments/errors.ts';
import { OPERATION_STATES } from '../../src/payments/operations.ts';
import { STATUSES } from '../../src/payments/statuses.ts';
import { EVENT_TYPES } from '../../src/payments/types.ts';
import { network, ORIGIN, request } from '../support/harness.ts';

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
    const withBody = [...describedRoutes.values()].filter(({ example }) => example?.body !== undefined);
    expect(withBody.length).toBeGreaterThan(4);
    for (const { body, optionalBody, example, summary } of withBody) {
      const schema = body ?? optionalBody;
      expect(schema && v.safeParse(schema, example?.body).success, summary).toBe(true);
    }
    for (const { query, example, summary } of [...describedRoutes.values()].filter(
      (one) => one.example?.query && one.query,
    )) {
      const given = Object.fromEntries(new URLSearchParams(example?.query));
      expect(query && v.safeParse(query, given).success, summary).toBe(true);
    }
  });
});

/** A JSON Schema, as far as these tests look into one. */
interface Described {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly items?: Described;
  readonly anyOf?: readonly Described[];
  readonly oneOf?: readonly Described[];
}

const isSaid = (schema: Described): boolean =>
  Boolean(schema.description) || (schema.anyOf ?? []).some((one) => one.type !== 'null' && isSaid(one));

/** The paths of fields without a description. */
function unsaid(schema: Described, path: string): string[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.items ? [schema.items] : [])];
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
      ...(isSaid(field) ? [] : [`${path}.${name}`]),
      ...unsaid(field, `${path}.${name}`),
    ]),
    ...inner.flatMap((one) => unsaid(one, path)),
  ];
}

describe('the words of the document', () => {
  it('leave no field of a body or an answer without a description', () => {
    const missing = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, described]) => {
        const bodies = [described.requestBody, ...Object.values(described.responses)];
        return bodies.flatMap((body) =>
          Object.values(body?.content ?? {}).flatMap((one) =>
            unsaid((one as { schema: Described }).schema, `${method} ${path}`),
          ),
        );
      }),
    );
    expect([...new Set(missing)]).toEqual([]);
  });

  it('leave no status, state, event, error or webhook without a sentence', () => {
    const words = [...STATUSES, ...OPERATION_STATES, ...EVENT_TYPES, ...Object.keys(PROBLEMS)];
    for (const word of [...words, ...Object.keys(document.webhooks)]) {
      expect(document.info.description, word).toContain(`- \`${word}\`: `);
    }
  });

  it('leave no route without a tag that is explained, and name where the service is', () => {
    const tags = document.tags.map(({ name }) => name);
    for (const methods of Object.values(document.paths))
      for (const described of Object.values(methods)) expect(tags).toContain(described.tags?.[0]);
    expect(document.servers.map(({ url }) => url)).toEqual([ORIGIN]);
  });

  it('leave no answer of success without an example', () => {
    const missing = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { responses }]) =>
        Object.entries(responses)
          .filter(([status]) => Number(status) < 300)
          .flatMap(([status, { content = {} }]) =>
            Object.values(content)
              .filter(({ example }) => example === undefined)
              .map(() => `${method} ${path} ${status}`),
          ),
      ),
    );
    expect(missing).toEqual([]);
  });

  it('have examples that the schemas of the answers accept, with no member that they do not name', () => {
    const examples = [...EXAMPLES];
    expect(examples.length).toBeGreaterThan(0);
    for (const [schema, example] of examples) expect(v.parse(schema, example)).toEqual(example);
    const answered = [...describedRoutes.values()].filter(({ example }) => example?.answer);
    expect(answered.length).toBeGreaterThan(5);
    for (const { success, example } of answered)
      for (const schema of Object.values(success))
        expect(v.parse(schema as v.GenericSchema, example?.answer)).toEqual(example?.answer);
  });
});

describe('the pages of the calls', () => {
  it('show an answer that tells what the call does: an operation is in it, and what it has moved', () => {
    const shown = (kind: string) =>
      document.paths[`/v1/payments/{id}/${kind}`]?.post?.responses['200']?.content?.['application/json']
        ?.example;
    expect(shown('refund')).toMatchObject({ amounts: { refunded: 500 }, operations: [{ kind: 'refund' }] });
    expect(shown('capture')).toMatchObject({ amounts: { paid: 500 }, operations: [{ kind: 'capture' }] });
    expect(shown('cancel')).toMatchObject({ status: 'cancelled', operations: [{ kind: 'cancel' }] });
  });

  it('make what they take, wherever a shop or an operator reads a payment', () => {
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, described] of Object.entries(methods))
        if (/^\/v1\/(?:admin\/)?payments\/\{id\}/.test(path))
          expect(takenBy(curlOf(method, path, described) ?? ''), `${method} ${path}`).toEqual([]);
  });

  it('have a call to copy for every operation that is not for providers', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, described] of Object.entries(methods)) {
        const forProviders = /^\/(?:callback|return|paiements\/(?:ipn|return))/.test(path);
        expect(curlOf(method, path, described) === null, `${method} ${path}`).toBe(forProviders);
      }
    }
  });
});

describe('an error', () => {
  it('has the address of its page as its type', async () => {
    const problem = await (await request('/v1/payments')).json<{ type: string; code: string }>();
    expect(problem.type).toBe(`${ORIGIN}/docs/errors/unauthorized`);
    const unknown = await (await request('/nothing')).json<{ type: string }>();
    expect(unknown.type).toBe(`${ORIGIN}/docs/errors/not_found`);
  });
});
