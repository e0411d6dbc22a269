/**
 * What proves a log: the file and the anchors. The failures ruled out: a rewritten log or database passes against an anchor that was
 * kept; an honest one does not; erasing breaks a proof; a payment that changes while an anchor is made is in none.
 */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHUNK } from '../../src/directory/anchors.ts';
import { makeAnchor } from '../../src/gateway/anchors.ts';
import { checkProof, type LogProof } from '../../src/gateway/log-proof.ts';
import type { Service } from '../../src/gateway/service.ts';
import { detailHash, eventHash, GENESIS } from '../../src/ledger/chain.ts';
import { type Anchor, anchorText } from '../../src/payments/anchors.ts';
import { hex, utf8 } from '../../src/signing/bytes.ts';
import { digests } from '../../src/signing/digests.ts';
import { signEd25519, verifyEd25519 } from '../../src/signing/ed25519.ts';
import { isInTree, leafHash, merklePath, merkleRoot } from '../../src/signing/merkle.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { notify } from '../ledger/support.ts';
import { admin, journey, ledgerOf, network, objectOf, type Problem, runAlarms } from '../support/harness.ts';

describe('a Merkle tree', () => {
  const leaves = (count: number) => Array.from({ length: count }, (_, index) => leafHash(`leaf ${index}`));

  it('of nothing, and of the leaves of RFC 6962’s reference, has the published roots', () => {
    expect(hex(merkleRoot([]))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(hex(merkleRoot([leafHash('')]))).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    );
  });

  it('has a path to every leaf that holds there and nowhere else', () => {
    for (let size = 1; size <= 17; size += 1) {
      const hashes = leaves(size);
      const root = merkleRoot(hashes);
      for (const [position, leaf] of hashes.entries()) {
        const path = merklePath(hashes, position);
        expect(isInTree(leaf, position, size, path, root)).toBe(true);
        expect(isInTree(leafHash('other'), position, size, path, root)).toBe(false);
        expect(isInTree(leaf, position, size, [...path, leaf], root)).toBe(false);
        if (path.length > 0) expect(isInTree(leaf, position, size, path.slice(1), root)).toBe(false);
        const elsewhere = (position + 1) % size;
        if (size > 1) expect(isInTree(leaf, elsewhere, size, path, root)).toBe(false);
      }
      expect(isInTree(root, size, size, [], root)).toBe(false);
      expect(isInTree(root, -1, size, [], root)).toBe(false);
    }
  });

  it('is the same made in chunks of a power of two', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom(2, 4, 16),
        fc.nat(),
        (size, chunk, seed) => {
          const hashes = leaves(size);
          const chunks = Array.from({ length: Math.ceil(size / chunk) }, (_, n) =>
            hashes.slice(n * chunk, (n + 1) * chunk),
          );
          const roots = chunks.map(merkleRoot);
          const position = seed % size;
          const at = Math.floor(position / chunk);
          const path = [...merklePath(chunks[at] ?? [], position % chunk), ...merklePath(roots, at)];
          expect(hex(merkleRoot(roots))).toBe(hex(merkleRoot(hashes)));
          expect(path.map(hex)).toEqual(merklePath(hashes, position).map(hex));
        },
      ),
    );
  });
});

describe('Ed25519', () => {
  it('signs as RFC 8032 has it (7.1, test 1), and refuses what is not signed so', async () => {
    const seed = Uint8Array.from(
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'.match(/../g) ?? [],
      (two) => Number.parseInt(two, 16),
    );
    const signed = await signEd25519(seed, '');
    expect(signed).toEqual({
      publicKey: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
      signature: '5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc-bRr0lv18FlbviRlUUFDjnoQCw',
    });
    expect(await verifyEd25519(signed, '')).toBe(true);
    expect(await verifyEd25519(signed, ' ')).toBe(false);
    expect(await verifyEd25519({ ...signed, publicKey: 'short' }, '')).toBe(false);
    expect(await verifyEd25519({ ...signed, signature: '!' }, '')).toBe(false);
  });
});

let net: ReturnType<typeof network>;
let day = Date.UTC(2031, 0, 1);
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

/** Makes the anchor of another day. */
async function anchorNow(): Promise<Anchor> {
  day += 86_400_000;
  const service: Service = { ...serviceOf(env as unknown as Env), now: () => day };
  const anchor = await makeAnchor(service);
  if (!anchor) throw new Error('no anchor was made');
  expect(await makeAnchor(service)).toBeNull();
  return anchor;
}

async function paid() {
  const attempt = await journey('paybox');
  await attempt.notify('pay');
  await runAlarms(attempt.payment.id);
  return attempt.payment.id;
}

