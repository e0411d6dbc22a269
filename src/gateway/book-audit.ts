/**
 * The check of the books: each payment's ledger checks its log and its sums, and the copy is compared with it. A copy that is behind for
 * moments is no fault: ledgers push within seconds, and again where they failed.
 */

import { CHUNK } from '../directory/anchors.ts';
import type { CopiedMovement, CopiedPayment, CopiedRow } from '../directory/copies.ts';
import { emailOf, metadataOf, viewIn } from '../directory/projection.ts';
import type { CheckedLedger } from '../ledger/commands.ts';
import { type Anchor, anchorLeafText, anchorText } from '../payments/anchors.ts';
import type { BookProblem } from '../payments/book-check.ts';
import { invalidField, isUnavailable } from '../payments/errors.ts';
import { paymentId } from '../payments/id.ts';
import { fromHex, hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';
import { verifyEd25519 } from '../signing/ed25519.ts';
import { leafHash, merkleRoot } from '../signing/merkle.ts';
import { isOfPolybanking } from './order-numbers.ts';
import type { Service } from './service.ts';

/** A copy may be so far behind its ledger. Milliseconds. */
const BEHIND_MS = 300_000;

/** Ledgers that check themselves at one time. */
const AT_ONCE = 10;

export interface FoundProblem extends BookProblem {
  readonly payment: string;
  readonly shop: string | null;
}

/** Members of a payment that have columns of their own in the copy. */
const COLUMNS = [
  'reference',
  'status',
  'currency',
  'account',
  'provider',
  'amount',
  'providerReference',
  'createdAt',
  'updatedAt',
] as const;

function differs(name: string, copied: unknown, stored: unknown): BookProblem[] {
  const [one, other] = [JSON.stringify(copied ?? null), JSON.stringify(stored ?? null)];
  if (one === other) return [];
  const short = (text: string) => (text.length > 120 ? `${text.slice(0, 120)}…` : text);
  return [
    { kind: 'copy_differs', detail: `${name} is ${short(one)} in the copy, ${short(other)} in the ledger` },
  ];
}

/** Of a row that an older version has pushed, what that version did not know is no difference. */
function bodyProblems(row: CopiedRow, view: CheckedLedger['view']): BookProblem[] {
  try {
    const written = JSON.parse(row.body) as object;
    const read = new Map<string, unknown>(Object.entries(viewIn(row)));
    const isKnown = (name: string) => row.earlier !== null || name in written || !read.has(name);
    return Object.entries(view).flatMap(([name, value]) =>
      isKnown(name) ? differs(`body: ${name}`, read.get(name), value) : [],
    );
  } catch {
    return differs('body', row.body, view);
  }
}

function rowProblems(row: CopiedRow, { shop, view, earlier }: CheckedLedger): BookProblem[] {
  // Columns that an older version did not know are empty.
  const added = (name: 'paidAt' | 'email' | 'metadata' | 'earlier', stored: string | null) =>
    row.earlier === null && row[name] === null ? [] : differs(name, row[name], stored);
  return [
    ...differs('shop', row.shop, shop),
    ...COLUMNS.flatMap((name) => differs(name, row[name], view[name])),
    ...added('paidAt', view.paidAt),
    ...added('email', emailOf(view)),
    ...added('metadata', metadataOf(view)),
    ...differs('test', row.test === 1, view.test),
    ...differs('paid', row.paid, view.amounts.paid),
    ...differs('refunded', row.refunded, view.amounts.refunded),
    ...bodyProblems(row, view),
    ...added('earlier', JSON.stringify(earlier)),
  ];
}

function movementProblems(
  { movements: copied }: CopiedPayment,
  { shop, view, movements }: CheckedLedger,
): BookProblem[] {
  const name = ({ seq, attempt }: Pick<CopiedMovement, 'seq' | 'attempt'>) => `movement ${seq}/${attempt}`;
  const text = (one: Omit<CopiedMovement, 'payment'>) =>
    `${one.at} ${one.shop} ${one.account} ${one.currency} test=${one.test} paid=${one.paid} refunded=${one.refunded} chargedBack=${one.chargedBack}`;
  const stored = new Map(
    movements.map((one) => [
      name(one),
      text({ ...one, shop, currency: view.currency, test: view.test ? 1 : 0 }),
    ]),
  );
  const there = new Map(copied.map((one) => [name(one), text(one)]));
  return [...new Set([...stored.keys(), ...there.keys()])].flatMap((key) =>
    differs(key, there.get(key), stored.get(key)),
  );
}

function anchorProblems({ leaves }: CopiedPayment, { hashes }: CheckedLedger): BookProblem[] {
  return leaves.flatMap(({ anchor, seq, hash }, index): BookProblem[] =>
    hashes[index] === hash
      ? []
      : [{ kind: 'anchor_differs', detail: `line ${seq} is not the one that anchor ${anchor} has` }],
  );
}

/** What differs between the copy and what the ledger says of itself. */
function copyProblems(copied: CopiedPayment, checked: CheckedLedger, now: number): BookProblem[] {
  const { row } = copied;
  const isFresh = now - Date.parse(checked.view.updatedAt) < BEHIND_MS;
  if (!row) return isFresh ? [] : [{ kind: 'copy_missing', detail: 'the copy has no row of it' }];
  const { version } = checked.view;
  if (row.version < version)
    return isFresh
      ? []
      : [{ kind: 'copy_behind', detail: `the copy has version ${row.version}, the ledger ${version}` }];
  // It has moved on between the two reads: the next check sees it.
  if (row.version > version) return isFresh ? [] : differs('version', row.version, version);
  return [...rowProblems(row, checked), ...logProblems(copied, row, checked)];
}

/** Numbers by which nobody finds it. That one leads to it too many shows no ledger: what a provider has called it once stays. */
async function nameProblems(
  service: Service,
  { id, row, references }: CopiedPayment,
  { providerReferences }: CheckedLedger,
): Promise<BookProblem[]> {
  const problems: BookProblem[] = [];
  for (const reference of row?.earlier ? providerReferences : []) {
    const isThere =
      references.some((one) => one.reference === reference) &&
      (!isOfPolybanking(reference) || (await service.directory.imported.paymentOf(reference)) === id);
    if (!isThere) problems.push(...differs(reference, null, id));
  }
  return problems;
}

/** What differs of what follows from the log: the line that the row has as its newest, and the movements. */
function logProblems(copied: CopiedPayment, row: CopiedRow, checked: CheckedLedger): BookProblem[] {
  const { movements } = copied;
  // Of what a version before 0016 has pushed there are sums in their place, until its ledger pushes its own.
  const isSummedUp = row.earlier === null && movements.every(({ seq }) => seq < 1);
  const sumOf = (kind: 'paid' | 'refunded') => movements.reduce((sum, one) => sum + one[kind], 0);
  return [
    ...(isSummedUp && row.headSeq === null
      ? []
      : differs(`line ${row.headSeq}`, row.head, checked.hashes.at(-1))),
    ...(isSummedUp
      ? (['paid', 'refunded'] as const).flatMap((kind) =>
          differs(`${kind} of the movements`, sumOf(kind), checked.view.amounts[kind]),
        )
      : movementProblems(copied, checked)),
  ];
}

/**
 * What could not be read at all, twice alike or not: it is named, and the check goes on.
 * @throws the Problem `unavailable`, which says nothing about the payment.
 */
function unreadable(error: unknown): BookProblem {
  if (isUnavailable(error)) throw error;
  return { kind: 'unreadable', detail: String(error) };
}

async function checkOne(service: Service, copied: CopiedPayment): Promise<FoundProblem[]> {
  const { id: payment, row, leaves } = copied;
  let shop = row?.shop ?? null;
  const problemsIn = async (): Promise<readonly BookProblem[]> => {
    const id = paymentId(payment);
    const lines = [...leaves.map(({ seq }) => seq), row?.headSeq ?? 0];
    const checked = id && (await service.ledger(id).check(lines));
    if (!checked) return [{ kind: 'ledger_missing', detail: 'the copy names it, and no ledger has it' }];
    shop = checked.shop;
    return [
      ...checked.problems,
      ...anchorProblems(copied, checked),
      ...copyProblems(copied, checked, service.now()),
      ...(row?.version === checked.view.version ? await nameProblems(service, copied, checked) : []),
    ];
  };
  const problems = await problemsIn().catch((error: unknown) => [unreadable(error)]);
  return problems.map((problem) => ({ payment, shop, ...problem }));
}

async function checkAll(service: Service, payments: readonly CopiedPayment[]): Promise<FoundProblem[]> {
  const found: FoundProblem[] = [];
  for (let at = 0; at < payments.length; at += AT_ONCE)
    found.push(
      ...(await Promise.all(payments.slice(at, at + AT_ONCE).map((one) => checkOne(service, one)))).flat(),
    );
  return found;
}

export interface CheckedPage {
  readonly checked: number;
  readonly data: readonly FoundProblem[];
  readonly nextCursor: string | null;
}

/** Checks the next payments that anything in the copy names, in the order of their ids. */
export async function checkNext(service: Service, after: string, limit: number): Promise<CheckedPage> {
  const ids = await service.directory.namedPayments(after, limit);
  const data = await checkAll(service, await service.directory.copiedPayments(ids));
  return { checked: ids.length, data, nextCursor: ids.length === limit ? (ids.at(-1) ?? null) : null };
}

/** Checks the payments of ledgers that the platform lists. @throws Problem invalid_request for what is no ledger's id. */
export async function checkListed(service: Service, objects: readonly string[]): Promise<CheckedPage> {
  const ledgers = objects.map((object, index) => {
    const ledger = service.ledgerByObject(object);
    if (!ledger) throw invalidField(`objects.${index}`, 'is not the id of a ledger');
    return ledger;
  });
  const damaged: FoundProblem[] = [];
  const read = await Promise.all(
    ledgers.map((ledger, index) =>
      ledger.read().catch((error: unknown) => {
        // Whose it is stands in what cannot be read.
        damaged.push({ payment: objects[index] ?? '', shop: null, ...unreadable(error) });
        return null;
      }),
    ),
  );
  const ids = read.flatMap((one) => (one ? [one.view.id] : []));
  const data = await checkAll(service, await service.directory.copiedPayments(ids));
  return { checked: ids.length + damaged.length, data: [...damaged, ...data], nextCursor: null };
}

export interface CheckedAnchor {
  readonly number: number;
  /** What of it does not hold. */
  readonly problems: readonly string[];
}

/** Checks the next anchors, the earliest first. A gap between them, or behind the newest, is named by the first that it lacks. */
export async function checkAnchors(
  service: Service,
  after: number,
  limit: number,
): Promise<{ readonly data: readonly CheckedAnchor[]; readonly nextCursor: string | null }> {
  const { anchors } = service.directory;
  const data: CheckedAnchor[] = [];
  let number = after;
  for (let count = 0; count < limit; count += 1) {
    const anchor = await anchors.next(number);
    // Leaves are gathered for the one after the newest: any before that has been signed.
    const end = anchor?.number ?? (await anchors.gathered());
    const missing = number + 1;
    if (end > missing) data.push({ number: missing, problems: [`missing: ${missing} to ${end - 1}`] });
    if (!anchor) return { data, nextCursor: null };
    number = anchor.number;
    data.push({ number, problems: await faultsOf(service, anchor) });
  }
  return { data, nextCursor: String(number) };
}

/** What of an anchor does not hold: its signature by its key, its place after the one before, the root over its leaves. */
async function faultsOf(service: Service, anchor: Anchor): Promise<string[]> {
  const { number } = anchor;
  const before = await service.directory.anchors.get(number - 1);
  const previous = before ? hex(digests.sha256(utf8(anchorText(before)))) : '0'.repeat(64);
  // After a gap nobody knows what it follows.
  const isAfter = (number > 1 && !before) || anchor.previous === previous;
  const { root, size, faults } = await rootOf(service, anchor);
  return [
    ...((await verifyEd25519(anchor, anchorText(anchor)))
      ? []
      : ['its signature is not of its key over its text']),
    ...(isAfter ? [] : [`it does not follow anchor ${number - 1} as that stands`]),
    ...faults,
    ...(root === anchor.root ? [] : ['its root is not that of its leaves']),
    ...(size === anchor.size ? [] : [`it says that it has ${anchor.size} leaves, and has ${size}`]),
  ];
}

async function rootOf(service: Service, { number }: Anchor) {
  const { anchors } = service.directory;
  const chunks = await anchors.chunks(number);
  const roots: Uint8Array[] = [];
  const faults: string[] = [];
  let size = 0;
  for (const { chunk, root } of chunks) {
    const leaves = await anchors.leaves(number, chunk);
    const computed = merkleRoot(leaves.map((leaf) => leafHash(anchorLeafText(leaf))));
    if (hex(computed) !== root)
      faults.push(
        `leaves ${chunk * CHUNK} to ${chunk * CHUNK + CHUNK - 1} are not those that it was made of`,
      );
    roots.push(fromHex(root) ?? new Uint8Array());
    size += leaves.length;
  }
  return { root: hex(merkleRoot(roots)), size, faults };
}
