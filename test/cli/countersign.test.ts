/** The command line as its users call it. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT, run } from './support.ts';

let directory: string;
const file = (name: string, content: unknown) => {
  const path = join(directory, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const countersign = (...args: string[]) => run(process.execPath, ['src/cli/countersign.js', ...args]);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'countersign-'));
});

interface Vector {
  readonly what: string;
  readonly name: string;
  readonly settings: object;
  readonly fields: object;
  readonly raw: string;
  readonly base: string;
  readonly signature: string;
}

function vector(provider: string, name: string): Vector {
  const { vectors } = JSON.parse(
    readFileSync(join(ROOT, `test/providers/${provider}/vectors.json`), 'utf8'),
  ) as {
    vectors: Vector[];
  };
  const found = vectors.find((entry) => entry.name === name);
  if (!found) throw new Error(name);
  return found;
}

describe('sign', () => {
  it('prints the base, the algorithm and the signature', () => {
    const { settings, fields, base, signature } = vector('paybox', 'eopayment-sign');
    const result = countersign(
      'sign',
      'paybox',
      '--what',
      'request-signature',
      '--settings',
      file('s.json', settings),
      '--fields',
      file('f.json', fields),
    );
    expect(JSON.parse(result.stdout)).toEqual({ base, algorithm: 'HMAC-SHA512', signature });
    expect(result.status).toBe(0);
  });

  it.each([
    [['sign', 'nobody', '--what', 'x'], 'there is no provider nobody'],
    [['sign', 'paybox', '--what', 'notification-signature'], '--what is one of request-signature'],
    [['sign', 'paybox', '--what', 'request-signature'], 'give --fields or --raw'],
    [['sign', 'paybox', '--what', 'request-signature', '--fields', '/nowhere.json'], '/nowhere.json'],
    [['dance'], 'countersign sign PROVIDER'],
    // An option of another command would be ignored, and everything be in the file.
    [
      ['export', '--to', '/nowhere/x.csv', '--account', 'a', '--currency', 'EUR'],
      '--account: is no option of export',
    ],
    [['audit', '--shop', 'sa', '--from', '2026-11'], '--shop: is no option of audit'],
    [['reconcile', '--file', 'x', '--account', 'a', '--group', 'g'], '--group: is no option of reconcile'],
    [['sign', 'paybox', '--to', 'x'], '--to: is no option of sign'],
    [['verify', 'paybox', '--url', 'x'], '--url: is no option of verify'],
    [['vectors', '--raw', 'x'], '--raw: is no option of vectors'],
    [['example', 'paybox', '--what', 'x'], '--what: is no option of example'],
    [['proof', 'x', '--csv', 'x'], '--csv: is no option of proof'],
    [
      ['reconcile', '--file', 'x', '--account', 'a', '--to', '2026-11-01', '--until', '2026-11-02'],
      'not both',
    ],
    [['export', '--to', 'x.xml', '--logs', '--no-logs'], 'not both'],
    [[], 'countersign sign PROVIDER'],
  ])('%j says what is wrong and exits with 2', (args, message) => {
    const result = countersign(...args);
    expect(result.stderr).toContain(message);
    expect(result.status).toBe(2);
  });
});

describe('nothing', () => {
  it.each([
    ['sign', '--fields', {}, 'has no fields to sign'],
    ['sign', '--fields', [], 'has no fields to sign'],
    ['sign', '--raw', '\n', 'is empty'],
    ['verify', '--raw', '', 'is empty'],
    ['verify', '--fields', {}, 'has no fields to sign'],
  ] as const)('is not signed, nor verified: %s %s %j', (command, option, content, message) => {
    const what = command === 'sign' ? 'request-signature' : 'notification-signature';
    const { settings } = vector('paybox', 'lexik-valid');
    const given = ['--settings', file('s.json', settings), option, file('nothing.txt', content)];
    const { status, stderr, stdout } = countersign(command, 'paybox', '--what', what, ...given);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`nothing.txt: ${message}`);
  });
});

describe('verify', () => {
  it('exits with 0 for a valid message and 1 for another', () => {
    const { settings, raw } = vector('paybox', 'lexik-valid');
    const of = (text: string) =>
      countersign(
        'verify',
        'paybox',
        '--what',
        'notification-signature',
        '--settings',
        file('s.json', settings),
        '--raw',
        file('raw.txt', text),
      );
    const valid = of(`${raw}\n`);
    expect(JSON.parse(valid.stdout)).toMatchObject({
      valid: true,
      status: 'paid',
      base: expect.stringMatching(/^Mt=1000/),
    });
    expect(valid.status).toBe(0);
    const tampered = of(raw.replace('Mt=1000', 'Mt=1'));
    expect(JSON.parse(tampered.stdout)).toMatchObject({
      valid: false,
      status: null,
      charset: 'utf-8',
      keysTried: [{ setting: 'public_key', which: 'given' }],
      likelyCauses: [expect.stringContaining('changed after it was signed')],
    });
    expect(tampered.status).toBe(1);
  });
});

describe('vectors', () => {
  it('prints a row per provider and kind, and exits with 0 when all hold', () => {
    const result = countersign('vectors');
    expect(result.stdout).toMatch(/^paybox +notification-signature +25 +0$/m);
    expect(result.status).toBe(0);
  });

  it('exits with 1 on any mismatch and on a kind that it does not know', () => {
    const copy = join(directory, 'vectors');
    mkdirSync(copy);
    cpSync(join(ROOT, 'test/providers/paybox/vectors.json'), join(copy, 'paybox.json'));
    const path = join(copy, 'paybox.json');
    const content = readFileSync(path, 'utf8');
    writeFileSync(path, content.replace('7E74D8E9A0DBB65A', '7E74D8E9A0DBB65B'));
    const mismatch = countersign('vectors', copy);
    expect(mismatch.stdout).toContain('eopayment-sign: signature is 7E74D8E9A0DBB65A');
    expect(mismatch.status).toBe(1);
    writeFileSync(path, content.replace('"api-response"', '"api-handshake"'));
    expect(countersign('vectors', copy).status).toBe(1);
    expect(countersign('vectors', directory).status).toBe(2);
  });
});
