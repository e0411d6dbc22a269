/** What a provider answered, as logs keep it. Ruled out: a token or the address of a page of a shopper that somebody reads in a log. */
import { expect, it } from 'vitest';
import { Problem } from '../../src/payments/errors.ts';
import { withoutToldSecrets } from '../../src/payments/told-secrets.ts';

const JSON_ANSWER =
  '{"id":"7","RETURNMAC":"cd62-s3cr3t","redirectUrl":"http://bank.example/p/s3cr3t?a=1&b=s3cr3t"}';

it.each([
  ['JSON', JSON_ANSWER, '{"id":"7","RETURNMAC":"…","redirectUrl":"…"}'],
  ['JSON that is cut', JSON_ANSWER.slice(0, -4), '{"id":"7","RETURNMAC":"…","redirectUrl":"…'],
  [
    'JSON in JSON',
    JSON.stringify(JSON_ANSWER),
    JSON.stringify('{"id":"7","RETURNMAC":"…","redirectUrl":"…"}'),
  ],
  [
    'escaped JSON',
    '{"data" : {"page_uri" : "https:\\/\\/b.example\\/s3cr3t\\u0026x=s3cr3t"}}',
    '{"data" : {"page_uri" : "…"}}',
  ],
  ['a form', 'error=0&access_token=s3cr3t&code=7', 'error=0&access_token=…&code=7'],
  ['XML', '<code>7</code><token>s3cr3t</token>', '<code>7</code><token>…</token>'],
  ['an address alone', 'https://pay.example/s/1?securityToken=s3cr3t', 'https://pay.example/…'],
  ['an address in a sentence', 'go to https://pay.example/s3cr3t now', 'go to https://pay.example/… now'],
  ['words', '{"error":"Invalid token: the url is wrong"}', '{"error":"Invalid token: the url is wrong"}'],
])('of %s keeps neither', (_what, answer, kept) => {
  expect(withoutToldSecrets(answer)).toBe(kept);
});

it('is what every problem has as its cause, and errors stay as they are', () => {
  const causeOf = (cause: unknown) => new Problem('provider_error', 'it failed', { cause }).cause;
  expect(causeOf(JSON_ANSWER)).not.toContain('s3cr3t');
  expect(causeOf(JSON.parse(JSON_ANSWER))).not.toContain('s3cr3t');
  const error = new Error('lost');
  expect([causeOf(error), causeOf(undefined)]).toEqual([error, undefined]);
});

it('takes no time with a text that is made to take it', () => {
  const begun = performance.now();
  for (const text of [
    'token'.repeat(20_000),
    '\\'.repeat(100_000),
    'a.-'.repeat(30_000),
    'https://'.repeat(12_000),
  ])
    withoutToldSecrets(text);
  expect(performance.now() - begun).toBeLessThan(2000);
});
