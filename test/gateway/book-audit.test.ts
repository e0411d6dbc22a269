/**
 * What the check of the books says, word for word, of a copy in which one thing is wrong. The failures ruled out: a difference that is not
 * found, or is told of what is right; a page that ends before the last payment; an anchor that does not hold and passes.
 * The file is long because it has a case for each sentence that the check can say.
 */
import { describe, expect, it } from 'vitest';
import { CHUNK } from '../../src/directory/anchors.ts';
import type { CopiedMovement, CopiedPayment, CopiedRow } from '../../src/directory/copies.ts';
import { checkAnchors, checkListed, checkNext } from '../../src/gateway/book-audit.ts';
import type { Service } from '../../src/gateway/service.ts';
import type { CheckedLedger } from '../../src/ledger/commands.ts';
import { type Anchor, type AnchorLeaf, anchorLeafText, anchorText } from '../../src/payments/anchors.ts';
import { Problem } from '../../src/payments/errors.ts';
import type { PaymentId } from '../../src/payments/id.ts';
import { hex, utf8 } from '../../src/signing/bytes.ts';
import { digests } from '../../src/signing/digests.ts';
import { signEd25519 } from '../../src/signing/ed25519.ts';
import { leafHash, merkleRoot } from '../../src/signing/merkle.ts';

const ID = 'SCPE0000000000A1' as PaymentId;
const UPDATED = '2026-11-01T10:00:00.000Z';
/** Long after it: nothing is behind for moments. */
const LATER = Date.parse(UPDATED) + 300_000;

const view = {
  id: ID,
  version: 4,
  reference: 'order-1',
  status: 'partially_refunded',
  amount: 1999,
  currency: 'EUR',
  account: 'bank',
  provider: 'paybox',
  test: true,
  amounts: { paid: 1999, refunded: 400 },
  providerReference: 'T1',
  customer: { email: 'Ann@Example.com' },
  metadata: { seat: '7' },
  late: false,
  createdAt: '2026-11-01T09:00:00.000Z',
  paidAt: '2026-11-01T09:30:00.000Z',
  updatedAt: UPDATED,
} as unknown as CheckedLedger['view'];

const movement = { attempt: 1, account: 'bank', at: '2026-11-01T09:30:00.000Z', chargedBack: 0 };
const MOVEMENTS = [
  { ...movement, seq: 3, paid: 1999, refunded: 0 },
  { ...movement, seq: 5, paid: 0, refunded: 400 },
];

const right: CheckedLedger = {
  shop: 'shop',
  head: { seq: 5, hash: 'hash 5' },
  view,
  problems: [],
  movements: MOVEMENTS,
  providerReferences: ['T1', 'T2'],
  earlier: [],
  hashes: ['hash 2', 'hash 5'],
};

const row: CopiedRow = {
  payment: ID,
  shop: 'shop',
  version: 4,
  reference: 'order-1',
  status: 'partially_refunded',
  currency: 'EUR',
  account: 'bank',
  provider: 'paybox',
  test: 1,
  amount: 1999,
  paid: 1999,
  refunded: 400,
  providerReference: 'T1',
  createdAt: '2026-11-01T09:00:00.000Z',
  updatedAt: UPDATED,
  email: 'ann@example.com',
  metadata: '{"seat":"7"}',
  paidAt: '2026-11-01T09:30:00.000Z',
  headSeq: 5,
  head: 'hash 5',
  body: JSON.stringify(view),
  earlier: '[]',
};

const copiedMovements: readonly CopiedMovement[] = MOVEMENTS.map((one) => ({
  ...one,
  payment: ID,
  shop: 'shop',
  currency: 'EUR',
  test: 1,
}));

const copy: CopiedPayment = {
  id: ID,
  row,
  movements: copiedMovements,
  references: ['T0', 'T1', 'T2'].map((reference) => ({ payment: ID, reference })),
  leaves: [{ payment: ID, anchor: 1, seq: 2, hash: 'hash 2' }],
};

