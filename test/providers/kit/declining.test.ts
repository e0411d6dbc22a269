/** Answers of providers' APIs to operations: what is no no is none. */
import { expect, it } from 'vitest';
import { mayDecline } from '../../../src/providers/kit/declining.ts';

it.each([408, 409, 425, 429, 500, 502, 503, 504, 301])('HTTP %i is never a no', (status) => {
  expect(mayDecline(status)).toBe(false);
});

it.each([200, 400, 403, 404, 412, 422])('HTTP %i may be a no', (status) => {
  expect(mayDecline(status)).toBe(true);
});
