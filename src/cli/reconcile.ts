/**
 * `countersign reconcile --file F --account A`: sends a provider's file in pieces, waits for the comparison, and prints what differs.
 *
 * A run that is broken off goes on where it was: which comparison it is of stands in `F.place`, how far its file is the server says. It goes
 * on with the same file and the same options alone, and not after the comparison has ended, in whatever way.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { LARGEST_FILE } from '../payments/reconciled.ts';
import { type CallPorts, type OperatorText, operatorText, type Server, WrongCall } from './operator-calls.ts';
import { keepPlace, keptPlace } from './place.ts';
import { progressOn, type Terminal } from './progress.ts';

/** Of one request. */
const PIECE = 4 * 1024 * 1024;

/** How often the server is asked how far it is. */
const LOOK_MS = 1000;

/** Lines that are printed of each kind of difference. */
const MOST_PRINTED = 20;

export interface ReconcileOrder {
  readonly account: string;
  readonly preset: string | undefined;
  /** `order=REF,amount=TOTAL` */
  readonly columns: string | undefined;
  /** Of a file that does not say it. */
  readonly currency: string | undefined;
  /** `Storno=refund,Fee=none`: what words of the column `kind` are. */
  readonly kinds: string | undefined;
  /** How the file is written: what is left out is found in its first lines. `tab` is a separator too. */
  readonly signs: Readonly<
    Record<'charset' | 'separator' | 'quote' | 'decimal' | 'dates', string | undefined>
  >;
  /** `amount=5,basisPoints=100` */
  readonly tolerance: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly timeZone: string | undefined;
  /** Where all lines go as CSV. */
  readonly csv: string | undefined;
  /** Whether the provider is asked about differences, and the comparison made again. */
  readonly asks: boolean;
}

interface Place {
  readonly id: string;
  /** Of what was asked for: the server, the file's bytes, the options. */
  readonly digest: string;
}

/** Which comparison is asked for. `csv` and `asks` are about what comes after it. */
function digestOf(file: string, url: string, { csv: _csv, asks: _asks, ...options }: ReconcileOrder): string {
  const asked = Object.entries({ ...options, url }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(asked)).update(readFileSync(file)).digest('hex');
}

interface Line {
  readonly result: string;
  readonly line: number | null;
  readonly providerReference: string;
  readonly order: string;
  readonly reference: string;
  readonly payment: string | null;
  readonly fileAmount: number | null;
  readonly ledgerAmount: number | null;
  readonly mark: { readonly reason: string } | null;
}

interface Read {
  readonly id: string;
  readonly status: string;
  readonly progress: number;
  readonly file: { readonly received: number };
  readonly fault: { readonly line: number | null; readonly detail: string } | null;
  readonly preview: {
    readonly header: readonly string[];
    readonly guess: { readonly columns: object };
  } | null;
  readonly preset: string | null;
  readonly timeZone: string;
  readonly readAs: Readonly<
    Record<'charset' | 'separator' | 'quote' | 'decimal' | 'dates' | 'refunds', string>
  > | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly kinds: readonly { readonly word: string; readonly kind: string; readonly lines: number }[];
  readonly outsideDays: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly otherNumbers: number;
  readonly elsewhere: number;
  readonly unreadable: readonly { readonly line: number | null; readonly detail: string }[];
  readonly unreadableCount: number;
  readonly isLastLineOpen: boolean;
  readonly toAsk: number;
  readonly lines: readonly Line[];
}

/** @throws WrongCall for a text that maps nothing. */
export function columnsIn(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(',').map((part) => {
    const [, name = '', column = ''] = /^\s*(\w+)\s*=\s*(.+?)\s*$/.exec(part) ?? [];
    if (name === '') throw new WrongCall('--columns looks like order=REF,amount=TOTAL,date=DAY');
    return [name, column] as const;
  });
  return Object.fromEntries(pairs);
}

/** @throws WrongCall for a text that says nothing of words. */
export function kindsIn(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(',').map((part) => {
    const [, word = '', kind = ''] = /^\s*(.+?)\s*=\s*(\w+)\s*$/.exec(part) ?? [];
    if (word === '') throw new WrongCall('--kinds looks like Storno=refund,Fee=none');
    return [word, kind] as const;
  });
  return Object.fromEntries(pairs);
}

/** The signs that are said, as the API has them. */
function saidSigns(signs: ReconcileOrder['signs']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(signs).flatMap(([name, sign]) =>
      sign === undefined ? [] : [[name, name === 'separator' && sign === 'tab' ? '\t' : sign]],
    ),
  );
}