/** What is found where the copy and the ledger are like this. */
async function found(
  copied: CopiedPayment,
  checked: CheckedLedger | null | Error = right,
  { now = LATER, imported = {} as Readonly<Record<string, string>> } = {},
) {
  const lines: (readonly number[])[] = [];
  const service = {
    now: () => now,
    directory: {
      namedPayments: async () => [copied.id],
      copiedPayments: async () => [copied],
      imported: { paymentOf: async (order: string) => imported[order] ?? null },
    },
    ledger: () => ({
      check: async (asked: readonly number[]) => {
        lines.push(asked);
        if (checked instanceof Error) throw checked;
        return checked;
      },
    }),
  } as unknown as Service;
  const { data, checked: count } = await checkNext(service, '', 2);
  return { data, count, lines };
}

const withRow = (changes: Partial<CopiedRow>) => ({ ...copy, row: { ...row, ...changes } });
const withBody = (changes: object, more: Partial<CopiedRow> = {}) =>
  withRow({ body: JSON.stringify({ ...view, ...changes }), ...more });
const problem = (kind: string, detail: string) => ({ payment: ID, shop: 'shop', kind, detail });
const differs = (name: string, copied: unknown, stored: unknown) =>
  problem(
    'copy_differs',
    `${name} is ${JSON.stringify(copied)} in the copy, ${JSON.stringify(stored)} in the ledger`,
  );

describe('a copy that is as its ledger', () => {
  it('has no problem, and its anchored lines and newest one were asked for', async () => {
    expect(await found(copy)).toEqual({ data: [], count: 1, lines: [[2, 5]] });
    // What was never there is null in the one and left out in the other.
    const { providerReference: _none, ...without } = view;
    const bare = { ...right, view: without as CheckedLedger['view'] };
    expect(
      (await found(withBody({ providerReference: null }, { providerReference: null }), bare)).data,
    ).toEqual([]);
  });

  it('has those that the ledger has found', async () => {
    const own = { kind: 'money_differs', detail: 'paid is 1, and 2 in its log' } as const;
    expect((await found(copy, { ...right, problems: [own] })).data).toEqual([problem(own.kind, own.detail)]);
  });
});

describe('a row in which one thing is another', () => {
  it.each([
    ['reference', 'order-2', 'order-1'],
    ['status', 'paid', 'partially_refunded'],
    ['currency', 'CHF', 'EUR'],
    ['account', 'other', 'bank'],
    ['provider', 'ogone', 'paybox'],
    ['amount', 1, 1999],
    ['providerReference', null, 'T1'],
    ['createdAt', 'x', '2026-11-01T09:00:00.000Z'],
    ['updatedAt', 'x', UPDATED],
    ['shop', 'other', 'shop'],
    ['paid', 0, 1999],
    ['refunded', 0, 400],
    ['paidAt', null, '2026-11-01T09:30:00.000Z'],
    ['email', null, 'ann@example.com'],
    ['metadata', null, '{"seat":"7"}'],
    ['earlier', '[1]', '[]'],
  ] as const)('is found by %s', async (name, copied, stored) => {
    expect((await found(withRow({ [name]: copied }))).data).toEqual([differs(name, copied, stored)]);
  });

  it('is found by whether its money is real', async () => {
    expect((await found(withRow({ test: 0 }))).data).toEqual([differs('test', false, true)]);
    const real = { ...right, view: { ...view, test: false }, movements: [] };
    const copied = withBody({ test: false });
    expect((await found({ ...copied, movements: [] }, real)).data).toEqual([differs('test', true, false)]);
  });

  it('is found by its body, of which no more than 120 characters are shown', async () => {
    const text = (length: number) => 'x'.repeat(length - 2);
    const differing = async (length: number) =>
      (
        await found(withBody({ description: 'y' }), {
          ...right,
          view: { ...view, description: text(length) },
        })
      ).data[0]?.detail;
    const shown = (other: string) => `body: description is "y" in the copy, ${other} in the ledger`;
    expect(await differing(120)).toBe(shown(`"${text(120)}"`));
    expect(await differing(121)).toBe(shown(`"${text(120)}x…`));
    const { data } = await found(withRow({ body: '{' }));
    expect(data.map(({ detail }) => detail)).toEqual([
      `body is "{" in the copy, ${JSON.stringify(view).slice(0, 120)}… in the ledger`,
    ]);
  });

  it('of this version shows all that is in the ledger; what a member of no weight says, it need not say', async () => {
    const { amounts: _amounts, late: _late, ...less } = view;
    const body = JSON.stringify(less);
    expect((await found(withRow({ body }))).data).toEqual([
      differs('body: amounts', null, { paid: 1999, refunded: 400 }),
    ]);
    expect((await found(withRow({ body }), { ...right, view: { ...view, late: true } })).data).toEqual([
      differs('body: amounts', null, { paid: 1999, refunded: 400 }),
      differs('body: late', false, true),
    ]);
  });
});