async function proofOf(id: string, query = ''): Promise<LogProof> {
  const { status, body } = await admin<LogProof>('GET', `/payments/${id}/proof${query}`);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
}

/** A log written anew: as who can write the database would, so that it holds by itself. */
function rewritten({ events, ...proof }: LogProof): LogProof {
  let before = GENESIS;
  const forged = events.map((event) => {
    const detail = event.type === 'created' ? { ...event.detail, amount: 1 } : event.detail;
    const hash = eventHash(before, event, detailHash(event.salt ?? '', detail));
    before = hash;
    return { ...event, detail, hash };
  });
  return { ...proof, events: forged };
}

describe('the proof of a log', () => {
  it('holds by itself, and breaks at the first line that was changed', async () => {
    const proof = await proofOf(await paid());
    expect(proof).toMatchObject({ version: 2, anchor: null });
    expect(await checkProof(proof, null)).toMatchObject({
      valid: true,
      lines: proof.events.length,
      anchor: null,
    });
    for (const [index, event] of proof.events.entries()) {
      const events = proof.events.with(index, { ...event, detail: { ...event.detail, amount: 1 } });
      expect(await checkProof({ ...proof, events }, null)).toMatchObject({ valid: false, line: event.seq });
    }
  });

  it('of one payment does not pass for that of another', async () => {
    const [one, other] = [await proofOf(await paid()), await proofOf(await paid())];
    expect(await checkProof({ ...other, payment: one.payment }, null)).toMatchObject({
      valid: false,
      line: 1,
    });
  });

  it('holds after the shopper’s data was erased, and against the anchor from before', async () => {
    const id = await paid();
    const anchor = await anchorNow();
    expect((await admin('POST', `/payments/${id}/erase`, {})).status).toBe(200);
    const proof = await proofOf(id);
    const checked = await checkProof(proof, anchor);
    expect(checked).toMatchObject({
      valid: true,
      anchor: { number: anchor.number, kept: true },
      unproven: [],
    });
    expect(checked.erased.length).toBeGreaterThan(0);
    const [line = 0] = checked.erased;
    const hidden = proof.events.map((event) =>
      event.seq === line ? { ...event, type: 'returned' as const } : event,
    );
    expect(await checkProof({ ...proof, events: hidden }, anchor)).toMatchObject({ valid: false, line });
  });

  it('is broken for a database that was written anew, against an anchor that was kept', async () => {
    const id = await paid();
    const anchor = await anchorNow();
    const honest = await proofOf(id);
    const upTo = honest.anchor?.leaf.seq ?? 0;
    expect(await checkProof(honest, anchor)).toMatchObject({ valid: true, anchor: { upTo, kept: true } });
    const forged = rewritten(honest);
    await runInDurableObject(objectOf(id), (_object, { storage: { sql } }) => {
      for (const { seq, detail, hash } of forged.events)
        sql.exec('UPDATE events SET detail = ?, hash = ? WHERE seq = ?', JSON.stringify(detail), hash, seq);
    });
    const served = await proofOf(id);
    expect(served.events[0]?.detail.amount).toBe(1);
    // By itself the new log holds: that is what anchors are for.
    expect(await checkProof({ ...served, anchor: null }, null)).toMatchObject({ valid: true });
    expect(await checkProof(served, anchor)).toMatchObject({ valid: false, line: upTo });
    // The directory is written anew too: its leaf, its tree, and even its signature, by another key.
    const hash = served.events[upTo - 1]?.hash ?? '';
    const root = hex(merkleRoot([leafHash(`${id}\n${upTo}\n${hash}`)]));
    const unsigned = { ...anchor, size: 1, root };
    const other = { ...unsigned, ...(await signEd25519(new Uint8Array(32), anchorText(unsigned))) };
    const whole = { ...served, anchor: { ...other, leaf: { seq: upTo, hash }, position: 0, path: [] } };
    expect(await checkProof(whole, null)).toMatchObject({ valid: true, anchor: { kept: false } });
    expect(await checkProof(whole, anchor)).toMatchObject({ valid: false, line: upTo });
  });

  it('is broken where the log was cut, the anchor is another one or its signature is not of its text', async () => {
    const id = await paid();
    const anchor = await anchorNow();
    const proof = await proofOf(id);
    const upTo = proof.anchor?.leaf.seq ?? 0;
    const cut = { ...proof, events: proof.events.slice(0, upTo - 1) };
    expect(await checkProof(cut, anchor)).toMatchObject({ valid: false, line: upTo });
    expect(await checkProof({ ...proof, events: [] }, anchor)).toMatchObject({ valid: false });
    expect(await checkProof({ ...proof, anchor: null }, anchor)).toMatchObject({ valid: false });
    for (const change of [
      { at: '2020-01-01T00:00:00.000Z' },
      { size: 99 },
      { root: '0'.repeat(64) },
      { number: anchor.number + 1 },
    ])
      expect(await checkProof(proof, { ...anchor, ...change })).toMatchObject({ valid: false });
  });

  it('leads to the anchor that is asked for', async () => {
    const id = await paid();
    const first = await anchorNow();
    await ledgerOf(id).applyUpdate(
      notify({
        account: (await ledgerOf(id).read())?.view.account ?? '',
        key: 'r',
        outcome: 'refunded',
        movement: 'R',
      }),
    );
    await runAlarms(id);
    const second = await anchorNow();
    expect((await proofOf(id)).anchor?.number).toBe(second.number);
    const earlier = await proofOf(id, `?anchor=${first.number}`);
    expect(await checkProof(earlier, first)).toMatchObject({ valid: true });
    expect(await checkProof(earlier, second)).toMatchObject({ valid: false });
    expect((await admin('GET', `/payments/${id}/proof?anchor=${second.number + 1}`)).status).toBe(404);
    for (const anchor of ['0', 'x', '-1', '1&anchor=2'])
      expect((await admin<Problem>('GET', `/payments/${id}/proof?anchor=${anchor}`)).body).toMatchObject({
        code: 'invalid_request',
        errors: [{ path: 'anchor' }],
      });
  });
});

