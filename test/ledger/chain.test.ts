/**
 * The log as a chain: an exported log can be checked offline. The failures ruled out: a line that was changed, left out or put in
 * passes; erasing breaks the chain, or hides a change; a log of version 1 holds no more; an erased detail can be guessed.
 */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import {
  checkLog,
  detailHash,
  erasedLink,
  eventHash,
  eventHashV1,
  firstBrokenLink,
  GENESIS,
} from '../../src/ledger/chain.ts';
import { erasedBody } from '../../src/ledger/erasing.ts';
import type { PaymentEvent } from '../../src/payments/types.ts';
import { journey, ledgerOf, network, objectOf, runAlarms } from '../support/harness.ts';
import { create, newId, notify } from './support.ts';

const FIRST = {
  seq: 1,
  at: '2026-11-21T09:00:00.000Z',
  type: 'created' as const,
  source: 'shop' as const,
  detail: { amount: 1999 },
};

const UNSALTED = { salt: null, detailHash: null, erased: false };

/** A log of lines of version 1, then of version 2. */
function mixed(ones: number, twos: number): PaymentEvent[] {
  const log: PaymentEvent[] = [];
  for (let seq = 1; seq <= ones + twos; seq += 1) {
    const before = log.at(-1)?.hash ?? GENESIS;
    const line = { ...FIRST, seq, detail: { amount: seq } };
    const salt = `${seq}`.padStart(32, '0');
    const hash =
      seq <= ones ? eventHashV1(before, line) : eventHash(before, line, detailHash(salt, line.detail));
    log.push({ ...line, ...UNSALTED, salt: seq <= ones ? null : salt, hash });
  }
  return log;
}

/** The log after lines were erased, with the line that says so. */
function erased(log: readonly PaymentEvent[], lines: readonly number[]): PaymentEvent[] {
  const left = log.map((event): PaymentEvent => {
    if (!lines.includes(event.seq)) return event;
    const known = event.salt === null ? null : detailHash(event.salt, event.detail);
    return { ...event, detail: {}, salt: null, detailHash: known, erased: true };
  });
  const links = Object.fromEntries(
    log
      .filter(({ seq, salt }) => lines.includes(seq) && salt === null)
      .map((line) => [line.seq, erasedLink(log[line.seq - 2]?.hash ?? GENESIS, line)]),
  );
  const last = { ...FIRST, seq: log.length + 1, type: 'data.erased' as const, detail: { lines, links } };
  const salt = 'f'.repeat(32);
  const hash = eventHash(log.at(-1)?.hash ?? GENESIS, last, detailHash(salt, last.detail));
  return [...left, { ...last, ...UNSALTED, salt, hash }];
}

