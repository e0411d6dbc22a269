/** A refused signature says why: the mistakes of the sheets, each made on purpose. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/payments/errors.ts';
import type { Provider } from '../../../src/providers/contract.ts';
import { ecommpay } from '../../../src/providers/ecommpay/index.ts';
import { diagnose, firstDifference } from '../../../src/providers/kit/diagnosis.ts';
import { withoutSecrets } from '../../../src/providers/kit/masking.ts';
import { ogone } from '../../../src/providers/ogone/brands.ts';
import { paybox } from '../../../src/providers/paybox/index.ts';
import { providers } from '../../../src/providers/registry.ts';
import { bankOf } from '../../../src/sandbox/banks/registry.ts';
import { readable } from '../../../src/signing/bytes.ts';
import { charset } from '../../../src/signing/charsets.ts';
import { demoSettings, merchant, shopperAtBank } from '../../support/harness.ts';
import { accountOf, asRequest, CONTEXT, notificationOf, start } from '../support.ts';

/** The explanation of a raw notification that must be refused. */
async function why(entry: Provider, raw: string, changes: Record<string, unknown> = {}, masked = true) {
  const account = accountOf(entry, changes);
  const contentType = raw.startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded';
  const message = {
    method: 'POST' as const,
    query: new Uint8Array(),
    body: new TextEncoder().encode(raw),
    headers: {},
    contentType,
  };
  const refusal = await entry
    .notification(message, account, 'notification', CONTEXT)
    .catch((error: unknown) => error);
  if (!(refusal instanceof Refusal)) throw new Error('it was not refused');
  return diagnose({
    provider: entry,
    trials: [{ settings: account.settings, which: 'current' }],
    what: 'notification-signature',
    raw,
    refusal,
    masked,
  });
}

const body = async (entry: Provider) => readable((await notificationOf(entry)).body);

describe('ogone', () => {
  it('shows the base with the passphrase masked, both values and where they part', async () => {
    const result = await why(ogone, (await body(ogone)).replace('STATUS=9', 'STATUS=5'));
    expect(result).toMatchObject({
      charset: 'utf-8',
      likelyCauses: [expect.stringContaining('changed after it was signed')],
    });
    expect(result.base).toContain('STATUS=5‹sha_out›');
    expect(JSON.stringify(result)).not.toContain(String(demoSettings('ogone').sha_out));
    expect(result.firstDifference?.at).toBe(firstDifference(result.expected, result.received)?.at);
    // Not SHA-IN, and not the password of the API user.
    expect(result.keysTried).toEqual([
      {
        setting: 'sha_out',
        which: 'current',
        key: expect.stringMatching(/^26 characters, fingerprint [0-9a-f]{8}$/),
      },
    ]);
  });

  it.each([
    [
      'swapped',
      { sha_out: 'another-passphrase-here', sha_in: demoSettings('ogone').sha_out },
      'SHA-IN passphrase',
    ],
    ['another algorithm', { hash_algorithm: 'sha256' }, 'hashed with SHA-512'],
    ['white space', { sha_out: ` ${demoSettings('ogone').sha_out}` }, 'white space'],
  ])('names the cause: %s', async (_name, changes, cause) => {
    expect((await why(ogone, await body(ogone), changes)).likelyCauses.join()).toContain(cause);
  });

  it('masks a passphrase with accents in either charset', async () => {
    for (const encoding of ['utf-8', 'iso-8859-1']) {
      const secret = 'une-phrase-secrète-à-nous';
      const result = await why(ogone, await body(ogone), { sha_out: secret, encoding });
      expect(result.base).toContain('‹sha_out›');
      expect(result.base).not.toContain('une-phrase');
      // A value that is not valid in the charset has the base read as UTF-8: the passphrase is masked there too.
      const broken = await why(ogone, (await body(ogone)).replace('PM=CreditCard', 'PM=%C3%28'), {
        sha_out: secret,
        encoding,
      });
      expect(broken.base).not.toContain('une-phrase');
    }
  });

  it('names a missing signature', async () => {
    const raw = (await body(ogone)).replace(/&SHASIGN=.*/, '');
    expect((await why(ogone, raw)).likelyCauses).toEqual(['the signature was left out, or has another name']);
  });

  it('masks a whole card number, and nothing shorter', async () => {
    const raw = (await body(ogone)).replace('CARDNO=XXXXXXXXXXXX1111', 'CARDNO=4111111111111111');
    const { base } = await why(ogone, raw);
    expect(base).toContain('411111******1111');
    expect(base).not.toContain('4111111111111111');
  });
});