describe('a row that an older version has pushed', () => {
  const older = { earlier: null, headSeq: null, head: null, email: null, paidAt: null, metadata: null };
  const sums = [
    { ...copiedMovements[0], seq: 0 },
    { ...copiedMovements[1], seq: -1 },
  ] as CopiedMovement[];
  const { paidAt: _paidAt, metadata: _metadata, late: _late, amounts: _amounts, ...known } = view;
  const of = (changes: Partial<CopiedRow> = {}, movements: readonly CopiedMovement[] = sums) => ({
    ...copy,
    row: { ...row, ...older, body: JSON.stringify({ ...known, amounts: view.amounts }), ...changes },
    references: [],
    movements,
  });

  it('is right without what that version did not know', async () => {
    expect((await found(of())).data).toEqual([]);
    expect((await found(of(), { ...right, view: { ...view, late: true } })).data).toEqual([]);
  });

  it('is compared in all that it knew', async () => {
    expect((await found(of({ email: 'eve@example.com' }))).data).toEqual([
      differs('email', 'eve@example.com', 'ann@example.com'),
    ]);
    const { data } = await found(of({ body: 'null' }));
    expect(data.map(({ detail }) => detail)).toEqual([
      `body is "null" in the copy, ${JSON.stringify(view).slice(0, 120)}… in the ledger`,
    ]);
    expect((await found(of({ body: JSON.stringify(known) }))).data).toEqual([
      differs('body: amounts', null, { paid: 1999, refunded: 400 }),
    ]);
    expect(
      (await found(of({ body: JSON.stringify({ ...known, amounts: view.amounts, late: true }) }))).data,
    ).toEqual([differs('body: late', true, false)]);
  });

  it('has sums for its movements, and is compared with these', async () => {
    const [first, second] = sums as [CopiedMovement, CopiedMovement];
    expect((await found(of({}, [{ ...first, paid: 5 }, second]))).data).toEqual([
      differs('paid of the movements', 5, 1999),
    ]);
    expect((await found(of({}, [first, { ...second, paid: 1 }]))).data).toEqual([
      differs('paid of the movements', 2000, 1999),
    ]);
    expect((await found(of({}, [first]))).data).toEqual([differs('refunded of the movements', 0, 400)]);
    // A newest line that was pushed is compared; and a line of its own among sums makes them lines.
    expect((await found(of({ headSeq: 5, head: 'x' }))).data).toEqual([differs('line 5', 'x', 'hash 5')]);
    const mixed = await found(of({}, [{ ...first, seq: 1 }, second]));
    expect(mixed.data.map(({ detail }) => detail.replace(/ is .*/, ''))).toEqual([
      'line null',
      ...['movement 3/1', 'movement 5/1', 'movement 1/1', 'movement -1/1'],
    ]);
  });
});