describe('anchors', () => {
  it('are listed in pages, hold each other, and are of one key', async () => {
    await paid();
    const made = [await anchorNow(), await anchorNow(), await anchorNow()];
    expect(made[1]?.size).toBe(0);
    for (const [index, anchor] of made.entries()) {
      expect(await verifyEd25519(anchor, anchorText(anchor))).toBe(true);
      const before = made[index - 1];
      if (before) expect(anchor.previous).toBe(hex(digests.sha256(utf8(anchorText(before)))));
      expect(anchor.publicKey).toBe(made[0]?.publicKey);
    }
    type Page = { data: Anchor[]; nextCursor: string | null };
    const first = await admin<Page>('GET', '/anchors?limit=2');
    expect(first.body.data).toEqual([made[2], made[1]]);
    const next = await admin<Page>('GET', `/anchors?limit=2&cursor=${first.body.nextCursor}`);
    expect(next.body.data[0]).toEqual(made[0]);
    for (const query of ['limit=0', 'limit=101', 'cursor=x', 'colour=red'])
      expect((await admin('GET', `/anchors?${query}`)).status).toBe(400);
  });

  it('gather thousands of payments in chunks, and what changes meanwhile is in the next', async () => {
    const id = await paid();
    await env.DIRECTORY.prepare(
      `INSERT INTO payments (id, version, shop, reference, status, amount, currency, account, provider, test, paid, refunded,
         created_at, updated_at, body, head_seq, head, unanchored)
       WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       SELECT printf('!%015d', i), 1, 's', 'r', 'paid', 1, 'EUR', 'a', 'p', 1, 0, 0, '', '', '{}', 1, 'hash ' || i, 1 FROM n`,
    )
      .bind(2 * CHUNK + 9)
      .run();
    const anchors = serviceOf(env as unknown as Env).directory.anchors;
    const [newest] = await anchors.list(1, null);
    const number = (newest?.number ?? 0) + 1;
    const taken = await anchors.unanchored(number, CHUNK);
    // Its ledger pushes a newer line between the reading and the marking.
    await env.DIRECTORY.prepare("UPDATE payments SET head = 'newer' WHERE id = ?")
      .bind(taken[0]?.payment)
      .run();
    const root = hex(
      merkleRoot(taken.map(({ payment, seq, hash }) => leafHash(`${payment}\n${seq}\n${hash}`))),
    );
    await anchors.addChunk(number, { chunk: 0, size: taken.length, root }, taken);
    // An anchor has one line of a payment: of two, whoever rewrites the log would show the earlier one.
    const newer = { payment: taken[0]?.payment, hash: 'newer' };
    expect((await anchors.unanchored(number, 1))[0]?.payment).not.toBe(newer.payment);
    // A run that broke off goes on with its chunks.
    const anchor = await anchorNow();
    expect(anchor).toMatchObject({ number, size: 2 * CHUNK + 9 + 1 + 1 });
    expect(await anchors.unanchored(number + 1, CHUNK)).toMatchObject([newer]);
    expect(await checkProof(await proofOf(id), anchor)).toMatchObject({ valid: true });
  });
});