/** @throws WrongCall for a text that is no tolerance. */
function toleranceIn(text: string): Readonly<Partial<Record<'amount' | 'basisPoints', number>>> {
  const pairs = text.split(',').map((part) => {
    const [, name = '', value = ''] = /^\s*(amount|basisPoints)\s*=\s*(\d{1,7})\s*$/.exec(part) ?? [];
    if (name === '')
      throw new WrongCall(
        '--tolerance looks like amount=5 (minor units), or basisPoints=100 (hundredths of a percent), or both with a comma',
      );
    return [name, Number(value)] as const;
  });
  return Object.fromEntries(pairs);
}

/** @throws WrongCall where a file cannot be written, before anything is done. */
function requireWritable(file: string): void {
  try {
    if (existsSync(file)) closeSync(openSync(file, 'r+'));
    else if (!statSync(dirname(file)).isDirectory()) throw new Error(`${dirname(file)} is no folder`);
  } catch (error) {
    throw new WrongCall(`--csv ${file}: cannot be written (${String(error)})`);
  }
}

type Ports = CallPorts & { readonly terminal: Terminal; readonly print: (line: string) => void };

/** Compares. @returns the number of differences that nobody has marked, and of lines that cannot be read. @throws WrongCall where the server rejects it, or the file. */
export async function reconcile(
  file: string,
  order: ReconcileOrder,
  server: Server,
  ports: Ports,
): Promise<number> {
  const { size } = statSync(file);
  if (size > LARGEST_FILE) throw new WrongCall(`${file} is larger than ${LARGEST_FILE} bytes: split it`);
  if (size === 0) throw new WrongCall(`${file} is empty`);
  if (order.csv !== undefined) requireWritable(order.csv);
  const { account, preset, columns, kinds, signs, currency, tolerance, from, to, timeZone } = order;
  const asked = {
    account,
    fileName: basename(file),
    ...(preset && { preset }),
    ...(columns && { columns: columnsIn(columns) }),
    ...(kinds && { kinds: kindsIn(kinds) }),
    ...saidSigns(signs),
    ...(currency && { currency: currency.toUpperCase() }),
    ...(tolerance && { tolerance: toleranceIn(tolerance) }),
    ...(from && { from }),
    ...(to && { to }),
    ...(timeZone && { timeZone }),
  };
  const call = async (method: string, path: string, body?: object): Promise<Read> => {
    const { text } = await operatorText(server, `/v1/admin/reconciliations${path}`, ports, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    return JSON.parse(text) as Read;
  };
  const placeFile = `${file}.place`;
  const forget = () => rmSync(placeFile, { force: true });
  const known = keptPlace<Place>(placeFile);
  const digest = digestOf(file, server.url, order);
  // Null: it was deleted meanwhile.
  const kept =
    known?.digest === digest
      ? await call('GET', `/${known.id}?limit=1`).catch((error: unknown) => {
          if (error instanceof WrongCall && error.status === 404) return null;
          throw error;
        })
      : null;
  const begun = kept ?? (await call('POST', '', asked));
  keepPlace(placeFile, { id: begun.id, digest });
  await send(file, size, begun, server, ports);
  let read = await finished(begun.id, call, ports, forget);
  for (let isOpen = order.asks && read.toAsk > 0; isOpen; ) {
    const answer = (await call('POST', `/${begun.id}/ask`, { limit: 20 })) as unknown as {
      readonly data: readonly { readonly payment: string; readonly outcome: string }[];
      readonly left: number;
      readonly retryAfter: number | null;
    };
    for (const { payment, outcome } of answer.data) ports.print(`asked about ${payment}: ${outcome}`);
    isOpen = answer.left > 0;
    if (isOpen && answer.retryAfter !== null) await ports.pause(answer.retryAfter * 1000);
    if (!isOpen) {
      await call('POST', `/${begun.id}/compare`, {});
      read = await finished(begun.id, call, ports, forget);
    }
  }
  const open = await printed(read, call, ports);
  if (order.csv !== undefined) await writeLines(order.csv, begun.id, server, ports);
  forget();
  return open;
}

/** Sends what the server does not have yet. */
async function send(file: string, size: number, begun: Read, server: Server, ports: Ports): Promise<void> {
  const progress = progressOn(ports.terminal, ports.now);
  const startedAt = ports.now();
  const input = openSync(file, 'r');
  try {
    for (let at = begun.file.received; at < size; ) {
      const piece = Buffer.alloc(Math.min(PIECE, size - at));
      readSync(input, piece, 0, piece.length, at);
      const { text } = await operatorText(server, `/v1/admin/reconciliations/${begun.id}/file`, ports, {
        method: 'PUT',
        body: piece,
        headers: { 'content-range': `bytes ${at}-${at + piece.length - 1}/${size}` },
      });
      at = (JSON.parse(text) as Read).file.received;
      progress.show({
        share: at / size,
        words: `${at.toLocaleString('en-US')} of ${size.toLocaleString('en-US')} bytes`,
        count: at - begun.file.received,
        elapsedMs: ports.now() - startedAt,
        before: begun.file.received / size,
      });
    }
  } finally {
    progress.end();
    closeSync(input);
  }
}

/**
 * Waits for the comparison.
 * @param forget what is done where there is nothing to go on with.
 * @throws WrongCall for a file that cannot be read.
 */
async function finished(
  id: string,
  call: (method: string, path: string) => Promise<Read>,
  { pause }: Ports,
  forget: () => void,
): Promise<Read> {
  for (;;) {
    const read = await call('GET', `/${id}?limit=1`);
    if (read.status === 'done') return read;
    if (read.status === 'failed' || read.status === 'mapping') forget();
    if (read.status === 'failed') {
      const { line = null, detail = '' } = read.fault ?? {};
      throw new WrongCall(line === null ? detail : `line ${line}: ${detail}`);
    }
    if (read.status === 'mapping')
      throw new WrongCall(
        `nobody knows this file: say --columns, or map it in the console. Its header: ${read.preview?.header.join(', ')}. It looks like: ${JSON.stringify(read.preview?.guess.columns)}`,
      );
    await pause(LOOK_MS);
  }
}

async function writeLines(csv: string, id: string, server: Server, ports: Ports): Promise<void> {
  const output = openSync(csv, 'w');
  try {
    for (let cursor: string | null = '0', isFirst = true; cursor !== null; isFirst = false) {
      const path = `/v1/admin/reconciliations/${id}?format=csv&limit=1000&cursor=${cursor}`;
      const { text, header }: OperatorText = await operatorText(server, path, ports);
      writeFileSync(output, isFirst ? text : text.slice(text.indexOf('\r\n') + 2));
      cursor = header('x-next-cursor');
    }
  } finally {
    closeSync(output);
  }
}

/** How the file was read: guesses too, so that a wrong one is seen. */
function* readWords({ preset, timeZone, readAs, from, to, kinds, outsideDays }: Read): Generator<string> {
  const signs = Object.entries(readAs ?? {}).map(
    ([name, sign]) => `${name} ${sign === '\t' ? 'tab' : sign || 'none'}`,
  );
  yield `read as ${preset}: ${[...signs, `days of ${timeZone}`].join(', ')}`;
  if (from !== null) yield `days: ${from} to ${to}`;
  if (kinds.length > 0)
    yield `kinds: ${kinds.map(({ word, kind, lines }) => `${word} = ${kind} (${lines})`).join(', ')}`;
  if (outsideDays > 0) yield `outside the days: ${outsideDays}`;
}

const DIFFERENCES = ['amount_differs', 'currency_differs', 'only_in_file', 'only_in_ledger', 'twice_in_file'];

async function printed(
  read: Read,
  call: (method: string, path: string) => Promise<Read>,
  { print }: Ports,
): Promise<number> {
  for (const line of readWords(read)) print(line);
  print(`matched: ${read.counts.matched ?? 0}`);
  let open = 0;
  const show = async (what: string, count: number, query: string) => {
    if (count === 0) return;
    print(`${what}: ${count}`);
    const { lines } = await call('GET', `/${read.id}?${query}&marked=false&limit=1000`);
    open += lines.length;
    for (const one of lines.slice(0, MOST_PRINTED))
      print(
        `  ${one.line === null ? 'ledger' : `line ${one.line}`}: ${[one.providerReference, one.order, one.reference, one.payment].filter(Boolean).join(' ')}, file ${one.fileAmount ?? '-'}, ledger ${one.ledgerAmount ?? '-'}`,
      );
  };
  for (const result of DIFFERENCES) await show(result, read.counts[result] ?? 0, `result=${result}`);
  // Where their amounts differ too, they stand above already.
  await show("other number of the provider's", read.otherNumbers, 'otherNumber=true&result=matched');
  if (read.isLastLineOpen) print('the file does not end with a line end: its last line may be cut off');
  if (read.elsewhere > 0) print(`${read.elsewhere} lines are about payments of another account`);
  if (read.unreadableCount > 0) print(`${read.unreadableCount} lines cannot be read`);
  for (const { line, detail } of read.unreadable.slice(0, MOST_PRINTED)) print(`  line ${line}: ${detail}`);
  // A line that nobody has read may be about money, as a difference is.
  return open + read.unreadableCount;
}
