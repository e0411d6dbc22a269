/** `countersign proof`, as its users call it: a file that holds is exit code 0; one that does not is 1 and names the line; else 2. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { detailHash, eventHash, GENESIS } from '../../src/ledger/chain.ts';
import { type Anchor, anchorLeafText, anchorText } from '../../src/payments/anchors.ts';
import type { PaymentEvent } from '../../src/payments/types.ts';
import { hex } from '../../src/signing/bytes.ts';
import { signEd25519 } from '../../src/signing/ed25519.ts';
import { leafHash, merklePath, merkleRoot } from '../../src/signing/merkle.ts';
import { ROOT, run } from './support.ts';

const directory = mkdtempSync(join(tmpdir(), 'countersign-proof-'));
let files = 0;
const file = (content: unknown) => {
  files += 1;
  const path = join(directory, `${files}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const proof = (...args: string[]) =>
  run(process.execPath, ['src/cli/countersign.js', 'proof', ...args], {}, ROOT);

const events: PaymentEvent[] = [];
for (let seq = 1; seq <= 3; seq += 1) {
  const line = {
    seq,
    at: `2026-11-2${seq}T09:00:00.000Z`,
    type: 'created' as const,
    source: 'shop' as const,
    detail: { amount: seq },
  };
  const salt = `${seq}`.repeat(32);
  const hash = eventHash(events.at(-1)?.hash ?? GENESIS, line, detailHash(salt, line.detail));
  events.push({ ...line, hash, salt, detailHash: null, erased: false });
}

const PAYMENT = '7ZK0M3Q9T2V8XW4B';
const leaf = { seq: 2, hash: events[1]?.hash ?? '' };
const hashes = [
  leafHash('another'),
  leafHash(anchorLeafText({ payment: PAYMENT, ...leaf })),
  leafHash('third'),
];
let anchor: Anchor;

beforeAll(async () => {
  const unsigned = {
    number: 41,
    at: '2026-11-23T00:00:00.000Z',
    size: hashes.length,
    root: hex(merkleRoot(hashes)),
    previous: GENESIS,
  };
  anchor = { ...unsigned, ...(await signEd25519(new Uint8Array(32).fill(7), anchorText(unsigned))) };
});

const whole = (changes: object = {}) => ({
  version: 2,
  payment: PAYMENT,
  events,
  anchor: { ...anchor, leaf, position: 1, path: merklePath(hashes, 1).map(hex) },
  ...changes,
});

describe('countersign proof', () => {
  it('takes a log that holds, alone and against an anchor or a list of them', () => {
    const path = file(whole());
    expect(proof(path)).toMatchObject({ status: 0, stdout: expect.stringContaining('all 3 lines fit') });
    for (const kept of [anchor, { data: [{ ...anchor, number: 40 }, anchor], nextCursor: null }])
      expect(proof(path, '--anchor', file(kept))).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('up to line 2 it is in anchor 41'),
      });
    expect(proof(file(whole({ anchor: null }))).stdout).toContain('against no anchor');
  });

  it('names the first line that does not fit', () => {
    const [first, second, third] = events;
    if (!first || !second || !third) throw new Error('no lines');
    const changed = whole({ events: [first, { ...second, detail: { amount: 9 } }, third] });
    expect(proof(file(changed))).toMatchObject({ status: 1, stdout: expect.stringContaining('line 2') });
    const cut = whole({ events: [first], anchor: whole().anchor });
    expect(proof(file(cut), '--anchor', file(anchor))).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('line 2'),
    });
    const other = { ...anchor, root: '0'.repeat(64) };
    expect(proof(file(whole()), '--anchor', file(other)).status).toBe(1);
  });

  it.each([
    ['nothing', []],
    ['no file', ['/nowhere.json']],
    ['what is no JSON', [file('{')]],
    ['another file', [file({ version: 1 })]],
    [
      'a member that nobody checks',
      [file({ version: 2, payment: PAYMENT, events: [], anchor: null, paid: true })],
    ],
    ['too much', ['a', 'b']],
  ])('called with %s says so, with exit code 2', (_name, args) => {
    expect(proof(...args)).toMatchObject({ status: 2, stderr: expect.stringMatching(/\S/) });
  });

  it('with an anchor that is none says so, with exit code 2', () => {
    expect(proof(file(whole()), '--anchor', file({ number: 41 })).status).toBe(2);
  });

  it('with a list that lacks the anchor, or of a payment that is in none yet, says what to do, with exit code 2', () => {
    const list = file({ data: [{ ...anchor, number: 40 }], nextCursor: null });
    expect(proof(file(whole()), '--anchor', list)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('leads to anchor 41, which the list lacks'),
    });
    expect(proof(file(whole({ anchor: null })), '--anchor', list)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('fetch it again after the next anchor'),
    });
  });
});
