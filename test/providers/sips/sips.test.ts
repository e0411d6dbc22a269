/** What a message of SIPS 1 proves. The failures ruled out: a bridge that anybody on the way can play, and a request as an answer. */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { sips } from '../../../src/providers/sips/index.ts';
import { bankNetwork, demoSettings } from '../../support/harness.ts';
import { accountOf, begin, CONTEXT, ORDER, story } from '../support.ts';

const FIELDS = {
  merchant_id: '014213245611111',
  order_id: ORDER,
  amount: '1999',
  currency_code: '978',
  transaction_id: '000042',
  payment_date: '20261121',
  response_code: '00',
  capture_mode: 'AUTHOR_CAPTURE',
};

/** What is read of an answer of the bridge. */
function readOf(fields: Record<string, string>) {
  const fetcher = (async () => Response.json({ code: '0', error: '', fields })) as typeof fetch;
  const message = {
    method: 'POST' as const,
    query: new Uint8Array(),
    body: new TextEncoder().encode('DATA=x'),
    headers: {},
    contentType: 'application/x-www-form-urlencoded',
  };
  return sips.notification(message, accountOf(sips), 'notification', { ...CONTEXT, fetch: fetcher });
}

describe('the bridge', () => {
  it('is called by https, because its answers are not signed, or on this machine', () => {
    const fits = (bridgeUrl: string) =>
      v.safeParse(sips.settings, { ...demoSettings('sips'), bridgeUrl }).success;
    expect(fits('http://bridge.example/')).toBe(false);
    expect(fits('http://127.0.0.1.bridge.example/')).toBe(false);
    expect(fits('ftp://127.0.0.1/')).toBe(false);
    for (const url of ['https://bridge.example/', 'http://127.0.0.1:8790/', 'http://localhost:8790/'])
      expect(fits(url)).toBe(true);
  });

  it('is not called by http either where the account has another address for it', async () => {
    const account = { ...accountOf(sips), endpoints: { api: 'http://bridge.example' } };
    await expect(begin(sips, undefined, account)).rejects.toThrow('https');
  });
});

describe('DATA', () => {
  it('of our own request is no answer', async () => {
    const { started } = await story(sips);
    if (started.redirect.kind !== 'html') throw new Error('not a page');
    const data = /name="DATA" value="([^"]+)"/.exec(started.redirect.html)?.[1] ?? '';
    const body = new TextEncoder().encode(`DATA=${encodeURIComponent(data)}`);
    const message = {
      method: 'POST' as const,
      query: new TextEncoder().encode(`o=${ORDER}`),
      body,
      headers: {},
      contentType: 'application/x-www-form-urlencoded',
    };
    const context = { ...CONTEXT, fetch: bankNetwork };
    await expect(sips.notification(message, accountOf(sips), 'notification', context)).rejects.toThrow();
    // A middleware that decrypts it would print the parameters, and no response_code.
    const { response_code: _, ...request } = FIELDS;
    await expect(readOf(request)).rejects.toThrow('not an answer');
  });

  it('in which a bar has shifted the positions is refused', async () => {
    expect(await readOf(FIELDS)).toMatchObject({ kind: 'update', order: ORDER });
    for (const shifted of [
      { order_id: 'zoe@example.com' },
      { capture_mode: '192.0.2.7' },
      { amount: 'CB' },
      { currency_code: '97' },
    ])
      await expect(readOf({ ...FIELDS, ...shifted })).rejects.toThrow('shifted');
  });

  it('is bound to what the attempt was started with', async () => {
    const { started } = await story(sips);
    const bound = { transaction_id: '000042', currency_code: '978' };
    expect(started.bound).toEqual(bound);
    expect(await readOf({ ...FIELDS, transaction_id: '42' })).toMatchObject({ echo: bound });
  });
});
