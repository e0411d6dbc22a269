/**
 * What the check of a proof says, word for word: an operator reads it, and finds the line by it. The failures ruled out: a log that was
 * rewritten or cut passes against an anchor that was kept, or is refused for another reason than its own.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { type AnchorProof, checkProof, type LogProof } from '../../src/gateway/log-proof.ts';
import { detailHash, eventHash, GENESIS } from '../../src/ledger/chain.ts';
import { type Anchor, anchorLeafText, anchorText } from '../../src/payments/anchors.ts';
import type { PaymentEvent } from '../../src/payments/types.ts';
import { hex } from '../../src/signing/bytes.ts';
import { signEd25519 } from '../../src/signing/ed25519.ts';
import { leafHash, merklePath, merkleRoot } from '../../src/signing/merkle.ts';

const PAYMENT = 'SCPE0000000000A1';
const AT = '2026-11-01T10:00:00.000Z';

/** A log that holds by itself. */
function log(amount = 1000, payment?: string): PaymentEvent[] {
  let before = GENESIS;
  return [{ amount, ...(payment !== undefined && { payment }) }, { outcome: 'paid' }, {}].map(
    (detail, index) => {
      const line = { seq: index + 1, at: AT, type: 'created', source: 'shop' } as const;
      const salt = 'ab'.repeat(16);
      before = eventHash(before, line, detailHash(salt, detail));
      return { ...line, detail, hash: before, salt, detailHash: null, erased: false };
    },
  );
}

const hashOf = (events: readonly PaymentEvent[], seq: number) => events[seq - 1]?.hash ?? '';

/** An anchor of the second line of a log and of another payment, signed, with the way to its root. */
async function anchored(events: readonly PaymentEvent[], number = 1): Promise<AnchorProof> {
  const leaf = { seq: 2, hash: hashOf(events, 2) };
  const leaves = [
    { payment: 'ANOTHER', seq: 1, hash: 'x' },
    { payment: PAYMENT, ...leaf },
  ].map((one) => leafHash(anchorLeafText(one)));
  const unsigned = { number, at: AT, size: 2, root: hex(merkleRoot(leaves)), previous: GENESIS };
  const signed = await signEd25519(new Uint8Array(32).fill(number), anchorText(unsigned));
  return { ...unsigned, ...signed, leaf, position: 1, path: merklePath(leaves, 1).map(hex) };
}

const keptOf = ({ leaf: _leaf, position: _position, path: _path, ...anchor }: AnchorProof): Anchor => anchor;

const events = log();
const fine = { valid: true, line: null, problem: null, payment: PAYMENT, lines: 3, erased: [], unproven: [] };
const checked = { number: 1, at: AT, upTo: 2 };
let own: AnchorProof;
let proof: LogProof;
beforeAll(async () => {
  own = await anchored(events);
  proof = { version: 2, payment: PAYMENT, events, anchor: own };
});

/** What is said of a proof that does not hold. */
const broken = (line: number | null, problem: string, lines = 3) => ({
  ...{ ...fine, valid: false, line, problem, lines },
  anchor: null,
});

describe('the check of a proof', () => {
  it('holds by itself, by its own anchor, and by the one that was kept', async () => {
    expect(await checkProof({ ...proof, anchor: null }, null)).toEqual({ ...fine, anchor: null });
    expect(await checkProof(proof, null)).toEqual({ ...fine, anchor: { ...checked, kept: false } });
    expect(await checkProof(proof, keptOf(own))).toEqual({ ...fine, anchor: { ...checked, kept: true } });
    const named = { ...proof, events: log(1000, PAYMENT), anchor: null };
    expect(await checkProof(named, null)).toEqual({ ...fine, anchor: null });
  });

  it('names the line that was changed, and whose log it is', async () => {
    const changed = events.with(1, { ...log()[1], detail: {} } as PaymentEvent);
    expect(await checkProof({ ...proof, events: changed }, null)).toEqual(
      broken(2, 'line 2 does not have the hash that its text gives'),
    );
    expect(await checkProof({ ...proof, events: log(1000, 'ANOTHER'), anchor: null }, null)).toEqual(
      broken(1, `line 1 is of the payment ANOTHER, and the file of ${PAYMENT}`),
    );
    expect(await checkProof({ ...proof, events: [] }, keptOf(own))).toEqual(
      broken(null, 'the file has no lines', 0),
    );
  });

  it('asks for the anchor that was kept, where the file has none or another one', async () => {
    const kept = keptOf(await anchored(events, 2));
    const other = broken(
      null,
      'the file has no way to anchor 2: fetch it with ?anchor=2, if the payment is in that one',
    );
    expect(await checkProof(proof, kept)).toEqual(other);
    expect(await checkProof({ ...proof, anchor: null }, kept)).toEqual(other);
  });

  it('says which of them is not as it was: the anchor, its leaf, or the line', async () => {
    const unsigned = broken(null, 'the signature of anchor 1 is not of its key over its text');
    expect(await checkProof(proof, { ...keptOf(own), at: '2026-11-02T10:00:00.000Z' })).toEqual(unsigned);
    expect(await checkProof({ ...proof, anchor: { ...own, size: 3 } }, null)).toEqual(unsigned);
    const rewritten = log(1);
    // Who writes the log and its leaf anew finds no way to a root that was signed before.
    const leaf = { seq: 2, hash: hashOf(rewritten, 2) };
    const outside = broken(2, 'anchor 1 has another line 2 of this payment, or none');
    expect(await checkProof({ ...proof, events: rewritten, anchor: { ...own, leaf } }, keptOf(own))).toEqual(
      outside,
    );
    for (const change of [{ position: 0 }, { path: [] }, { path: ['zz'] }])
      expect(await checkProof({ ...proof, anchor: { ...own, ...change } }, null)).toEqual(outside);
    const another = 'line 2 is not the one that anchor 1 has: the log was rewritten, or cut';
    expect(await checkProof({ ...proof, events: rewritten }, null)).toEqual(broken(2, another));
    expect(await checkProof({ ...proof, events: events.slice(0, 1) }, null)).toEqual(broken(2, another, 1));
  });
});