describe('what follows from the log', () => {
  const text = (more: string) => `2026-11-01T09:30:00.000Z shop bank EUR test=1 ${more} chargedBack=0`;

  it('is found where a movement is another one, is not there, or is there beside what is right', async () => {
    const [first, second] = copiedMovements as [CopiedMovement, CopiedMovement];
    const movements = [
      { ...first, paid: 5 },
      { ...second, seq: 6 },
    ];
    expect((await found({ ...copy, movements })).data).toEqual([
      differs('movement 3/1', text('paid=5 refunded=0'), text('paid=1999 refunded=0')),
      differs('movement 5/1', null, text('paid=0 refunded=400')),
      differs('movement 6/1', text('paid=0 refunded=400'), null),
    ]);
  });

  it('is found where the newest line or an anchored one is another', async () => {
    expect((await found(withRow({ head: 'x' }))).data).toEqual([differs('line 5', 'x', 'hash 5')]);
    // A row of this version has a newest line, whatever its movements are.
    const none = { ...withRow({ headSeq: null, head: null }), movements: [] };
    expect((await found(none, { ...right, movements: [], hashes: ['hash 2', 'hash 5'] })).data).toEqual([
      differs('line null', null, 'hash 5'),
    ]);
    expect((await found({ ...copy, leaves: [] }, { ...right, hashes: ['hash 5'] })).data).toEqual([]);
    expect((await found(copy, { ...right, hashes: ['other', 'hash 5'] })).data).toEqual([
      problem('anchor_differs', 'line 2 is not the one that anchor 1 has'),
    ]);
  });

  it('is found where a number of the provider does not lead to it any more', async () => {
    const references = [{ payment: ID, reference: 'T1' }];
    expect((await found({ ...copy, references })).data).toEqual([differs('T2', null, ID)]);
    expect((await found({ ...copy, references: [] })).data).toEqual([
      differs('T1', null, ID),
      differs('T2', null, ID),
    ]);
    // One of PolyBanking leads by a row of its own, to this payment.
    const order = 'polybanking-12';
    const named = { ...copy, references: [{ payment: ID, reference: order }] };
    const ledger = { ...right, providerReferences: [order] };
    const no = [differs(order, null, ID)];
    expect((await found(named, ledger, { imported: { [order]: ID } })).data).toEqual([]);
    expect((await found(named, ledger, { imported: { [order]: 'ANOTHER' } })).data).toEqual(no);
    expect((await found({ ...named, references: [] }, ledger, { imported: { [order]: ID } })).data).toEqual(
      no,
    );
  });
});

describe('a copy that is behind', () => {
  const behind = problem('copy_behind', 'the copy has version 3, the ledger 4');

  it('is no fault for five minutes after the ledger has changed, and one from then on', async () => {
    const ahead = differs('version', 5, 4);
    for (const [copied, fault] of [
      [{ ...copy, row: null, leaves: [] }, { ...problem('copy_missing', 'the copy has no row of it') }],
      [{ ...withRow({ version: 3, paid: 0 }), references: [] }, behind],
      [{ ...withRow({ version: 5, paid: 0 }), references: [] }, ahead],
    ] as const) {
      const ledger = { ...right, hashes: copied.leaves.map(({ hash }) => hash) };
      expect((await found(copied, ledger, { now: LATER - 1 })).data).toEqual([]);
      expect((await found(copied, ledger, { now: LATER })).data).toEqual([fault]);
    }
  });

  it('without a ledger, or that cannot be read, is named, and what is only unavailable is not', async () => {
    const gone = problem('ledger_missing', 'the copy names it, and no ledger has it');
    expect((await found(copy, null)).data).toEqual([gone]);
    const unknown = await found({ ...copy, id: 'no id of ours', row: null });
    expect(unknown).toMatchObject({ data: [{ ...gone, payment: 'no id of ours', shop: null }], lines: [] });
    expect((await found(copy, new RangeError('of a damaged record'))).data).toEqual([
      problem('unreadable', 'RangeError: of a damaged record'),
    ]);
    await expect(found(copy, new Problem('unavailable', 'storage'))).rejects.toThrow('storage');
  });
});