describe('the chain', () => {
  it('holds for a real log as the API gives it, and breaks with any change of it', async () => {
    const net = network();
    const attempt = await journey('paybox');
    await attempt.notify('decline');
    await attempt.notify('pay');
    await attempt.notify('pay');
    net.restore();
    const log = (await attempt.shop.events(attempt.payment.id)) as unknown as PaymentEvent[];
    expect(log.length).toBeGreaterThan(3);
    expect(firstBrokenLink(log)).toBeNull();
    expect(await ledgerOf(attempt.payment.id).brokenLink()).toBeNull();
    const changes: Partial<PaymentEvent>[] = [
      { at: '2020-01-01T00:00:00.000Z' },
      { type: 'payment.expired' },
      { source: 'countersign' },
      { salt: '0'.repeat(32) },
      { salt: null },
      { detailHash: '0'.repeat(64) },
      { hash: '0'.repeat(64) },
      // Nobody says that it was erased.
      { detail: {}, salt: null, detailHash: null, erased: true },
      { detail: {}, salt: null, detailHash: '0'.repeat(64), erased: true },
    ];
    for (const [index, event] of log.entries()) {
      for (const change of [{ detail: { ...event.detail, amount: 1 } }, ...changes])
        expect(firstBrokenLink(log.with(index, { ...event, ...change })), JSON.stringify(change)).toBe(
          event.seq,
        );
      expect(firstBrokenLink(log.toSpliced(index, 1))).toBe(
        index === log.length - 1 ? null : (log[index + 1]?.seq ?? 0),
      );
    }
  });

  it('starts from a fixed value, as docs/proof.md has it', () => {
    expect(eventHashV1(GENESIS, FIRST)).toBe(
      'a181533032a3e2c4af3101aeba7f26395297ed4ee92a8f68b36760a701ca067a',
    );
    const salted = detailHash('00112233445566778899aabbccddeeff', FIRST.detail);
    expect(salted).toBe('301a11911e02a285296c4d318810948f44272329627705a0a375cc8a764e4f8a');
    expect(eventHash(GENESIS, FIRST, salted)).toBe(
      '0753e89199ea8d71991ad86d977c314b851440bac989b5a76376f9b6b536b618',
    );
    expect(firstBrokenLink([])).toBeNull();
  });

  it('of version 1 holds as before, and goes on with lines of version 2, never the other way round', () => {
    expect(checkLog(mixed(3, 0))).toEqual({ broken: null, erased: [], taken: [] });
    expect(checkLog(mixed(2, 2)).broken).toBeNull();
    const log = mixed(1, 1);
    const line = { ...FIRST, seq: 3, ...UNSALTED };
    const back = { ...line, hash: eventHashV1(log.at(-1)?.hash ?? '', line) };
    expect(checkLog([...log, back]).broken).toMatchObject({
      seq: 3,
      problem: expect.stringContaining('version 1'),
    });
  });

  it('holds after details were erased, and says which lines are not proven', () => {
    expect(checkLog(erased(mixed(2, 3), [1, 4]))).toEqual({ broken: null, erased: [1, 4], taken: [1] });
  });

  it('breaks where a line before an erased one of version 1 is written anew, whatever is added behind', () => {
    const log = erased(mixed(4, 1), [3]);
    const [first, second, third] = log;
    if (!first || !second || !third) throw new Error('no line');
    const detail = { amount: 1_000_000 };
    const forged = { ...second, detail, hash: eventHashV1(first.hash, { ...second, detail }) };
    const rewritten = log.with(1, forged);
    expect(checkLog(rewritten).broken).toMatchObject({ seq: 3 });
    expect(firstBrokenLink(log.with(2, { ...third, at: '2020-01-01T00:00:00.000Z' }))).toBe(3);
    // A second erasure with a link that fits does not replace the first one.
    const links = { 3: erasedLink(forged.hash, third) };
    const more = { ...FIRST, seq: 7, type: 'data.erased' as const, detail: { lines: [3], links } };
    const salt = 'e'.repeat(32);
    const hash = eventHash(log.at(-1)?.hash ?? '', more, detailHash(salt, more.detail));
    const behind = { ...more, ...UNSALTED, salt, hash };
    expect(firstBrokenLink([...rewritten, behind])).toBe(3);
    // Without any link nothing ties it.
    const unlinked = { ...more, seq: 6, detail: { lines: [3] } };
    const before = log[4]?.hash ?? '';
    const alone = {
      ...unlinked,
      ...UNSALTED,
      salt,
      hash: eventHash(before, unlinked, detailHash(salt, unlinked.detail)),
    };
    expect(firstBrokenLink([...log.slice(0, 5), alone])).toBe(3);
  });

  it('breaks where an erased line is changed, or its erasure is said of another', () => {
    const log = erased(mixed(0, 3), [2]);
    const [, second] = log;
    if (!second) throw new Error('no line');
    expect(firstBrokenLink(log.with(1, { ...second, at: '2020-01-01T00:00:00.000Z' }))).toBe(2);
    expect(firstBrokenLink(log.with(1, { ...second, detail: { amount: 9 } }))).toBe(2);
    const other = erased(mixed(0, 3), [3]);
    expect(firstBrokenLink(log.map((line, index) => (index === 3 ? (other[3] ?? line) : line)))).toBe(2);
  });
});