describe('paybox', () => {
  it('names bytes that were encoded again', async () => {
    const who = merchant('paybox', 'account');
    const order = { ...(await shopperAtBank('paybox', start(paybox), who)), order: 'CB,VISA@shop 1' };
    const raw = readable(asRequest(bankOf('paybox').notification(order, who, 'pay', 'none')).body);
    const again = raw.replace('CB,VISA@shop%201', 'CB%2CVISA%40shop+1');
    expect(again).not.toBe(raw);
    expect((await why(paybox, again)).likelyCauses).toEqual([
      expect.stringContaining('decoded and encoded again'),
    ]);
  });

  it('names a key that the account does not trust', async () => {
    const { vectors } = await import('../paybox/vectors.json');
    const real = vectors.find(({ name }) => name === 'lexik-valid')?.raw ?? '';
    const result = await why(paybox, real, { pbx_retour: 'Mt:M;Ref:R;Auto:A;Erreur:E;Sign:K' });
    expect(result.likelyCauses).toEqual([expect.stringContaining("platform's own key")]);
    expect(result.expected).toBeNull();
  });
});

describe('ecommpay', () => {
  const sign = (key: string | Uint8Array) =>
    createHmac('sha512', key).update('payment:id:x;payment:status:success').digest('base64');
  const raw = (signature: string) => JSON.stringify({ payment: { id: 'x', status: 'success' }, signature });
  const key = 'ZGVtby1rZXktYXMtYmFzZTY0';

  it.each([
    ['another case', sign(key).toLowerCase(), 'another case'],
    ['no padding', sign(key).replace(/=+$/, ''), 'padding'],
    ['a decoded key', sign(Buffer.from(key, 'base64')), 'decoded from base64'],
    ['hexadecimal', 'ab'.repeat(64), '128 characters and not 88'],
    ['twice encoded', encodeURIComponent(sign(key)), 'percent-encoded twice'],
  ])('names the cause: %s', async (_name, signature, cause) => {
    expect((await why(ecommpay, raw(signature), { secret_key: key })).likelyCauses.join()).toContain(cause);
  });
});

describe('the first difference', () => {
  it('is counted in bytes, and there is none between equals', async () => {
    expect(firstDifference('abc', 'abd')).toEqual({ at: 2, expected: 'c', received: 'd' });
    expect(firstDifference('éa', 'éb')).toEqual({ at: 2, expected: 'a', received: 'b' });
    expect(firstDifference('ab', 'abc')).toEqual({ at: 2, expected: '', received: 'c' });
    expect(firstDifference('ab', 'ab')).toBeNull();
    expect(firstDifference(null, 'ab')).toBeNull();
  });
});

