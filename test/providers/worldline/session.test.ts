/**
 * The session of Worldline's page. Ruled out: money that is taken at once although it is to be captured later, a means of payment that the
 * account does not offer, a shopper who is sent to an address that is none.
 */
import { describe, expect, it } from 'vitest';
import { worldline } from '../../../src/providers/worldline/index.ts';
import { demoSettings } from '../../support/harness.ts';
import { accountOf, ORDER, registered, request } from '../support.ts';

const SETTINGS = demoSettings('worldline');

describe('a session', () => {
  it('is for a later capture where that is asked for, of cards, wallets and redirects', async () => {
    const bodies = async (capture: 'manual' | 'automatic' | null, authorization_mode = 'SALE') =>
      (
        await registered(
          worldline,
          request(worldline, { capture }),
          accountOf(worldline, { authorization_mode }),
        )
      ).hostedcheckouts as Record<string, Record<string, unknown>>;
    const modes = async (...given: Parameters<typeof bodies>) => {
      const body = await bodies(...given);
      return [
        body.cardPaymentMethodSpecificInput?.authorizationMode,
        body.mobilePaymentMethodSpecificInput?.authorizationMode,
        body.redirectPaymentMethodSpecificInput?.requiresApproval,
      ];
    };
    expect(await modes(null)).toEqual(['SALE', 'SALE', false]);
    expect(await modes('manual')).toEqual(['FINAL_AUTHORIZATION', 'FINAL_AUTHORIZATION', true]);
    expect(await modes('manual', 'PRE_AUTHORIZATION')).toEqual([
      'PRE_AUTHORIZATION',
      'PRE_AUTHORIZATION',
      true,
    ]);
    expect(await modes('automatic', 'PRE_AUTHORIZATION')).toEqual(['SALE', 'SALE', false]);
    expect(await modes(null, 'PRE_AUTHORIZATION')).toEqual(['PRE_AUTHORIZATION', 'PRE_AUTHORIZATION', true]);
  });

  it('has the account’s means of payment, which a shop may narrow and not widen', async () => {
    const account = accountOf(worldline, { product_ids: [1, 3, 130] });
    const restrict = (products: string) => ({
      providerFields: { 'hostedCheckoutSpecificInput.paymentProductFilters.restrictTo.products': products },
    });
    const productsOf = (bodies: Readonly<Record<string, unknown>>) =>
      JSON.stringify(
        (bodies.hostedcheckouts as { hostedCheckoutSpecificInput: object }).hostedCheckoutSpecificInput,
      );
    expect(productsOf(await registered(worldline, request(worldline), account))).toContain(
      '"products":[1,3,130]',
    );
    expect(productsOf(await registered(worldline, request(worldline, restrict('130')), account))).toContain(
      '"products":[130]',
    );
    await expect(registered(worldline, request(worldline, restrict('1,840')), account)).rejects.toThrow(
      '840',
    );
  });

  it('of CAWL goes to its hosts', async () => {
    for (const [environment, host] of [
      ['production', 'https://payment.ca.cawl-solutions.fr'],
      ['test', 'https://payment.preprod.ca.cawl-solutions.fr'],
    ] as const) {
      const seen: string[] = [];
      const fetcher = (async (input: RequestInfo) => {
        seen.push(String(input));
        return new Response('{}', { status: 500 });
      }) as typeof fetch;
      const account = { ...accountOf(worldline, { brand: 'cawl' }), environment, endpoints: {} };
      const started = worldline.start({
        id: ORDER.slice(0, 16) as never,
        order: ORDER,
        payment: request(worldline),
        account,
        urls: { callback: 'https://pay.test/callback/account', back: 'https://pay.test/return/account/1' },
        now: new Date('2026-11-21T09:00:00Z'),
        ip: null,
        fetch: fetcher,
        daily: async () => 1,
      });
      await expect(started).rejects.toMatchObject({ code: 'provider_error' });
      expect(seen).toEqual([`${host}/v2/${SETTINGS.merchant_id}/hostedcheckouts`]);
    }
  });

  it.each([
    ['no RETURNMAC', { RETURNMAC: undefined }],
    ['no address', { redirectUrl: undefined }],
    ['an address that is none', { redirectUrl: 'javascript:alert(1)' }],
    ['no number', { hostedCheckoutId: undefined }],
  ])('whose answer has %s sends no shopper anywhere', async (_what, change) => {
    const answer = {
      RETURNMAC: 'cd62cb91-3ca8-4d90-8398-b7014e5ae9ae',
      hostedCheckoutId: '10083980755',
      redirectUrl: 'https://bank.example/1',
      ...change,
    };
    const started = worldline.start({
      id: ORDER.slice(0, 16) as never,
      order: ORDER,
      payment: request(worldline),
      account: accountOf(worldline),
      urls: { callback: 'https://pay.test/callback/account', back: 'https://pay.test/return/account/1' },
      now: new Date('2026-11-21T09:00:00Z'),
      ip: null,
      fetch: (async () => Response.json(answer, { status: 201 })) as typeof fetch,
      daily: async () => 1,
    });
    await expect(started).rejects.toMatchObject({ code: 'provider_error' });
  });
});