describe('erasing', () => {
  const IP = '203.0.113.77';

  /** A payment that was paid, whose log and record name its shopper. */
  async function paid(): Promise<string> {
    const id = newId();
    const customer = { email: 'zoe@example.com', lastName: 'Müller' };
    const { request } = create(id);
    await ledgerOf(id).create(
      create(id, { request: { ...request, customer, extraData: 'Zoé', description: 'for Zoé' } }),
    );
    await ledgerOf(id).hop(IP);
    await ledgerOf(id).applyUpdate(notify({ ip: IP, detail: { name: 'Zoé Müller' } }));
    await ledgerOf(id).applyUpdate(notify({ ip: IP }));
    return id;
  }

  const everything = (id: string) =>
    runInDurableObject(objectOf(id), (_object, { storage: { sql } }) =>
      JSON.stringify(
        ['payment', 'events', 'notifications', 'jobs'].map((table) =>
          sql.exec(`SELECT * FROM ${table}`).toArray(),
        ),
      ),
    );

  it('leaves nothing of the shopper, and the chain whole', async () => {
    const net = network();
    const id = await paid();
    expect(await everything(id)).toContain('Zoé');
    const before = (await ledgerOf(id).events())?.events ?? [];
    expect(await ledgerOf(id).erase()).toBe('erased');
    await runAlarms(id);
    for (const word of ['Zoé', 'Müller', 'zoe@', IP]) expect(await everything(id)).not.toContain(word);
    const { events = [] } = (await ledgerOf(id).events()) ?? {};
    const checked = checkLog(events);
    expect(checked).toMatchObject({ broken: null, taken: [] });
    expect(checked.erased.length).toBeGreaterThan(1);
    expect(events.slice(0, before.length).map(({ hash }) => hash)).toEqual(before.map(({ hash }) => hash));
    const read = await ledgerOf(id).read();
    expect(read?.view).toMatchObject({ status: 'paid', customer: {}, amounts: { paid: 1999 } });
    await evictDurableObject(objectOf(id));
    expect(await ledgerOf(id).brokenLink()).toBeNull();
    net.restore();
  });

  it('of a log that version 0.1 has written ties what it erases to the lines before', async () => {
    const net = network();
    const id = await paid();
    const { events: log = [] } = (await ledgerOf(id).events()) ?? {};
    await runInDurableObject(objectOf(id), (_object, { storage: { sql } }) => {
      let before = GENESIS;
      for (const line of log) {
        before = eventHashV1(before, line);
        sql.exec('UPDATE events SET salt = NULL, hash = ? WHERE seq = ?', before, line.seq);
      }
      sql.exec('UPDATE payment SET head = ?', before);
    });
    await evictDurableObject(objectOf(id));
    expect(await ledgerOf(id).erase()).toBe('erased');
    const { events = [] } = (await ledgerOf(id).events()) ?? {};
    const checked = checkLog(events);
    expect(checked).toMatchObject({ broken: null, taken: checked.erased });
    expect(checked.taken.length).toBeGreaterThan(0);
    const [first] = events;
    if (!first) throw new Error('no line');
    const forged = { ...first, detail: { ...first.detail, amount: 1 } };
    const rewritten = events.with(0, { ...forged, hash: eventHashV1(GENESIS, forged) });
    expect(checkLog(rewritten).broken).not.toBeNull();
    net.restore();
  });

  it('takes what came afterwards too, and moves no money', async () => {
    const net = network();
    const id = await paid();
    await ledgerOf(id).erase();
    await ledgerOf(id).applyUpdate(
      notify({ key: 'r', outcome: 'refunded', movement: 'R', amount: 500, ip: IP, detail: { name: 'Zoé' } }),
    );
    expect((await ledgerOf(id).read())?.view.amounts).toMatchObject({ paid: 1999, refunded: 500 });
    expect(await everything(id)).toContain(IP);
    expect(await ledgerOf(id).erase()).toBe('erased');
    expect(await everything(id)).not.toContain(IP);
    expect(await ledgerOf(id).brokenLink()).toBeNull();
    net.restore();
  });

  it('waits until the payment is decided, and finds no payment where there is none', async () => {
    const id = newId();
    expect(await ledgerOf(id).erase()).toBe('not_found');
    await ledgerOf(id).create(create(id));
    expect(await ledgerOf(id).erase()).toBe('not_decided');
    await ledgerOf(id).callOff('shop');
    expect(await ledgerOf(id).erase()).toBe('erased');
  });

  it('leaves a body that names no shopper as it is', () => {
    expect(erasedBody('{"number":4}')).toBe('{"number":4}');
  });
});