describe('what is kept of a refusal', () => {
  const forged = async () => (await body(ogone)).replace('STATUS=9', 'STATUS=5');

  it('does not hold the right signature of a forged message, nor more than eight of its characters', async () => {
    const raw = await forged();
    const { expected: right } = await why(ogone, raw, {}, false);
    expect(right).toMatch(/^[0-9A-F]{128}$/);
    const kept = await why(ogone, raw);
    expect(kept.expected).toBe(right?.slice(0, 8));
    expect(right?.slice(0, 8)).toContain(kept.firstDifference?.expected);
    for (let at = 0; at + 9 <= 128; at++) {
      expect(JSON.stringify({ ...kept, received: null })).not.toContain(right?.slice(at, at + 9));
    }
  });

  it('does not say how much of a guessed signature was right', async () => {
    const raw = await forged();
    const right = (await why(ogone, raw, {}, false)).expected ?? '';
    const guess = async (known: number) => {
      const wrong = right.slice(known).replace(/./g, (digit) => (digit === '0' ? '1' : '0'));
      return why(ogone, raw.replace(/SHASIGN=\w+/, `SHASIGN=${right.slice(0, known)}${wrong}`));
    };
    const shown = async (known: number) => {
      const { expected, firstDifference: difference, likelyCauses } = await guess(known);
      return { expected, at: difference?.at, from: difference?.expected, likelyCauses };
    };
    const far = await shown(127);
    expect(far).toMatchObject({ expected: right.slice(0, 8), at: 8, from: '' });
    for (const known of [8, 9, 40, 100]) expect(await shown(known)).toEqual(far);
    expect(await shown(3)).toMatchObject({ at: 3, from: right.slice(3, 8) });
  });

  it('names the place where only the form differs: its sender knows the whole', async () => {
    const secret = 'ZGVtby1rZXktYXMtYmFzZTY0';
    const sent = createHmac('sha512', secret).update('payment:id:x;payment:status:success').digest('base64');
    const raw = JSON.stringify({
      payment: { id: 'x', status: 'success' },
      signature: sent.replace(/=+$/, ''),
    });
    const kept = await why(ecommpay, raw, { secret_key: secret });
    expect(kept.firstDifference).toEqual({ at: 86, expected: '', received: '' });
    expect(kept.expected).toBe(sent.slice(0, 8));
  });

  it.each([
    ['as it is', 'PASS phrase-of 26 letters!', 'x=PASS phrase-of 26 letters!y'],
    ['in the other case', 'PASS phrase-of 26 letters!', 'x=pass PHRASE-of 26 letters!y'],
    ['percent-encoded', 'a b&c=d é—phrase of mine', `x=${encodeURIComponent('a b&c=d é—phrase of mine')}y`],
    ['percent-encoded in lower case', 'a/b&c=d phrase of mine', 'x=a%2fb%26c%3dd%20phrase%20of%20miney'],
    ['in a form', 'a b&c=d phrase of mine', 'x=a+b%26c%3Dd+phrase+of+miney'],
    ['percent-encoded in Latin-1', 'phrase secrète à nous', 'x=phrase%20secr%E8te%20%E0%20nousy'],
    [
      'in UTF-8 read as Latin-1',
      'phrase secrète à nous',
      'x=phrase secrÃ¨te Ã  nousy'.replace('Ã  ', 'Ã\u00a0 '),
    ],
    ['in Latin-1 read as UTF-8', 'phrase secrète à nous', 'x=phrase secr\ufffdte \ufffd nousy'],
    ['in windows-1251', 'пароль магазина', 'x=%EF%E0%F0%EE%EB%FC%20%EC%E0%E3%E0%E7%E8%ED%E0y'],
    ['with characters of expressions', 'a.*(b)[c]{2}|$^+?\\', 'x=a.*(b)[c]{2}|$^+?\\y'],
  ])('masks a secret %s', (_form, value, text) => {
    expect(withoutSecrets(text, [['phrase', value]], charset('utf-8'))).toBe('x=‹phrase›y');
  });

  it('masks the whole of a secret that begins as another one does, and every live value', () => {
    const secrets = [
      ['one', 'passphrase'],
      ['two', 'passphrase-and-more'],
      ['one', 'earlier-one'],
      ['none', ''],
      ['blank', ' '],
    ] as const;
    expect(withoutSecrets('passphrase-and-more;passphrase;earlier-one', secrets, charset('utf-8'))).toBe(
      '‹two›;‹one›;‹one›',
    );
  });
});

describe('any message at all', () => {
  const raws = [
    '',
    '%',
    '{',
    '[]',
    'null',
    '<a',
    '&&=&',
    'a=%ff',
    '{"order":null}',
    '\u0000',
    'x'.repeat(5000),
  ];

  it.each(providers.map((entry) => [entry.id, entry] as const))(
    'of %s is explained, and names no key that is not there',
    async (_id, entry) => {
      const { settings } = accountOf(entry);
      const recipes = Object.keys(entry.signatures).filter(
        (name) => entry.signatures[name]?.kind === 'verify',
      );
      for (const what of recipes) {
        for (const raw of raws) {
          const refusal = { message: 'no', base: null, expected: null, received: null };
          const trials = [{ settings, which: 'current' }] as const;
          const { keysTried } = await diagnose({ provider: entry, trials, what, raw, refusal, masked: true });
          for (const { setting } of keysTried) expect(settings).toHaveProperty(setting);
        }
      }
    },
  );
});