describe('a page of the check', () => {
  const bare = (id: string): CopiedPayment => ({ id, row: null, movements: [], references: [], leaves: [] });

  /** A copy that names so many payments, of which no ledger has any; `most` is how many are checked at one time. */
  function naming(count: number) {
    const ids = Array.from({ length: count }, (_, index) => `SCPE00000000${String(index).padStart(4, '0')}`);
    const seen = { most: 0, open: 0 };
    const service = {
      now: () => LATER,
      directory: {
        namedPayments: async () => ids,
        copiedPayments: async (asked: readonly string[]) => asked.map(bare),
      },
      ledger: () => ({
        check: async () => {
          seen.open += 1;
          seen.most = Math.max(seen.most, seen.open);
          await Promise.resolve();
          seen.open -= 1;
          return null;
        },
      }),
    } as unknown as Service;
    return { service, ids, seen };
  }

  it('checks each payment once, ten at a time, and says where the next one begins', async () => {
    const { service, ids, seen } = naming(25);
    const { data, checked, nextCursor } = await checkNext(service, '', 25);
    expect(data.map(({ payment }) => payment)).toEqual(ids);
    expect([checked, nextCursor, seen.most]).toEqual([25, ids[24], 10]);
    expect((await checkNext(service, '', 26)).nextCursor).toBeNull();
    expect(await checkNext(naming(0).service, '', 25)).toEqual({ checked: 0, data: [], nextCursor: null });
  });

  it('of ledgers names those that cannot be read beside what the others have, and refuses what is none', async () => {
    const ledgers = new Map<string, () => Promise<unknown>>([
      ['damaged', async () => Promise.reject(new SyntaxError('of a record'))],
      ['empty', async () => null],
      ['right', async () => ({ view: { id: ID } })],
      ['down', async () => Promise.reject(new Problem('unavailable', 'storage'))],
    ]);
    const service = {
      now: () => LATER,
      directory: { copiedPayments: async (ids: readonly string[]) => ids.map(bare) },
      ledger: () => ({ check: async () => null }),
      ledgerByObject: (object: string) => {
        const read = ledgers.get(object);
        return read ? { read } : null;
      },
    } as unknown as Service;
    expect(await checkListed(service, ['damaged', 'empty', 'right'])).toEqual({
      checked: 2,
      data: [
        { payment: 'damaged', shop: null, kind: 'unreadable', detail: 'SyntaxError: of a record' },
        {
          payment: ID,
          shop: null,
          kind: 'ledger_missing',
          detail: 'the copy names it, and no ledger has it',
        },
      ],
      nextCursor: null,
    });
    await expect(checkListed(service, ['right', 'x'])).rejects.toMatchObject({
      code: 'invalid_request',
      errors: [{ path: 'objects.1', message: 'is not the id of a ledger' }],
    });
    await expect(checkListed(service, ['down'])).rejects.toThrow('storage');
  });
});

