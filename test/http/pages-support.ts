/** What the tests of the pages for shoppers share: payments whose shopper has yet to come, visits, and what a page must have. */
import { expect } from 'vitest';
import {
  answerNextCall,
  CUSTOMER,
  currencyOf,
  hopFailures,
  type Payment,
  placeAt,
  request,
  type TestShop,
} from '../support/harness.ts';

/** What these tests read is English. */
export const customer = { ...CUSTOMER, language: 'en' };

const SHOPPER = { 'cf-connecting-ip': '203.0.113.9' };

interface Open {
  readonly shop: TestShop;
  readonly account: string;
  readonly payment: Payment;
}

/** A payment whose shopper has yet to come. */
export async function waiting(providerId: string, settings: Record<string, unknown> = {}): Promise<Open> {
  const place = await placeAt(providerId, settings);
  const { status, body } = await place.shop.pay({ currency: currencyOf(providerId), customer });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return { ...place, payment: body };
}

/** A shopper opens an address. */
export const visit = (address: string, init: RequestInit = {}) =>
  request(address, { ...init, headers: { ...SHOPPER, ...init.headers } });

/** What a person sees: a page, sound and closed, with the request id. */
export async function pageOf(response: Response) {
  const html = await response.text();
  const { headers } = response;
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(html).toMatch(/^<!doctype html><html lang="en"><head><meta charset="utf-8"\/>/);
  expect(html).toContain('<meta name="viewport" content="width=device-width, initial-scale=1"/>');
  expect(html).toMatch(/<title>[^<]{4,}<\/title>/);
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{16}$/);
  const plain = (text: string) => text.replaceAll('&amp;', '&').replaceAll('&#39;', "'");
  const links = Object.fromEntries(
    [...html.matchAll(/<a (?:class="[^"]+" )?href="([^"]+)">([^<]+)<\/a>/g)].map(
      ([, href = '', caption = '']) => [caption, plain(href)],
    ),
  );
  return {
    status: response.status,
    html: plain(html),
    links,
    id: headers.get('x-request-id') ?? '',
    /** Where the page goes by itself after three seconds; empty: it stays. */
    onwards: /^3; url=(.+)$/.exec(headers.get('refresh') ?? '')?.[1] ?? '',
  };
}

/** The next call at the bank is answered in this way. */
export const answers = (response: () => Response) => answerNextCall(async () => response());

/** Why the shopper of a payment could not be forwarded. */
export const failures = ({ payment }: Open) => hopFailures(payment.id);
