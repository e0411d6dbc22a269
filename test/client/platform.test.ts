/** Where the client starts, and where it does not: a key in a browser is everybody's. */
import { describe, expect, it } from 'vitest';
import { requireServer } from '../../src/client/platform.ts';

describe('in a browser', () => {
  it.each([
    ['a page', { document: {} }],
    ['a page whose bundler has put in a process', { document: {}, process: { versions: {} } }],
    ['a worker of a page', { importScripts: () => {}, WorkerGlobalScope: class {} }],
    ['a module worker of a page', { WorkerGlobalScope: class {}, navigator: { userAgent: 'Mozilla/5.0' } }],
  ])('the client refuses to start, and says why: %s', (_, globals) => {
    expect(() => requireServer(globals)).toThrow(/API key/);
    expect(() => requireServer(globals)).toThrow(expect.objectContaining({ code: 'browser' }));
  });
});

describe('on a server', () => {
  it.each([
    ['Node', { process: { versions: { node: '20.20.2' } } }],
    ['Node with a document for tests of pages', { document: {}, process: { versions: { node: '24.0.0' } } }],
    ['Bun', { process: { versions: { bun: '1.3.0' } }, importScripts: () => {} }],
    ['Deno, in a worker too', { Deno: {}, WorkerGlobalScope: class {} }],
    ['Workers', { WorkerGlobalScope: class {}, navigator: { userAgent: 'Cloudflare-Workers' } }],
    ['a bare engine', {}],
  ])('it starts: %s', (_, globals) => {
    expect(() => requireServer(globals)).not.toThrow();
  });

  it('it starts in the runtime of this test', () => {
    expect(() => requireServer(globalThis as object)).not.toThrow();
  });
});