describe('the check of the anchors', () => {
  const leavesOf = (count: number): AnchorLeaf[] =>
    Array.from({ length: count }, (_, index) => ({ payment: `P${index}`, seq: 1, hash: `hash ${index}` }));
  const rootOf = (leaves: readonly AnchorLeaf[]) =>
    merkleRoot(leaves.map((leaf) => leafHash(anchorLeafText(leaf))));
  const leaves = leavesOf(CHUNK + 3);
  const chunks = [leaves.slice(0, CHUNK), leaves.slice(CHUNK)];
  const roots = chunks.map(rootOf);

  /** Anchors with these numbers, each after the one before it, over the same leaves. */
  async function anchorsOf(numbers: readonly number[]): Promise<Anchor[]> {
    const made: Anchor[] = [];
    for (const number of numbers) {
      const before = made.at(-1);
      const unsigned = {
        number,
        at: UPDATED,
        size: leaves.length,
        root: hex(merkleRoot(roots)),
        previous: before ? hex(digests.sha256(utf8(anchorText(before)))) : '0'.repeat(64),
      };
      made.push({ ...unsigned, ...(await signEd25519(new Uint8Array(32), anchorText(unsigned))) });
    }
    return made;
  }

  /** What is found in them. @param gathered the highest number under which leaves were gathered. */
  function checkedIn(
    anchors: readonly Anchor[],
    { after = 0, limit = 10, gathered = anchors.at(-1)?.number ?? 0, stored = chunks } = {},
  ) {
    const service = {
      directory: {
        anchors: {
          next: async (number: number) => anchors.find((one) => one.number > number) ?? null,
          get: async (number: number) => anchors.find((one) => one.number === number) ?? null,
          gathered: async () => gathered,
          chunks: async () =>
            roots.map((root, chunk) => ({ chunk, size: chunks[chunk]?.length ?? 0, root: hex(root) })),
          leaves: async (_number: number, chunk: number) => stored[chunk] ?? [],
        },
      },
    } as unknown as Service;
    return checkAnchors(service, after, limit);
  }

  it('finds nothing where nothing is wrong, and goes on where a page ends', async () => {
    const anchors = await anchorsOf([1, 2, 3]);
    const fine = (number: number) => ({ number, problems: [] });
    expect(await checkedIn(anchors)).toEqual({ data: [1, 2, 3].map(fine), nextCursor: null });
    expect(await checkedIn(anchors, { limit: 2 })).toEqual({ data: [1, 2].map(fine), nextCursor: '2' });
    expect(await checkedIn(anchors, { after: 2 })).toEqual({ data: [fine(3)], nextCursor: null });
    // The one in the making has leaves, and is not signed.
    expect(await checkedIn(anchors, { after: 3, gathered: 4 })).toEqual({ data: [], nextCursor: null });
  });

  it('names the first that is missing, between two and behind the newest', async () => {
    const [first, , , fourth] = (await anchorsOf([1, 2, 3, 4])) as [Anchor, Anchor, Anchor, Anchor];
    const missing = (number: number, to: number) => ({ number, problems: [`missing: ${number} to ${to}`] });
    expect(await checkedIn([first, fourth])).toEqual({
      data: [{ number: 1, problems: [] }, missing(2, 3), { number: 4, problems: [] }],
      nextCursor: null,
    });
    expect(await checkedIn([first], { gathered: 3 })).toEqual({
      data: [{ number: 1, problems: [] }, missing(2, 2)],
      nextCursor: null,
    });
  });

  it('says what of one does not hold: its signature, its place, its root, its size, its leaves', async () => {
    const [first, second] = (await anchorsOf([1, 2])) as [Anchor, Anchor];
    const signed = async (changes: Partial<Anchor>) => {
      const changed = { ...second, ...changes };
      return { ...changed, ...(await signEd25519(new Uint8Array(32), anchorText(changed))) };
    };
    const faults = async (anchor: Anchor, stored = chunks) =>
      (await checkedIn([first, anchor], { after: 1, stored })).data[0]?.problems;
    expect(await faults({ ...second, at: LATER.toString() })).toEqual([
      'its signature is not of its key over its text',
    ]);
    expect(await faults(await signed({ previous: '0'.repeat(64) }))).toEqual([
      'it does not follow anchor 1 as that stands',
    ]);
    expect(await faults(await signed({ root: 'ab'.repeat(32) }))).toEqual([
      'its root is not that of its leaves',
    ]);
    expect(await faults(await signed({ size: 9 }))).toEqual([
      `it says that it has 9 leaves, and has ${CHUNK + 3}`,
    ]);
    const rewritten = [chunks[0] ?? [], leavesOf(3)];
    expect(await faults(second, rewritten)).toEqual([
      'leaves 1024 to 2047 are not those that it was made of',
    ]);
    expect(await faults(second, [leavesOf(1), chunks[1] ?? []])).toEqual([
      'leaves 0 to 1023 are not those that it was made of',
      `it says that it has ${CHUNK + 3} leaves, and has 4`,
    ]);
    // The first one follows nothing.
    const unsigned = { ...first, previous: 'ab'.repeat(32) };
    const wrong = { ...unsigned, ...(await signEd25519(new Uint8Array(32), anchorText(unsigned))) };
    expect((await checkedIn([wrong])).data).toEqual([
      { number: 1, problems: ['it does not follow anchor 0 as that stands'] },
    ]);
  });
});
